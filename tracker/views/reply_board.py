"""The board of everything awaited: overdue by its own limit, soon due, the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.guard import current_user
from tracker.i18n import text as _
from tracker.models import User
from tracker.permissions import Permission, requires
from tracker.queries.patient_contact import count_to_contact
from tracker.queries.reply import AWAITS, GROUPS, ReplyFilter, count_overdue, reply_board
from tracker.queries.stray_result import count_unsolved
from tracker.views.item_queue import note_seen
from tracker.views.query_string import number
from tracker.views.reply_blueprint import blueprint
from tracker.views.reply_shown import AWAITED, GROUP_HEADS, cards_of, physicians_of

PER_PAGE = 30


@dataclass(frozen=True)
class BoardChoice:
    """What the reader wants to see."""

    unit: str = ""
    awaits: str = ""
    mine: bool = False
    overdue: bool = False
    page: int = 1

    def filter(self, user: User) -> ReplyFilter:
        units = {row.unit_id for row in user.memberships if self.unit in ("", row.unit.code)}
        return ReplyFilter(
            frozenset(units),
            awaits=self.awaits,
            watched_by=user.id if self.mine else None,
            overdue=self.overdue,
        )

    def args(self, **changes: Any) -> dict[str, Any]:
        """As an address has it: only what is chosen."""
        chosen = {
            "unit": self.unit,
            "awaits": self.awaits,
            "mine": "1" if self.mine else "",
            "overdue": "1" if self.overdue else "",
            "page": self.page if self.page > 1 else "",
            **changes,
        }
        return {name: value for name, value in chosen.items() if value}

    @property
    def is_all(self) -> bool:
        return not (self.unit or self.awaits or self.mine or self.overdue)


def board_choice(args: Mapping[str, str], user: User) -> BoardChoice:
    codes = {row.unit.code for row in user.memberships}
    unit, awaits = args.get("unit", ""), args.get("awaits", "")
    page = number("page")
    return BoardChoice(
        unit if unit in codes else "",
        awaits if awaits in AWAITS else "",
        args.get("mine") == "1",
        args.get("overdue") == "1",
        max(1, page or 1),
    )


@blueprint.get("/replies")
@requires(Permission.ACTION_READ)
def index() -> ResponseReturnValue:
    user = current_user()
    choice = board_choice(request.args, user)
    board = reply_board(choice.filter(user), page=choice.page, per_page=PER_PAGE)
    if not board.referrals and choice.page > 1:
        return redirect(url_for("reply.index", **choice.args(page="")))
    cards = cards_of(board.referrals, user)
    note_seen([line.item for card in cards for line in card.lines])
    units = sorted({row.unit for row in user.memberships}, key=lambda unit: unit.name)
    return render_template(
        "reply/index.html",
        choice=choice,
        board=board,
        groups=[
            (group, GROUP_HEADS[group], board.counts[group], [card for card in cards if card.group == group])
            for group in GROUPS
        ],
        pages=-(-board.total // PER_PAGE),
        units=[("", _("All my units")), *((unit.code, unit.name) for unit in units)],
        kinds=[("", _("Everything")), *AWAITED.items()],
        awaited=AWAITED,
        several_units=len(units) > 1 and not choice.unit,
        physicians=physicians_of(card.action.unit_id for card in cards),
        overdue=count_overdue(user.unit_ids),
        to_contact=count_to_contact(user.unit_ids),
        strays=count_unsolved(user.unit_ids),
    )
