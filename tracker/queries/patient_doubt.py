"""What speaks against two identities being one person: looked at before they are linked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from tracker.clock import utcnow
from tracker.extensions import db
from tracker.i18n import time_zone
from tracker.identity import Identity, IdentityKind
from tracker.models import Action, Patient, Placement
from tracker.queries.placement import placements_of

_FEMALE = re.compile(r"\b(kvinna|flicka|tjej|dam|tant|mamma|moder|woman|girl|female|lady)\b", re.IGNORECASE)
_MALE = re.compile(r"\b(man|pojke|kille|herre|farbror|pappa|fader|boy|male)\b", re.IGNORECASE)
_AGE = re.compile(r"(\d{1,3})\s*(?:-\s*(\d{1,3})\s*)?(?:år|års|åring|åringen|y|yrs|years?)\b", re.IGNORECASE)
_RESERVE = re.compile(r"(?P<born>(?:18|19|20)[0-9]{6})(?P<sex>[MKF])?", re.ASCII)


@dataclass(frozen=True)
class Likeness:
    """What an identity tells about the person: `sex` is `f`, `m` or empty, the age in years."""

    sex: str = ""
    youngest: int | None = None
    oldest: int | None = None


@dataclass(frozen=True)
class LinkDoubts:
    """Each is a warning: whoever links may know better."""

    other_name: bool = False
    elsewhere: Sequence[Placement] = ()
    """Where the right identity is on a list at the same time, in another bed."""
    other_sex: bool = False
    other_age: bool = False
    not_born: bool = False
    """Something was done before the day of birth."""
    alike: int = 0
    """Actions that look like one logged for the right identity itself: perhaps the same dose twice."""

    def __bool__(self) -> bool:
        return bool(
            self.other_name or self.elsewhere or self.other_sex or self.other_age or self.not_born or self.alike
        )

    @property
    def token(self) -> str:
        """What was agreed to; other doubts, found later, are asked again."""
        told = (self.other_name, len(self.elsewhere), self.other_sex, self.other_age, self.not_born, self.alike)
        return "-".join(str(int(part)) for part in told)


def link_doubts(patient: Patient, number: Identity, name: str, hours: int) -> LinkDoubts:
    """Everything odd about `patient` being the person with `number`, who is called `name` by whoever links."""
    target = db.session.scalars(
        select(Patient).where(Patient.identity_kind == number.kind, Patient.identity == number.number)
    ).one_or_none()
    its_name = (target.name if target else "") or name
    born = birth_day(number)
    first = db.session.scalar(
        select(func.min(Action.performed_at)).where(Action.patient_id == patient.id, Action.voided_at.is_(None))
    )
    one, other = likeness(Identity(patient.identity_kind, patient.identity)), likeness(number)
    return LinkDoubts(
        other_name=bool(patient.name and its_name and differs(patient.name, its_name)),
        elsewhere=_elsewhere(patient, target) if target else (),
        other_sex=bool(one.sex and other.sex and one.sex != other.sex),
        other_age=_ages_apart(one, other),
        not_born=bool(born and first and first.astimezone(time_zone()).date() < born),
        alike=_alike(patient, target, hours) if target else 0,
    )


def likeness(identity: Identity) -> Likeness:
    """Sex and age as far as the number, or the words of a temporary label, tell them."""
    if identity.kind is IdentityKind.UNKNOWN:
        return _of_label(identity.number)
    born = birth_day(identity)
    age = _age(born) if born else None
    if identity.kind is IdentityKind.RESERVE:
        match = _RESERVE.match(identity.number)
        sex = {"M": "m", "K": "f", "F": "f"}.get((match["sex"] or "") if match and born else "", "")
        return Likeness(sex, age, age)
    return Likeness("m" if int(identity.number[10]) % 2 else "f", age, age)


def birth_day(identity: Identity) -> date | None:
    """The day of birth that the number tells, if it does. A coordination number has 60 added to the day."""
    digits = identity.number[:8]
    if identity.kind is IdentityKind.UNKNOWN or not _RESERVE.match(digits):
        return None
    day = int(digits[6:]) - (60 if identity.kind is IdentityKind.SAMORDNINGSNUMMER else 0)
    try:
        return date(int(digits[:4]), int(digits[4:6]), day)
    except ValueError:
        return None


def differs(one: str, other: str) -> bool:
    """Whether two names are others than the same words in another order."""
    return sorted(one.casefold().replace(",", " ").split()) != sorted(other.casefold().replace(",", " ").split())


def _of_label(label: str) -> Likeness:
    female, male = bool(_FEMALE.search(label)), bool(_MALE.search(label))
    sex = "" if female == male else "f" if female else "m"
    match = _AGE.search(label)
    if match is None:
        return Likeness(sex)
    guessed = int(match[1])
    return Likeness(sex, guessed, int(match[2] or guessed))


def _ages_apart(one: Likeness, other: Likeness) -> bool:
    if one.youngest is None or one.oldest is None or other.youngest is None or other.oldest is None:
        return False
    margin = max(5, other.oldest * 35 // 100)  # people guess badly, of the old more than of the young
    return other.oldest < one.youngest - margin or other.youngest > one.oldest + margin


def _age(born: date) -> int:
    today = utcnow().astimezone(time_zone()).date()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _elsewhere(patient: Patient, target: Patient) -> list[Placement]:
    here = {(one.unit_id, one.bed.casefold()) for one in placements_of(patient.id) if one.booked_at is None}
    if not here:
        return []
    return [
        one
        for one in placements_of(target.id)
        if one.booked_at is None and (one.unit_id, one.bed.casefold()) not in here
    ]


def _alike(patient: Patient, target: Patient, hours: int) -> int:
    other = aliased(Action)
    margin = timedelta(hours=hours)
    pairs = db.session.execute(
        select(Action.id, Action.performed_at, other.performed_at)
        .join(
            other,
            (other.kind == Action.kind)
            & (func.lower(other.subject) == func.lower(Action.subject))
            & (other.outage_id == Action.outage_id),
        )
        .where(
            Action.patient_id == patient.id,
            other.patient_id == target.id,
            Action.voided_at.is_(None),
            other.voided_at.is_(None),
        )
    )
    return len({row[0] for row in pairs if abs(row[1] - row[2]) <= margin})
