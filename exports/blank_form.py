"""The blank form of a kind of action, laid out on sides of A4: what is asked, in the routine's own words and order.

Heights are in millimetres, as in print_sheet.css, with words counted on the safe side, so that every side can be
printed with its own head and number.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.i18n import text as _
from tracker.routine.spec import Condition, FieldSpec, FieldType, KindSpec

FRONT_ROOM = 186
"""What is left for fields on the first side, below the patient and who did it."""
NEXT_ROOM = 227
"""What is left on each side after it. The printed page has both: tests/browser/test_sheet_print.py."""
_LINE = 8.4
"""A line to write on."""
_LABEL, _SMALL, _TICKS, _GAP = 3.9, 3.5, 6.4, 1.5
_WIDTHS = {1: 42, 2: 89, 4: 184}
_COLUMNS = 4
_SHORT = frozenset({FieldType.NUMBER, FieldType.DATE, FieldType.TIME, FieldType.YES_NO})
_LONG_LINES = (3, 2)
"""Lines for a longer text, and how many of them where that saves a paper."""
_NOTE_LINES = 2
MAX_TICKS_IN_ROW = 5
"""A column has room for so many boxes; of more answers one is written."""


@dataclass(frozen=True)
class Cell:
    """One field as it is written on paper."""

    spec: FieldSpec
    label: str
    aside: str
    """When it is asked, and its hint."""
    shape: str
    """`line`, `lines`, `ticks`, `number`, `moment`, `date`, `time` or `identity`."""
    ticks: tuple[str, ...]
    lines: int
    span: int
    """Of the four columns of a side: 1 for a few digits, 2 for a line, 4 for several lines."""
    height: float


@dataclass(frozen=True)
class FormSide:
    """What stands between the head and the foot of one side."""

    number: int
    of: int
    rows: Sequence[Sequence[Cell]]
    has_note: bool


@dataclass(frozen=True)
class Column:
    """One column of a form with rows."""

    label: str
    ticks: tuple[str, ...]
    width: int
    """In hundredths of the width of the table."""


@dataclass(frozen=True)
class RowForm:
    """A form with one action in each row."""

    columns: Sequence[Column]
    rows: int
    one_patient: bool
    patient_width: int
    time_width: int
    sign_width: int
    below: str
    """The fields without a column that may have to be told, to be written below with the row's number."""


def form_sides(kind: KindSpec, language: str) -> list[FormSide]:
    """The sides of a form for one action: as many as its fields need, the note last."""
    tried = [_sides(kind, language, lines) for lines in _LONG_LINES]
    on_one_paper = 2 if kind.paper.double_sided else 1
    return min(tried, key=lambda sides: math.ceil(len(sides) / on_one_paper))


def _sides(kind: KindSpec, language: str, long_lines: int) -> list[FormSide]:
    rows = _in_rows(_cell(spec, kind, language, long_lines) for spec in kind.fields)
    sides: list[list[list[Cell]]] = [[]]
    left = float(FRONT_ROOM)
    for row in rows:
        height = max(cell.height for cell in row)
        if height > left:
            sides.append([])
            left = NEXT_ROOM
        sides[-1].append(row)
        left -= height
    if left < _LABEL + _NOTE_LINES * _LINE + _GAP:
        sides.append([])
    return [
        FormSide(number, len(sides), side, has_note=number == len(sides)) for number, side in enumerate(sides, start=1)
    ]


def row_form(kind: KindSpec, language: str) -> RowForm:
    """The form of a kind that has many actions on one paper."""
    columns = [kind.field_by_id[field_id] for field_id in kind.paper.columns]
    patient = 0 if kind.paper.one_patient else 9
    weights = [_weight(spec, kind, language) for spec in columns]
    fixed = {"time": 3, "sign": 3, "done": 2, "number": 1.4}
    share = 100 / (patient + sum(weights) + sum(fixed.values()))
    rest = [
        spec.label.in_language(language)
        for spec in kind.fields
        if spec.id not in kind.paper.columns and spec.required and _reached(spec, kind)
    ]
    return RowForm(
        columns=[
            Column(_with_unit(spec, language), _row_ticks(spec, language), int(weight * share))
            for spec, weight in zip(columns, weights, strict=True)
        ],
        rows=kind.paper.rows,
        one_patient=kind.paper.one_patient,
        patient_width=int(patient * share),
        time_width=int(fixed["time"] * share),
        sign_width=int(fixed["sign"] * share),
        below=", ".join(label[:1].lower() + label[1:] for label in rest[:5]),
    )


def condition_words(condition: Condition, kind: KindSpec, language: str) -> str:
    """When a field is asked, in words: `if Outcome: Partly given or Refused`."""
    asked = kind.field_by_id[condition.field]
    answers = []
    for value in condition.equals:
        label = asked.choice_label(value)
        answers.append(label.in_language(language) if label else _("Yes") if value is True else _("No"))
    return _(
        "if %(field)s: %(answers)s",
        field=asked.label.in_language(language),
        answers=_(" or ").join(answers),
    )


def _reached(spec: FieldSpec, kind: KindSpec) -> bool:
    """Whether what decides about the field has a column of its own."""
    return spec.shown_when is None or spec.shown_when.field in kind.paper.columns


def _cell(spec: FieldSpec, kind: KindSpec, language: str, long_lines: int) -> Cell:
    label = spec.label.in_language(language)
    asides = [condition_words(spec.shown_when, kind, language)] if spec.shown_when else []
    asides += [spec.hint.in_language(language)] if spec.hint else []
    aside = " · ".join(asides)
    ticks = _ticks(spec, language)
    shape = _SHAPES.get(spec.type, "line")
    span = _span(spec, label, aside, ticks)
    width = _WIDTHS[span]
    lines = long_lines if spec.type is FieldType.LONG_TEXT else 1
    height = _lines_of(label, width / 1.75) * _LABEL + _lines_of(aside, width / 1.5) * _SMALL + _GAP
    if ticks:
        height += _tick_lines(ticks, width) * _TICKS
    else:
        height += _LINE * lines
    return Cell(spec, label, aside, shape, ticks, lines, span, height)


_SHAPES = {
    FieldType.LONG_TEXT: "lines",
    FieldType.CHOICE: "ticks",
    FieldType.YES_NO: "ticks",
    FieldType.NUMBER: "number",
    FieldType.DATETIME: "moment",
    FieldType.DATE: "date",
    FieldType.TIME: "time",
    FieldType.IDENTITY: "identity",
}


def _span(spec: FieldSpec, label: str, aside: str, ticks: Sequence[str]) -> int:
    if spec.type is FieldType.LONG_TEXT or (ticks and _tick_lines(ticks, _WIDTHS[2]) > 1):
        return 4
    is_short = spec.type in _SHORT and not aside and _lines_of(label, _WIDTHS[1] / 1.75) == 1
    return 1 if is_short and (not ticks or _tick_lines(ticks, _WIDTHS[1]) == 1) else 2


def _in_rows(cells: Iterable[Cell]) -> list[list[Cell]]:
    """Narrow fields beside each other, in the routine's order; a wide one alone."""
    rows: list[list[Cell]] = []
    for cell in cells:
        if rows and sum(one.span for one in rows[-1]) + cell.span <= _COLUMNS:
            rows[-1].append(cell)
        else:
            rows.append([cell])
    return rows


def _ticks(spec: FieldSpec, language: str) -> tuple[str, ...]:
    if spec.type is FieldType.YES_NO:
        return (_("Yes"), _("No"))
    return tuple(choice.label.in_language(language) for choice in spec.choices)


def _row_ticks(spec: FieldSpec, language: str) -> tuple[str, ...]:
    ticks = _ticks(spec, language)
    return ticks if len(ticks) <= MAX_TICKS_IN_ROW else ()


def _tick_lines(ticks: Sequence[str], width: float) -> int:
    """How many lines boxes with these words take."""
    lines, left = 1, width
    for tick in ticks:
        needed = 9.5 + 1.7 * len(tick)
        if needed > left:
            lines, left = lines + 1, width
        left -= needed
    return lines


def _lines_of(text: str, letters: float) -> int:
    return math.ceil(len(text) / letters)


def _with_unit(spec: FieldSpec, language: str) -> str:
    label = spec.label.in_language(language)
    return f"{label} ({spec.unit})" if spec.unit else label


def _weight(spec: FieldSpec, kind: KindSpec, language: str) -> float:
    if spec.id == kind.subject and spec.type is FieldType.TEXT:
        return 8
    if ticks := _row_ticks(spec, language):
        return min(6.5, max(4, 3 + 0.19 * max(map(len, ticks))))
    return {FieldType.NUMBER: 2.8, FieldType.DATETIME: 4, FieldType.TIME: 3, FieldType.DATE: 3.5}.get(spec.type, 4.4)
