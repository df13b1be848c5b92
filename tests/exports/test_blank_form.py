"""A blank form asks what the log form asks: all of it, in the routine's own words."""

from __future__ import annotations

import pytest
from flask import Flask

from exports.blank_form import form_sides, row_form
from exports.reading_page import ROOM, pack_blocks, paginate
from exports.words import in_language
from tests.region import unit
from tracker.config import Settings
from tracker.extensions import current_routine
from tracker.routine import load_routine
from tracker.routine.kind import KindSpec

KINDS = tuple(load_routine(Settings().routine_dir).kinds.values())


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.paper.rows == 1], ids=lambda kind: kind.id)
def test_every_field_stands_on_the_form_once_with_its_answers_and_when_it_is_asked(
    app: Flask, kind: KindSpec, language: str
) -> None:
    with app.test_request_context(), in_language(language):
        sides = form_sides(kind, language)
        cells = [cell for side in sides for row in side.rows for cell in row]
        assert [cell.spec.id for cell in cells] == [spec.id for spec in kind.fields]
        for cell in cells:
            assert cell.label == cell.spec.label.in_language(language)
            if cell.spec.choices:
                assert cell.ticks == tuple(choice.label.in_language(language) for choice in cell.spec.choices)
            if cell.spec.shown_when:
                asked = kind.field_by_id[cell.spec.shown_when.field]
                assert asked.label.in_language(language) in cell.aside
    assert [side.number for side in sides] == list(range(1, len(sides) + 1))
    assert sides[-1].has_note
    assert len(sides) <= 2  # front and back, or two papers


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.paper.rows > 1], ids=lambda kind: kind.id)
def test_columns_fill_the_width_of_the_paper_and_no_more(app: Flask, kind: KindSpec) -> None:
    with app.test_request_context(), in_language("sv"):
        form = row_form(kind, "sv")
    widths = [column.width for column in form.columns]
    assert sum(widths) + form.patient_width + form.time_width + form.sign_width <= 97
    assert all(4 <= width <= 25 for width in widths)


def test_a_pack_holds_who_to_call_the_units_duties_and_its_systems_routine_and_nothing_of_others(app: Flask) -> None:
    with app.test_request_context(), in_language("sv"):
        ward = unit()
        ward.systems = ("melior", "elvis")
        routine = current_routine()
        blocks = pack_blocks(ward, routine, "sv", [], "2026-11-23")
        text = "\n".join(f"{block.text} {block.more} {block.aside}" for block in blocks)
        for contact in routine.contacts:
            assert contact.phone in text
        for system in routine.systems:
            for passage in system.passages:
                if passage.phase != "contacts":
                    assert (passage.text.sv in text) == (system.id in ward.systems)
        for duty in routine.duties.values():
            if duty.scope == "unit":
                concerned = "any" in duty.systems or not set(duty.systems).isdisjoint(ward.systems)
                assert (duty.text.sv in text) == concerned
        for side in paginate(blocks):
            assert sum(block.height for block in side) <= ROOM
            assert side[-1].shape != "head"
