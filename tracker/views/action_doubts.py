"""What may be odd about an entry: a likely duplicate, an unexpected role, a name that differs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.extensions import current_settings
from tracker.identity import IdentityKind
from tracker.models import Action, Patient, User
from tracker.queries.action import likely_duplicates
from tracker.queries.patient import find_patient, find_patient_of
from tracker.queries.patient_doubt import differs
from tracker.queries.patient_link import right_identity
from tracker.queries.placement import placed_label
from tracker.queries.sheet_doubt import SheetDoubt, SheetUse, sheet_doubts
from tracker.routine.spec import KindSpec
from tracker.services.entry import ActionEntry, check_fields, check_performed_at, find_performer, subject_of
from tracker.services.patient import PatientEntry, check_identity, label_scope
from tracker.views.action_place import Place


@dataclass(frozen=True)
class Doubts:
    """What may be odd about an entry. Each is a warning: what was done on paper is never refused."""

    patient: Patient | None = None
    duplicates: Sequence[Action] = ()
    other_role: str = ""
    """The performer's role, where the routine does not count on it."""
    other_name: str = ""
    """The name that was typed, where another is registered."""
    same_label: bool = False
    """The label of an unknown patient is in use here already."""
    sheet: Sequence[SheetDoubt] = ()
    """What is odd about the number of the paper form."""

    def __bool__(self) -> bool:
        return bool(self.duplicates or self.other_role or self.other_name or self.same_label or self.sheet)

    @property
    def token(self) -> str:
        """What "log anyway" agrees to: other doubts, found later, are asked again."""
        about: list[object] = [
            *(str(action.id) for action in self.duplicates),
            self.other_role,
            self.other_name,
            self.same_label,
        ]
        about += [doubt.code for doubt in self.sheet]
        return hashlib.sha256(repr(about).encode()).hexdigest()[:16]


def find_doubts(entry: ActionEntry, kind: KindSpec, place: Place, user: User) -> Doubts:
    """Look before saving; raises Invalid where the entry cannot be saved anyway."""
    values = check_fields(kind, entry.fields)
    check_performed_at(entry.performed_at)
    performer = find_performer(entry.performed_by_login, entry.performed_by_name, entry.role, actor=user)
    patient = _right(_known(entry.patient, place, user))
    other_role = "" if performer.role in kind.logged_by else performer.role
    use = SheetUse(entry.sheet, kind, place.unit.id, place.outage.id, patient.id if patient else None, entry.id)
    sheet = sheet_doubts(use)
    if patient is None:
        return Doubts(other_role=other_role, sheet=sheet)
    typed = entry.patient.name
    is_label = entry.patient.identity_kind is IdentityKind.UNKNOWN
    return Doubts(
        patient=patient,
        duplicates=likely_duplicates(
            patient.id,
            kind.id,
            subject_of(kind, values),
            entry.performed_at,
            place.outage.drill,
            current_settings().duplicate_hours,
            except_id=entry.id,
        ),
        other_role=other_role,
        other_name=typed if typed and patient.name and differs(typed, patient.name) else "",
        same_label=is_label,
        sheet=sheet,
    )


def _known(entry: PatientEntry, place: Place, user: User) -> Patient | None:
    if entry.id is not None:
        return find_patient_of(entry.id, user.unit_ids)
    identity = check_identity(entry)
    if identity.kind is not IdentityKind.UNKNOWN:
        return find_patient(identity)
    scope = label_scope(place.outage, place.unit)
    return find_patient(identity, scope) or placed_label(identity.number, place.unit.id)


def _right(patient: Patient | None) -> Patient | None:
    """Under whom it will stand: a label or a reserve number may be linked to another identity by now."""
    return right_identity(patient) if patient else None
