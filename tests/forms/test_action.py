"""The form of every kind, built from the routine."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from tests.region import fields_for, sample_fields
from tracker.forms.action import build_form_class, field_name, field_values, main_fields
from tracker.forms.day_time import DayTimeField, parse_clock
from tracker.routine import Routine
from tracker.routine.spec import FieldType, KindSpec


def typed(kind: KindSpec, values: dict[str, object]) -> MultiDict[str, str]:
    """The values as a browser sends them."""
    sent: MultiDict[str, str] = MultiDict()
    for field_id, value in values.items():
        name = field_name(field_id)
        if kind.field_by_id[field_id].type is FieldType.DATETIME:
            sent.setlist(name, ["14:05", "2026-11-20"])
        else:
            sent.add(name, str(value).lower() if isinstance(value, bool) else str(value))
    return sent


def test_every_kind_has_a_form_with_all_its_fields_in_order(app: Flask, routine: Routine) -> None:
    assert len(routine.kinds) == 40
    for kind in routine.kinds.values():
        with app.test_request_context():
            form = build_form_class(kind)()
            names = [field.name for field in form if field.name.startswith("f_")]
        assert names == [field_name(spec.id) for spec in kind.fields], kind.id


def test_every_follow_up_can_be_reached_through_the_form(app: Flask, routine: Routine) -> None:
    reached = 0
    for kind in routine.kinds.values():
        for item in kind.items:
            with app.test_request_context():
                form = build_form_class(kind)(typed(kind, fields_for(kind, item)))
                values = field_values(kind, form, "2026-11-20")
            assert set(values) == set(fields_for(kind, item)), (kind.id, item.item)
            reached += 1
    assert reached == 80


def test_what_is_not_asked_is_left_out_whatever_it_holds(app: Flask, routine: Routine) -> None:
    kind = routine.kinds["melior.medication-administration"]
    sent = typed(kind, sample_fields(kind, {"outcome": "given"}))
    sent["f_not_given_reason"] = "kräktes"
    with app.test_request_context():
        assert "not_given_reason" not in field_values(kind, build_form_class(kind)(sent), "2026-11-20")
        sent["f_outcome"] = "not_given"
        assert field_values(kind, build_form_class(kind)(sent), "2026-11-20")["not_given_reason"] == "kräktes"


def test_a_field_that_hangs_on_a_hidden_one_is_left_out_too(app: Flask, routine: Routine) -> None:
    kind = routine.kinds["melior.chemistry-order"]
    sent = typed(kind, sample_fields(kind, {"form": "paper", "fax_reply": True}))
    with app.test_request_context():
        assert "fax_number" in field_values(kind, build_form_class(kind)(sent), "2026-11-20")
        sent["f_form"] = "deferred"
        assert "fax_number" not in field_values(kind, build_form_class(kind)(sent), "2026-11-20")


def test_what_a_round_needs_is_seen_at_once_and_the_rest_is_one_press_away(routine: Routine) -> None:
    kind = routine.kinds["melior.medication-administration"]
    first, more = main_fields(kind)
    assert {"drug", "strength", "dose", "dose_unit", "route", "outcome", "not_given_reason"} <= {f.id for f in first}
    assert {"batch_number", "prescriber"} <= {f.id for f in more}


def test_no_required_field_hangs_behind_more_unless_its_question_does(routine: Routine) -> None:
    for kind in routine.kinds.values():
        first, more = main_fields(kind)
        assert sorted(f.id for f in (*first, *more)) == sorted(f.id for f in kind.fields)
        behind = {f.id for f in more}
        for field in more:
            assert not field.required or (field.shown_when and field.shown_when.field in behind), (kind.id, field.id)


@pytest.mark.parametrize(
    ("text", "clock"),
    [("14:05", "14:05"), ("14.05", "14:05"), ("1405", "14:05"), ("905", "09:05"), ("9:05", "09:05")],
)
def test_a_time_is_understood_however_it_is_typed(text: str, clock: str) -> None:
    assert parse_clock(text) == clock


@pytest.mark.parametrize("text", ["", "25:00", "1460", "nu", "14", "14:5", "١٤:٠٥"])
def test_what_is_no_time_is_not_taken_for_one(text: str) -> None:
    assert parse_clock(text) is None


def test_a_time_without_a_day_is_the_day_it_was_done_and_a_day_without_a_time_is_refused(
    app: Flask, routine: Routine
) -> None:
    kind = routine.kinds["provisio.postop-record"]
    for sent, iso in (
        (["14:05", ""], "2026-11-20T14:05"),
        (["14:05", "2026-11-19"], "2026-11-19T14:05"),
        (["", ""], ""),
        (["", "2026-11-19"], "2026-11-19 ?"),
        (["2026-11-19T14:05"], "2026-11-19T14:05"),
    ):
        with app.test_request_context():
            form = build_form_class(kind)(MultiDict([("f_arrived_at", text) for text in sent]))
            field = form["f_arrived_at"]
        assert isinstance(field, DayTimeField)
        assert field.as_iso("2026-11-20") == iso
