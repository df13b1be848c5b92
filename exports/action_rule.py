"""What the cells of a sheet for logging accept and show: drop-downs, hints, and colours for missing and not asked."""

from __future__ import annotations

from collections.abc import Mapping

from openpyxl.formatting.rule import Rule
from openpyxl.styles import PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from exports.action_list import Lists
from tracker.i18n import text as _
from tracker.routine.spec import Condition, FieldSpec, FieldType, KindSpec
from tracker.services.action_column import BY, DATE, NAME, NOTE, PATIENT, ROLE, SHEET, TIME, Column, column_by_key

_MISSING = PatternFill("solid", bgColor="FFE9A8")
_NOT_ASKED = PatternFill("solid", bgColor="D5DBDE")
_MOST = 999_999_999
_FIRST_DAY, _LAST_DAY = "36526", "73050"
"""2000 and 2100, as spreadsheets count days."""
_ERROR_TEXT, _HINT_TEXT, _TITLE_TEXT = 220, 250, 32
"""Excel refuses a workbook whose messages are longer."""


class Rules:
    """The rules of one sheet. `choices` names the ranges of patients and of people."""

    def __init__(
        self,
        sheet: Worksheet,
        kind: KindSpec,
        lists: Lists,
        choices: Mapping[str, str],
        language: str,
        letters: Mapping[str, str],
        first: int,
        last: int,
    ) -> None:
        self._sheet, self._kind, self._lists, self._choices = sheet, kind, lists, choices
        self._language, self._letters, self._first, self._last = language, letters, first, last
        self._columns = column_by_key(kind)

    def add(self, column: Column) -> None:
        rule = self._validation(column)
        hint = self._hint(column)
        if hint:
            rule.showInputMessage = True
            rule.promptTitle, rule.prompt = column.label_in(self._language)[:_TITLE_TEXT], hint[:_HINT_TEXT]
        rule.add(self._cells(column.key))
        self._sheet.add_data_validation(rule)
        self._colour(column)

    def _validation(self, column: Column) -> DataValidation:
        ranges = {PATIENT: self._choices["patients"], BY: self._choices["people"]}
        suggested = column.spec.suggestions if column.spec else ()
        if column.choices:
            labels = [column.choice_in(choice, self._language) for choice in column.choices]
            return _strict(
                DataValidation(type="list", formula1=self._lists.add(labels), allow_blank=True),
                _("Choose one from the list."),
            )
        if ranges.get(column.key):
            return DataValidation(type="list", formula1=ranges[column.key], allow_blank=True, showErrorMessage=False)
        if suggested:
            return DataValidation(
                type="list", formula1=self._lists.add(suggested), allow_blank=True, showErrorMessage=False
            )
        match column.type:
            case FieldType.DATE:
                between = DataValidation(
                    type="date", operator="between", formula1=_FIRST_DAY, formula2=_LAST_DAY, allow_blank=True
                )
                return _strict(between, _("Enter a date as 2026-11-23."))
            case FieldType.NUMBER:
                return self._number(column)
        return DataValidation(allow_blank=True)

    def _number(self, column: Column) -> DataValidation:
        least = column.spec.minimum if column.spec else None
        most = column.spec.maximum if column.spec else None
        between = DataValidation(
            type="decimal",
            operator="between",
            formula1=f"{-_MOST if least is None else least:g}",
            formula2=f"{_MOST if most is None else most:g}",
            allow_blank=True,
        )
        return _strict(between, _("Enter a number, without its unit."))

    def _hint(self, column: Column) -> str:
        """What to write, when, and what an empty cell means."""
        fixed = {
            PATIENT: _("Choose from the list, or type the number. Not known: a label such as Unknown man 1."),
            NAME: _("Only for a patient who is not in the list."),
            DATE: _("When it was done. Ctrl + ; writes today's date."),
            TIME: _("When it was done, as 07:15 or 0715."),
            BY: _("Choose who did it, or type the name and choose the role beside it."),
            ROLE: _("Only needed for somebody who is not in the list."),
            SHEET: _("The number printed on the paper form, if it has one."),
            NOTE: _("Anything else on the paper that somebody must know."),
        }.get(column.key, "")
        spec = column.spec
        if spec is None:
            return fixed
        parts = [spec.hint.in_language(self._language) if spec.hint else ""]
        if spec.type in (FieldType.DATETIME, FieldType.TIME):
            parts.append(
                _(
                    "For example %(example)s.",
                    example="2026-11-23 07:15" if spec.type is FieldType.DATETIME else "07:15",
                )
            )
        if spec.shown_when:
            parts.append(
                _(
                    "Only if %(field)s is %(answers)s.",
                    field=self._label(spec.shown_when.field),
                    answers=self._answers(spec.shown_when),
                )
            )
        if spec.default is not None:
            parts.append(_("Empty means %(answer)s.", answer=column.choice_in(_id_of(spec.default), self._language)))
        return " ".join(part if part.endswith(".") else f"{part}." for part in parts if part)

    def _colour(self, column: Column) -> None:
        """Yellow: still missing in a row that has been begun. Grey: not asked for with the other answers."""
        begun = f"COUNTA(${self._letters[PATIENT]}{self._first}:${self._last_letter}{self._first})>0"
        here = f"{self._letters[column.key]}{self._first}"
        spec = column.spec
        shown = self._shown(spec) if spec else ""
        if shown:
            self._format(column, f'AND({begun},NOT({shown}),{here}="")', _NOT_ASKED)
        if column.required or (spec and spec.required and spec.shown_when):
            if spec and spec.default is not None:
                return
            needed = ",".join(part for part in (begun, shown, f'{here}=""') if part)
            self._format(column, f"AND({needed})", _MISSING)

    def _shown(self, spec: FieldSpec) -> str:
        """Whether the field is asked for, as a formula; empty: always."""
        condition = spec.shown_when
        if condition is None:
            return ""
        other = self._kind.field_by_id[condition.field]
        cell = f"${self._letters[other.id]}{self._first}"
        column = self._columns[other.id]
        answers = [_id_of(answer) for answer in condition.equals]
        tests = [
            f'{cell}="{column.choice_in(answer, self._language).replace(chr(34), chr(34) * 2)}"' for answer in answers
        ]
        if other.default is not None and _id_of(other.default) in answers:
            tests.append(f'{cell}=""')
        own = f"OR({','.join(tests)})"
        before = self._shown(other)
        return f"AND({before},{own})" if before else own

    def _format(self, column: Column, formula: str, fill: PatternFill) -> None:
        self._sheet.conditional_formatting.add(self._cells(column.key), coloured(formula, fill))

    def _cells(self, key: str) -> str:
        return f"{self._letters[key]}{self._first}:{self._letters[key]}{self._last}"

    @property
    def _last_letter(self) -> str:
        return list(self._letters.values())[-1]

    def _label(self, field_id: str) -> str:
        return self._columns[field_id].label_in(self._language)

    def _answers(self, condition: Condition) -> str:
        column = self._columns[condition.field]
        return ", ".join(column.choice_in(_id_of(answer), self._language) for answer in condition.equals)


def coloured(formula: str, fill: PatternFill) -> Rule:
    """Colours the cells for which the formula holds; the first such rule counts."""
    return Rule(type="expression", formula=[formula], dxf=DifferentialStyle(fill=fill), stopIfTrue=True)


def _strict(rule: DataValidation, error: str) -> DataValidation:
    """What does not fit is refused at once, with a sentence that says what to do."""
    rule.showErrorMessage = True
    rule.error = error[:_ERROR_TEXT]
    return rule


def _id_of(answer: str | bool) -> str:
    return str(answer).lower() if isinstance(answer, bool) else answer
