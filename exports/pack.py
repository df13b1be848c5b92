"""What is printed together: numbered forms, and for a downtime pack all that must be at hand when nothing else is.

Every side of the document is worked out here, so that contents and forms carry page numbers and a form always begins on
a paper of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from exports.blank_form import FormSide, RowForm, form_sides, row_form
from exports.qr_code import sheet_code
from exports.reading_page import Block, Entry, pack_blocks, paginate
from exports.words import in_language
from tracker.i18n import time_zone
from tracker.models import Sheet, SheetSeries, Unit
from tracker.queries.sheet_standing import sheet_ranges
from tracker.routine.spec import KindSpec, Routine
from tracker.serial import number_of


@dataclass(frozen=True)
class FormFace:
    """One side of one numbered form."""

    serial: str
    code: str
    """The QR code, as SVG."""
    kind: KindSpec
    outage: str
    """Empty: printed ahead."""
    drill: bool
    copy: bool
    number: int
    of: int
    form: FormSide | None
    rows: RowForm | None


@dataclass(frozen=True)
class PrintedSide:
    """One side of the document: of a form, of reading, or left empty so that the next paper begins on its front."""

    number: int
    face: FormFace | None = None
    blocks: Sequence[Block] = ()


@dataclass(frozen=True)
class PrintOrder:
    """What is to be printed, and how."""

    unit: Unit
    series: Sequence[SheetSeries]
    routine: Routine
    language: str
    both_sides: bool
    """The printer prints on both sides: each form begins on a front."""
    with_pack: bool
    as_copy: frozenset[int]
    """The series that were printed before."""
    only: frozenset[str] = frozenset()
    """These serials alone; empty: all of the series."""
    made_at: datetime | None = None


@dataclass(frozen=True)
class PrintedDocument:
    sides: Sequence[PrintedSide]
    forms: int
    papers: int


def lay_out(order: PrintOrder) -> PrintedDocument:
    """The whole document, side by side."""
    with in_language(order.language):
        forms = [faces for series in order.series for faces in _forms_of(series, order)]
        reading = _reading(order, forms) if order.with_pack else []
    found: list[PrintedSide] = [PrintedSide(number, blocks=blocks) for number, blocks in enumerate(reading, start=1)]
    for faces in forms:
        if order.both_sides and len(found) % 2:
            found.append(PrintedSide(len(found) + 1))
        found.extend(PrintedSide(len(found) + 1 + place, face=face) for place, face in enumerate(faces))
    papers = (len(found) + 1) // 2 if order.both_sides else len(found)
    return PrintedDocument(found, len(forms), papers)


def is_double_sided(routine: Routine, series: Sequence[SheetSeries]) -> bool:
    """Whether the routine wants any of these forms on both sides of a paper."""
    return any(routine.kinds[one.kind].paper.double_sided for one in series if one.kind in routine.kinds)


def _forms_of(series: SheetSeries, order: PrintOrder) -> list[list[FormFace]]:
    kind = order.routine.kinds.get(series.kind)
    if kind is None:
        return []
    sheets: list[Sheet] = sorted(series.sheets, key=lambda sheet: number_of(sheet.serial))
    laid: list[tuple[FormSide | None, RowForm | None]] = (
        [(None, row_form(kind, order.language))]
        if kind.paper.rows > 1
        else [(side, None) for side in form_sides(kind, order.language)]
    )
    return [
        [
            FormFace(
                serial=sheet.serial,
                code=sheet_code(sheet.serial),
                kind=kind,
                outage=series.outage.name if series.outage else "",
                drill=bool(series.outage and series.outage.drill),
                copy=series.id in order.as_copy,
                number=number,
                of=len(laid),
                form=form,
                rows=rows,
            )
            for number, (form, rows) in enumerate(laid, start=1)
        ]
        for sheet in sheets
        if not order.only or sheet.serial in order.only
    ]


def _reading(order: PrintOrder, forms: Sequence[Sequence[FormFace]]) -> list[list[Block]]:
    """The sides before the forms. The contents need page numbers, which need the length of the contents: twice."""
    entries = _entries(order, forms, 0)
    length = len(paginate(pack_blocks(order.unit, order.routine, order.language, entries, _day(order))))
    first = length + length % 2 if order.both_sides else length
    entries = _entries(order, forms, first)
    return paginate(pack_blocks(order.unit, order.routine, order.language, entries, _day(order)))


def _day(order: PrintOrder) -> str:
    return f"{order.made_at.astimezone(time_zone()):%Y-%m-%d}" if order.made_at else ""


def _entries(order: PrintOrder, forms: Sequence[Sequence[FormFace]], before: int) -> list[Entry]:
    """The forms in the contents: what, which serials, and on which page they begin."""
    page, found = before + 1, []
    for series in order.series:
        kind = order.routine.kinds.get(series.kind)
        own = {sheet.serial for sheet in series.sheets}
        faces = [one for one in forms if one[0].serial in own]
        if kind is None or not faces:
            continue
        ranges = ", ".join(str(part) for part in sheet_ranges(one[0].serial for one in faces))
        found.append(Entry(kind.label.in_language(order.language), ranges, len(faces), page))
        sides = len(faces[0])
        page += len(faces) * (sides + sides % 2 if order.both_sides else sides)
    return found
