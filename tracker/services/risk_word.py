"""A unit's own words on the high-risk list. They hold for what has not been entered yet."""

from __future__ import annotations

from sqlalchemy import delete

from tracker.clock import utcnow
from tracker.errors import Forbidden, Invalid
from tracker.extensions import current_routine, db
from tracker.i18n import lazy_text as _l
from tracker.models import Item, RiskWord, Unit, User
from tracker.queries.risk_word import unentered_items
from tracker.queries.routine import routine_of
from tracker.services.event import record_event
from tracker.services.follow_up import mark_risk

SHORTEST, LONGEST = 3, 60


def check_risk_word(unit: Unit, category_id: str, word: str, *, actor: User) -> str:
    """The word as it would be kept; raises Invalid if it cannot be."""
    if not actor.manages(unit.id):
        raise Forbidden(_l("Only the unit's manager sets its local routine."))
    category = next((one for one in current_routine().high_risk if one.id == category_id), None)
    if category is None:
        raise Invalid({"/category": _l("Choose one of the categories.")})
    plain = " ".join(word.split()).casefold()
    if not SHORTEST <= len(plain) <= LONGEST or not plain[0].isalnum():
        raise Invalid({"/word": _l("Write a word of 3 to 60 characters, such as the name of a drug.")})
    own = [row.word for row in unit.risk_words if row.category == category_id]
    if plain in own or category.concerns(dict.fromkeys(category.fields, plain), own):
        raise Invalid({"/word": _l("The list has it already.")})
    return plain


def add_risk_word(unit: Unit, category_id: str, word: str, *, actor: User) -> RiskWord:
    """From now on a second person sees what begins so, also what is logged and not entered yet."""
    plain = check_risk_word(unit, category_id, word, actor=actor)
    row = RiskWord(unit=unit, category=category_id, word=plain, by=actor, at=utcnow())
    db.session.add(row)
    db.session.flush()
    changed = _rework(unit, actor)
    _record("risk-word-added", unit, category_id, plain, changed, actor)
    return row


def remove_risk_word(row: RiskWord, *, actor: User) -> None:
    """What was entered because of it still awaits its second person."""
    unit, category, word = row.unit, row.category, row.word
    if not actor.manages(unit.id):
        raise Forbidden(_l("Only the unit's manager sets its local routine."))
    db.session.execute(delete(RiskWord).where(RiskWord.id == row.id))
    db.session.expire(unit, ["risk_words"])
    changed = _rework(unit, actor)
    _record("risk-word-removed", unit, category, word, changed, actor)


def _rework(unit: Unit, actor: User) -> int:
    """Work out again what two persons must see; each change is in the item's history."""
    return sum(_mark_again(item, actor) for item in unentered_items(unit))


def _mark_again(item: Item, actor: User) -> bool:
    before = item.high_risk
    action = item.action
    mark_risk(item, routine_of(action.outage).item(action.kind, item.item, action.fields), action)
    if item.high_risk == before:
        return False
    record_event(
        "risk-changed",
        item,
        actor=actor,
        before={"high_risk": before},
        after={"high_risk": item.high_risk},
        outage_id=action.outage_id,
        unit_id=action.unit_id,
    )
    return True


def _record(verb: str, unit: Unit, category: str, word: str, changed: int, actor: User) -> None:
    words = [[row.category, row.word] for row in unit.risk_words]
    other = [category, word]
    before = [row for row in words if row != other] if verb == "risk-word-added" else [*words, other]
    record_event(
        verb,
        unit,
        actor=actor,
        before={"risk_words": before},
        after={"risk_words": words, "items": changed},
        unit_id=unit.id,
    )
