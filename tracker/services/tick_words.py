"""Words of a ticked row understood: what was ticked, who signed; and what stands in the application, in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from flask_babel import force_locale

from tracker import labels
from tracker.i18n import LANGUAGES, time_zone
from tracker.i18n import text as _
from tracker.models import Item, User
from tracker.queries.attention import attention_since, begun_by
from tracker.queries.item import attention_of
from tracker.services.action_row import plain

OUTCOMES = ("done", "not_needed", "question")
_MORE_WORDS = {
    **dict.fromkeys(("klart", "ja", "yes", "x", "ok"), "done"),
    **dict.fromkeys(("behövs inte", "behövs ej", "ej aktuellt"), "not_needed"),
}


@dataclass(frozen=True)
class Signer:
    """Whoever may be meant by a signature."""

    is_own: bool
    """The reader signed, or nobody did."""
    is_known: bool
    confirmer: User | None
    """Somebody else who is meant, and who can confirm in the unit."""


def read_outcome(text: str) -> str | None:
    """What was ticked, in either language; None for what is none of the answers."""
    return _outcomes().get(plain(text).rstrip(".!"))


@cache
def _outcomes() -> dict[str, str]:
    known = dict(_MORE_WORDS)
    for one in LANGUAGES:
        with force_locale(one):
            known |= {plain(labels.state(outcome)): outcome for outcome in OUTCOMES}
    return known


def signed_by(signature: str, reader: User, people: Sequence[User], unit_id: int) -> Signer:
    if not signature.strip() or _is_meant(signature, reader):
        return Signer(True, True, None)
    meant = [user for user in people if _is_meant(signature, user)]
    managers = [user for user in meant if user.manages(unit_id)]
    return Signer(False, bool(meant), managers[0] if managers else None)


def _is_meant(signature: str, user: User) -> bool:
    """By name, user name, initials, or first name with or without the last one's initial."""
    told = re.sub(r"[.,/ ]+", " ", plain(signature)).strip()
    names = plain(user.name).split()
    if not names:
        return False
    initials = "".join(name[0] for name in names)
    forms = {
        " ".join(names),
        user.login.casefold(),
        initials,
        " ".join(initials),
        names[0],
        f"{names[0]} {names[-1][0]}",
        f"{names[0][0]} {names[-1]}",
    }
    return told in forms


def standing_lines(item: Item, state: str, now: datetime) -> list[str]:
    """What stands in the application: state, who and when, reference or reason; who had begun it before."""
    lines = [labels.state(state)]
    who, at = item.done_by, item.done_at
    if who is None and item.entered_by is not None and state == "entered":
        who, at = item.entered_by, item.entered_at
    if state == "claimed":
        who, at = item.claimed_by, item.begun_at
    if state != "entered" and not item.is_finished and begun_by(item, now):
        _attention, name = attention_of(item, now)
        since = attention_since(item, now)
        lines.append(f"{name}, {since.astimezone(time_zone()):%Y-%m-%d %H:%M}" if since else name)
    if who:
        lines.append(f"{who.name}, {at.astimezone(time_zone()):%Y-%m-%d %H:%M}" if at else who.name)
    if item.reference:
        lines.append(_("Reference: %(text)s", text=item.reference))
    if item.reason and state == "not_needed":
        lines.append(item.reason)
    question = item.questions[-1] if item.questions else None
    if question:
        lines.append(_("Question: %(text)s", text=question.question))
        if question.answer:
            lines.append(_("Answer: %(text)s", text=question.answer))
    if item.action.is_voided:
        lines.append(_("The action is voided: %(reason)s", reason=item.action.void_reason))
    return lines
