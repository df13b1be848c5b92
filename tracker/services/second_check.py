"""A second person checks a high-risk entry against what was logged: right, or sent back to be amended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.i18n import language
from tracker.i18n import lazy_text as _l
from tracker.models import Attention, Item, ItemState, User
from tracker.permissions import may_check
from tracker.queries.second_check import checked_fields, says_the_same
from tracker.services.event import record_event
from tracker.services.follow_up import reopen_item

MAX_TEXT = 2000


def check_entry(item: Item, seen: Mapping[str, Any], *, revision: int | None = None, actor: User) -> None:
    """The second person says what stands in the target system for each field that changes clinical meaning.

    `seen` is what was read there, by field. One that is missing or says something else than the log is refused: the
    entry is sent back, or was read wrongly. `revision` is that of the item as it was read.
    """
    _check_checker(item, revision, actor)
    fields = checked_fields(item, language())
    faults: dict[str, object] = {
        f"/seen/{name}": _l("There is no such field.") for name in set(seen) - {field.id for field in fields}
    }
    for field in fields:
        read = seen.get(field.id)
        if read is None or (isinstance(read, str) and not read.strip()):
            faults[f"/seen/{field.id}"] = _l("Say what stands in the system.")
        elif not says_the_same(field, read):
            faults[f"/seen/{field.id}"] = _l("It is not what was logged: %(text)s.", text=field.text)
    if faults:
        raise Invalid(faults)
    before = item.state
    item.state, item.done_by, item.done_at = ItemState.DONE, actor, utcnow()
    _record("checked", item, before, actor, {"fields": [field.id for field in fields]})


def reject_entry(item: Item, note: str, *, revision: int | None = None, actor: User) -> None:
    """Something else stands in the target system: back to be amended, with who entered it and what is wrong."""
    _check_checker(item, revision, actor)
    if not note.strip():
        raise Invalid({"/note": _l("Say what is wrong, so that it can be put right.")})
    if len(note) > MAX_TEXT:
        raise Invalid({"/note": _l("The text is too long. Shorten it.")})
    before, entered_by, entered_at = item.state, item.entered_by, item.entered_at
    reopen_item(item, Attention.AMEND, note.strip(), actor=actor)
    item.entered_by, item.entered_at = entered_by, entered_at  # told on their start page until it is mended
    _record("rejected", item, before, actor, {"reason": note.strip()})


def _check_checker(item: Item, revision: int | None, actor: User) -> None:
    if not actor.works_in(item.action.unit_id):
        raise Forbidden(_l("You do not work in the unit that owns this item."))
    if item.state is not ItemState.ENTERED:
        who = item.done_by if item.is_finished else item.claimed_by
        if item.state is ItemState.DONE and who is not None:
            raise Conflict(_l("%(name)s has checked it already.", name=who.name), holder=who.name)
        raise Conflict(_l("The entry does not wait for a second person any more. Read it again."))
    if item.entered_by_id == actor.id:
        raise Forbidden(_l("You entered it yourself. Somebody else must check it."))
    if not may_check(actor, item):
        raise Forbidden(_l("A nurse, a physician or somebody with the item's role checks it."))
    if revision is not None and revision != item.revision:
        raise Conflict(_l("The entry was changed while you read it. Read it again."))


def _record(verb: str, item: Item, before: ItemState, actor: User, extra: Mapping[str, Any]) -> None:
    record_event(
        verb,
        item,
        actor=actor,
        before={"state": before},
        after={"item": item.item, "state": item.state, "attention": item.attention, **extra},
        outage_id=item.action.outage_id,
        unit_id=item.action.unit_id,
    )
