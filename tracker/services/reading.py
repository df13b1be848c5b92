"""What somebody had read when they answered. What others changed since is told, and refuses the answer once."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.errors import Conflict
from tracker.i18n import lazy_text as _l
from tracker.models import Item, ItemState, User
from tracker.queries.reading import changes_by_others


@dataclass(frozen=True)
class Reading:
    """Each part is None where it was not sent: nothing is compared then."""

    version: int | None = None
    """The version of the action."""
    revision: int | None = None
    """The item's own: any change of it counts, also by the reader."""
    seen: int | None = None
    """The last line of the history that the page had seen: what others wrote since counts."""


NOTHING_READ = Reading()


def check_reading(item: Item, reading: Reading, *, actor: User) -> None:
    """Refuse what rests on an older reading. What the actor has finished already is theirs: a repeat is no change."""
    finished_by = item.done_by_id if item.is_finished else item.entered_by_id
    if finished_by == actor.id and item.state in (ItemState.DONE, ItemState.ENTERED):
        return
    if reading.version is not None and reading.version != item.action.version:
        raise Conflict(_l("The action was corrected while you worked. Read it again before you finish."))
    others = changes_by_others(item, reading.seen, actor) if reading.seen is not None else []
    if others:
        raise Conflict(
            _l("%(name)s changed this while you worked. See what, then press again.", name=others[-1].actor_name),
            holder=others[-1].actor_name,
        )
    if reading.revision is not None and reading.revision != item.revision:
        raise Conflict(_l("The item has changed since it was read. Read it again before you finish."))
