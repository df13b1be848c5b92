"""The workbook in which a unit logs without the application: a sheet for each kind of action, and how it works.

The same workbook hands back rows that could not be logged, with what is wrong beside them.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from exports.action_guide import fill_guide
from exports.action_list import Lists
from exports.action_sheet import KindSheet
from exports.rows import listed_name
from exports.sheet import clean
from exports.words import in_language, now_local
from exports.workbook_file import Workbookfile
from tracker.i18n import text as _
from tracker.models import Outage, Unit
from tracker.queries.action_import import patients_offered
from tracker.queries.routine import routine_of
from tracker.queries.user import colleagues_in
from tracker.routine.spec import PERFORMER_ROLES, KindSpec
from tracker.services.action_reader import colleague_names
from tracker.services.action_row_patient import patient_choice

FORMAT = "1"
ABOUT, LISTS = "_about", "_lists"
ROWS = 120
"""Rows of a sheet that carry a mark of their own. More may be written below them."""

_TO_ADD = 10


@dataclass(frozen=True)
class HandedBack:
    """A row that could not be logged."""

    mark: str
    cells: Mapping[str, str]
    faults: Mapping[str, str]
    """What is wrong, by column; what belongs to no column stands under an empty key."""


@dataclass(frozen=True)
class TemplateSheet:
    kind: KindSpec
    rows: Sequence[HandedBack] = field(default_factory=tuple)


def build_action_template(
    outage: Outage, unit: Unit, sheets: Sequence[TemplateSheet], *, language: str, address: str
) -> Workbookfile:
    """The workbook, in one language. `address` is the page where it is read in again."""
    with in_language(language):
        return _build(outage, unit, sheets, language, address)


def _build(outage: Outage, unit: Unit, sheets: Sequence[TemplateSheet], language: str, address: str) -> Workbookfile:
    offered = patients_offered(unit, outage)
    people = [user for user in colleagues_in(unit.id) if user.role.value in PERFORMER_ROLES]
    book = Workbook()
    book.properties.title = clean(f"{unit.name}, {outage.name}")
    book.properties.creator = _("Downtime tracker")
    guide = book.active
    if not isinstance(guide, Worksheet):
        raise TypeError("a new workbook has a sheet")
    guide.title = _("How it works")
    lists = Lists(book.create_sheet(LISTS))
    choices = {
        "patients": lists.add([patient_choice(one.patient, one.where, listed_name(one.patient)) for one in offered]),
        "people": lists.add(list(colleague_names(people))),
    }
    titles = _titles(outage, [sheet.kind for sheet in sheets], language)
    handed_back = any(sheet.rows for sheet in sheets)
    series = secrets.token_hex(5)
    for number, sheet in enumerate(sheets):
        made = KindSheet(
            book.create_sheet(titles[sheet.kind.id], index=number + 1),
            sheet.kind,
            lists,
            choices,
            language,
            drill=outage.drill,
            handed_back=handed_back,
        )
        made.head(f"{unit.name} · {outage.name}")
        for row in sheet.rows:
            made.add_row(row.mark, row.cells, row.faults)
        empty = _TO_ADD if handed_back else ROWS
        for place in range(len(sheet.rows), len(sheet.rows) + empty):
            made.add_mark(f"{series}-{number}-{place}")
        made.finish()
    fill_guide(guide, outage, unit, [titles[sheet.kind.id] for sheet in sheets], address, handed_back)
    _fill_about(book.create_sheet(ABOUT), outage, unit, language)
    for hidden in (ABOUT, LISTS):
        book[hidden].sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    patients = frozenset(one.patient.id for one in offered)
    return Workbookfile(out.getvalue(), {unit.id: patients}, sum(len(sheet.rows) for sheet in sheets))


def _titles(outage: Outage, kinds: Sequence[KindSpec], language: str) -> dict[str, str]:
    """The name of each kind's sheet, at most 31 characters; the system stands with it where two are called alike."""
    names = {system.id: system.name for system in routine_of(outage).systems}
    every = [kind.label.in_language(language).casefold() for kind in routine_of(outage).kinds.values()]
    titles: dict[str, str] = {}
    for kind in kinds:
        label = clean(kind.label.in_language(language))
        mark = f" ({names[kind.system]})"[:14] if every.count(label.casefold()) > 1 else ""
        wanted = "".join("-" if character in "[]:*?/\\" else character for character in label)
        title, number = _whole_words(wanted, 31 - len(mark)) + mark, 2
        while title.casefold() in {taken.casefold() for taken in titles.values()}:
            title = f"{_whole_words(wanted, 28 - len(mark))} {number}{mark}"
            number += 1
        titles[kind.id] = title
    return titles


def _whole_words(text: str, room: int) -> str:
    """As many whole words as there is room for."""
    if len(text) > room:
        text = text[:room].rpartition(" ")[0] or text[:room]
    return text.strip(" '-,(")


def _fill_about(sheet: Worksheet, outage: Outage, unit: Unit, language: str) -> None:
    """By which the file is known when it comes back."""
    for pair in (
        ("format", FORMAT),
        ("outage", str(outage.id)),
        ("outage_name", clean(outage.name)),
        ("unit", unit.code),
        ("unit_name", clean(unit.name)),
        ("routine", outage.routine_digest),
        ("language", language),
        ("made_at", now_local().isoformat()),
    ):
        sheet.append(pair)
        for cell in sheet[sheet.max_row]:
            cell.data_type = "s"
