"""Reading a row of a workbook as an action, with everything that is wrong told by column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tracker.clock import utcnow
from tracker.errors import Invalid
from tracker.i18n import lazy_text as _l
from tracker.i18n import time_zone
from tracker.identity import IdentityKind
from tracker.models import Outage, Unit, User
from tracker.queries.action_import import OfferedPatient
from tracker.queries.routine import routine_of
from tracker.routine.spec import FieldSpec, FieldType, KindSpec
from tracker.routine.values import Fault
from tracker.services import action_column as columns
from tracker.services.action_cell import looks_like_date, read_clock, read_day, read_moment, split_moment
from tracker.services.action_row import NO_ID, ImportRow, ReadRow, plain
from tracker.services.action_row_patient import PatientReader
from tracker.services.entry import (
    VALUE_FAULTS,
    ActionEntry,
    check_fields,
    check_performed_at,
    entry_digest,
    subject_of,
)
from tracker.services.patient import MAX_NAME, PatientEntry

MAX_SHEET, MAX_NOTE = 40, 4000
_DATE_MADE = _l("The spreadsheet has made a date of what was typed. Type it again with an apostrophe first, as '2-5.")


class RowReader:
    """Reads the rows of one file. What is the same for all of them is looked up once."""

    def __init__(self, outage: Outage, unit: Unit, colleagues: Iterable[User], offered: Iterable[OfferedPatient]):
        self.outage, self.unit = outage, unit
        self.routine = routine_of(outage)
        self.zone = time_zone()
        self.now = utcnow()
        self.today = self.now.astimezone(self.zone).date()
        self._people = _people(colleagues)
        self._patients = PatientReader(offered, self.today)
        self._words: dict[str, dict[str, dict[str, str]]] = {}

    def read(self, row: ImportRow) -> ReadRow:
        kind = self.routine.kinds.get(row.kind)
        if kind is None:
            fault = _l("The routine of this outage has no such kind of action. Take a new template.")
            return ReadRow(row, None, {columns.PATIENT: fault}, {})
        faults: dict[str, object] = dict(row.faults)

        def told(key: str, step: Any) -> Any:
            """The step's answer; its refusals stand at the column they belong to."""
            try:
                return step()
            except Invalid as error:
                for pointer, fault in error.faults.items():
                    faults.setdefault(_column_of(pointer, key), fault)
                return None

        patient = told(columns.PATIENT, lambda: self._patients.read(row.cells))
        day, performed_at = self._moment(row.cells, faults)
        login, name, role = told(columns.BY, lambda: self._performer(kind, row.cells)) or ("", "", "")
        values = told("", lambda: check_fields(kind, self._fields(kind, row.cells, day, faults))) or {}
        done = self._done(kind, row.cells, values, faults)
        for key, longest in ((columns.SHEET, MAX_SHEET), (columns.NOTE, MAX_NOTE)):
            if len(row.cells.get(key, "")) > longest:
                faults.setdefault(key, VALUE_FAULTS[Fault.TOO_LONG])
        if performed_at is not None:
            told(columns.TIME, lambda: check_performed_at(performed_at))
        if faults or patient is None or performed_at is None:
            return ReadRow(row, None, faults, values)
        entry = self._entry(row, kind, patient, performed_at, (login, name, role), values, done)
        return ReadRow(
            row,
            entry,
            {},
            values,
            subject_of(kind, values),
            patient.identity_kind is IdentityKind.UNKNOWN,
            max(timedelta(), self.outage.began_at - performed_at),
        )

    def _entry(
        self,
        row: ImportRow,
        kind: KindSpec,
        patient: PatientEntry,
        performed_at: datetime,
        performer: tuple[str, str, str],
        values: dict[str, Any],
        done: tuple[str, ...],
    ) -> ActionEntry:
        """The same content has the same digest, however the cells wrote it."""
        login, name, role = performer
        sheet, note = row.cells.get(columns.SHEET, ""), row.cells.get(columns.NOTE, "")
        content = {
            "kind": kind.id,
            "outage": self.outage.id,
            "unit": self.unit.code,
            "patient": [patient.identity_kind or "", patient.identity, patient.name],
            "performed_at": performed_at.isoformat(),
            "performed_by": [login, name, role],
            "sheet": sheet,
            "note": note,
            "fields": values,
            "done_items": list(done),
        }
        return ActionEntry(
            id=NO_ID,
            digest=entry_digest(content),
            outage_id=self.outage.id,
            kind=kind.id,
            unit=self.unit.code,
            patient=patient,
            performed_at=performed_at,
            fields=values,
            performed_by_login=login,
            performed_by_name=name,
            role=role,
            sheet=sheet,
            note=note,
            done_items=done,
        )

    def _moment(self, cells: Mapping[str, str], faults: dict[str, object]) -> tuple[str, datetime | None]:
        """The day (ISO, empty if none can be read) and the moment of the row."""
        day_text, clock_text = cells.get(columns.DATE, ""), cells.get(columns.TIME, "")
        day_part, clock_part = split_moment(day_text)
        if clock_part and day_part and not clock_text:
            day_text, clock_text = day_part, clock_part
        day_part, clock_part = split_moment(clock_text)
        if day_part and (not day_text or clock_part):  # a whole date and time in the time column
            day_text, clock_text = day_text or day_part, clock_part
        day = read_day(day_text.removesuffix(" 00:00"), self.today) or ""
        clock = read_clock(clock_text)
        if not day:
            missing = _l("Enter the date, such as 2026-11-23.")
            faults.setdefault(columns.DATE, missing if not day_text else VALUE_FAULTS[Fault.DATE])
        if not clock:
            missing = _l("Enter the time, such as 07:15.")
            faults.setdefault(columns.TIME, missing if not clock_text else VALUE_FAULTS[Fault.TIME])
        if not day or not clock:
            return day, None
        return day, datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=self.zone)

    def _performer(self, kind: KindSpec, cells: Mapping[str, str]) -> tuple[str, str, str]:
        """Login, or name, and role. Nobody is taken for granted: whoever reads a file in has seldom done all of it."""
        text = " ".join(cells.get(columns.BY, "").split())
        role_text = cells.get(columns.ROLE, "")
        role = self._choices(kind, columns.ROLE).get(plain(role_text), "") if role_text else ""
        faults: dict[str, object] = {}
        if role_text and not role:
            faults["/role"] = _l("There is no such role. Choose one from the list in the cell.")
        colleague = self._people.get(plain(text))
        if not text:
            faults[""] = _l("Enter who did it.")
        elif colleague is None and not role:
            faults.setdefault("/role", _l("Choose the role of the person who did it."))
        if faults:
            raise Invalid(faults)
        if colleague:
            return colleague.login, "", role or colleague.role.value
        return "", text[:MAX_NAME], role

    def _fields(self, kind: KindSpec, cells: Mapping[str, str], day: str, faults: dict[str, object]) -> dict[str, Any]:
        """The fields as the service takes them: choices by id, dates as ISO. Whatever cannot be read stays."""
        given: dict[str, Any] = {}
        for spec in kind.fields:
            text = cells.get(spec.id, "")
            if text and spec.id not in faults:
                given[spec.id] = self._value(kind, spec, text, day, faults)
        for spec in kind.fields:  # where one answer is by far the most common, an empty cell means it
            if (
                spec.default is not None
                and spec.id not in given
                and spec.id not in faults
                and _is_shown(kind, spec, given)
            ):
                given[spec.id] = spec.default
        return {name: value for name, value in given.items() if name not in faults}

    def _value(self, kind: KindSpec, spec: FieldSpec, text: str, day: str, faults: dict[str, object]) -> Any:
        match spec.type:
            case FieldType.CHOICE | FieldType.YES_NO:
                return self._choices(kind, spec.id).get(plain(text), text)
            case FieldType.DATE:
                return read_day(text.removesuffix(" 00:00"), self.today) or text
            case FieldType.TIME:
                return read_clock(text) or text
            case FieldType.DATETIME:
                return read_moment(text, day, self.today) or text
            case FieldType.NUMBER if spec.unit:
                text = re.sub(rf"\s*{re.escape(spec.unit)}\.?$", "", text, flags=re.IGNORECASE)
        if looks_like_date(text) and spec.type in (FieldType.NUMBER, FieldType.TEXT):
            faults[spec.id] = _DATE_MADE
        return " ".join(text.split()) if spec.type is not FieldType.LONG_TEXT else text

    def _done(
        self, kind: KindSpec, cells: Mapping[str, str], values: Mapping[str, Any], faults: dict[str, object]
    ) -> tuple[str, ...]:
        due = {item.item for item in kind.items_for(values)}
        found = []
        for key in columns.column_by_key(kind) if any(key.startswith(columns.DONE) for key in cells) else ():
            text = cells.get(key, "") if key.startswith(columns.DONE) else ""
            answer = {**self._choices(kind, key), "nej": "", "no": ""}.get(plain(text)) if text else ""
            if answer is None:
                faults.setdefault(key, _l("Write x if it is done, otherwise nothing."))
            elif answer and key.removeprefix(columns.DONE) not in due and not faults:
                faults.setdefault(key, _l("This does not follow from the other answers. Leave it empty."))
            elif answer:
                found.append(key.removeprefix(columns.DONE))
        return tuple(sorted(found))

    def _choices(self, kind: KindSpec, key: str) -> dict[str, str]:
        if kind.id not in self._words:
            self._words[kind.id] = {
                column.key: columns.choice_words(column) for column in columns.columns_of(kind) if column.choices
            }
        return self._words[kind.id].get(key, {})


def colleague_names(colleagues: Iterable[User]) -> dict[str, User]:
    """What the template calls each colleague: the name, with the user name where two have the same."""
    every = list(colleagues)
    names = [user.name for user in every]
    return {user.name if names.count(user.name) == 1 else f"{user.name} ({user.login})": user for user in every}


def _people(colleagues: Iterable[User]) -> dict[str, User]:
    every = list(colleagues)
    by_login = {user.login: user for user in every}
    return {plain(name): user for name, user in {**by_login, **colleague_names(every)}.items()}


def _is_shown(kind: KindSpec, spec: FieldSpec, given: Mapping[str, Any]) -> bool:
    """Whether the field is asked for, with answers as they were written."""
    typed = {name: value == "true" if value in ("true", "false") else value for name, value in given.items()}
    return spec in kind.shown_fields(typed)


def _column_of(pointer: str, default: str) -> str:
    known = {"/patient/name": columns.NAME, "/role": columns.ROLE, "/performed_at": columns.TIME}
    if pointer.startswith("/fields/"):
        return pointer.removeprefix("/fields/")
    return known.get(pointer, default)
