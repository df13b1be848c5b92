"""One thing awaited: its referral, who watches, every time it was chased, and what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from tracker.forms.item import ItemForm
from tracker.forms.reply import watch_form
from tracker.guard import current_user, may
from tracker.models import Item
from tracker.permissions import Permission, requires
from tracker.queries.item import get_item
from tracker.queries.reply import acknowledgement_of, awaited_of, chases_of
from tracker.queries.stray_result import strays_of
from tracker.queries.user import colleagues_in
from tracker.views.item_panel import Reader
from tracker.views.item_queue import note_seen
from tracker.views.query_string import MAX_ID
from tracker.views.reply_blueprint import blueprint
from tracker.views.reply_shown import AWAITED, facts_of, physicians_of, reply_line, what_of

PATH = f"/replies/<int(max={MAX_ID}):item_id>"


@dataclass(frozen=True)
class RefusedForm:
    """What was typed and could not be taken: shown again."""

    name: str
    form: ItemForm


@blueprint.get(PATH)
@requires(Permission.ACTION_READ)
def show(item_id: int) -> ResponseReturnValue:
    return reply_page(get_item(item_id, current_user().unit_ids))


def reply_page(item: Item, refused: RefusedForm | None = None, status: int = 200) -> ResponseReturnValue:
    user = current_user()
    note_seen([item])
    awaited = awaited_of(item)
    action = item.action
    ours = action.unit_id in user.unit_ids
    line = reply_line(awaited, Reader(user)) if awaited else None
    forms = dict(line.forms) if line and ours else {}
    if line and ours and may(Permission.ITEM_WORK):
        forms["watch"] = watch_form(item, colleagues_in(action.unit_id))
    if refused is not None:
        forms[refused.name] = refused.form
    spec = Reader(user).line(item, item.state.value).spec
    return (
        render_template(
            "reply/show.html",
            item=item,
            action=action,
            line=line,
            spec=spec,
            what=what_of(action),
            facts=facts_of(action, [item]),
            awaited=AWAITED,
            forms=forms,
            refused=refused,
            chases=chases_of(item),
            arrived=strays_of([action.id]).get(action.id, ()),
            acknowledgement=acknowledgement_of(item),
            may_withdraw=ours and may(Permission.ITEM_WORK),
            physicians=physicians_of([action.unit_id]),
        ),
        status,
    )
