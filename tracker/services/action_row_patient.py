"""The patient of a row: chosen from the template's list, a number however it was written, or a temporary label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from tracker.errors import Invalid
from tracker.extensions import current_settings
from tracker.i18n import lazy_text as _l
from tracker.identity import Identity, IdentityError, IdentityKind, parse_identity
from tracker.models import Patient
from tracker.queries.action_import import OfferedPatient
from tracker.services import action_column as columns
from tracker.services.action_row import plain
from tracker.services.patient import MAX_NAME, PatientEntry, check_identity

PART = " · "
"""Stands between the bed, the number and the name of a patient in the template's list."""
_NUMBER_LIKE = 8
"""So many digits are meant as an identity number, whatever stands between them."""


def patient_choice(patient: Patient, where: str, name: str) -> str:
    """How the template's list writes a patient: `12-3 · 19900101-2385 · Namn`."""
    return PART.join(part for part in (where, patient.number, name) if part)


class PatientReader:
    """Reads the patients of one file; `offered` are those that the template's list can hold."""

    def __init__(self, offered: Iterable[OfferedPatient], today: date) -> None:
        self._today = today
        every = list(offered)
        self._labels = {plain(one.patient.identity): one.patient for one in every if one.patient.is_unknown}
        self._ambiguous = {plain(text) for one in every for text in (one.where, one.patient.name) if text}

    def read(self, cells: Mapping[str, str]) -> PatientEntry:
        """The patient; raises Invalid where it is not certain who is meant."""
        text, name = " ".join(cells.get(columns.PATIENT, "").split()), cells.get(columns.NAME, "")
        if len(name) > MAX_NAME:
            raise Invalid({"/patient/name": _l("The name is too long: at most 120 characters.")})
        if not text:
            raise Invalid({"": _l("Choose the patient, or enter the number.")})
        parts = [part.strip() for part in re.split(r"\s*[·|]\s*", text)]
        for part in parts:
            number = self._number(part)
            if number is not None:
                return PatientEntry(identity=number.number, identity_kind=number.kind, name=name)
        for part in parts:
            if plain(part) in self._labels:
                return _labelled(self._labels[plain(part)].identity, name)
        if len(parts) > 1 or _digits(text) >= _NUMBER_LIKE:
            _refuse(max(parts, key=_digits))
        if plain(text) in self._ambiguous:
            raise Invalid({"": _l("A bed or a name alone is not safe. Choose the patient from the list.")})
        entry = _labelled(text, name)
        check_identity(entry)
        return entry

    def _number(self, text: str) -> Identity | None:
        """The identity number, also one whose first zero a spreadsheet has dropped; None if it is none."""
        compact = text.replace(" ", "")
        if compact.isdecimal() and len(compact) == 9:
            compact = compact.zfill(10)
        try:
            return parse_identity(compact, self._today, current_settings().reserve_numbers)
        except IdentityError:
            return None


def _refuse(text: str) -> None:
    """Say what is wrong with something that was meant as a number."""
    check_identity(PatientEntry(identity=text))
    raise Invalid({"": _l("Choose the patient from the list, or enter the number alone.")})


def _digits(text: str) -> int:
    return sum(character.isdecimal() for character in text)


def _labelled(text: str, name: str) -> PatientEntry:
    return PatientEntry(identity=text, identity_kind=IdentityKind.UNKNOWN, name=name)
