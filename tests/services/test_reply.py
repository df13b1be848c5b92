"""Each kind of referral and order from logging to the signed result, with what is overdue on the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from tests.region import declare, item_of, log, user
from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import db
from tracker.models import Action, Event, Item, ItemState, Outage
from tracker.queries.item import state_of
from tracker.queries.reply import (
    ReplyFilter,
    acknowledgement_of,
    awaited_of,
    chases_of,
    count_overdue,
    every_awaited,
    reply_board,
)
from tracker.services.chase import chase_item
from tracker.services.event import verify_chain
from tracker.services.item import finish_item, mark_item_not_needed, undo_item
from tracker.services.outage import restore_system
from tracker.services.reply import acknowledge_item, watch_item, withdraw_acknowledgement

pytestmark = pytest.mark.usefixtures("context")
BEGAN = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
"""A Monday."""
SYSTEMS = ("melior", "svarsdatabasen", "pmo", "medspeech")
FAX = {"fax_reply": True, "fax_number": "026-15 40 00"}
EXAM = {"examination": "DT hjärna", "question": "Blödning?"}

# kind, fields, then what is awaited in the order in which it falls due, with the hours that each may take
REFERRALS: dict[str, tuple[str, dict[str, Any], tuple[tuple[str, float], ...]]] = {
    "radiology at once": (
        "svarsdatabasen.radiology-urgent",
        {**EXAM, "urgency": "immediate"},
        (("fax-referral", 1), ("watch-fax-reply", 4), ("sign-result", 24)),
    ),
    "radiology today": (
        "svarsdatabasen.radiology-urgent",
        {**EXAM, "urgency": "today"},
        (("fax-referral", 2), ("watch-fax-reply", 12), ("sign-result", 36)),
    ),
    "radiology within 48 h": (
        "svarsdatabasen.radiology-urgent",
        {**EXAM, "urgency": "within_48h"},
        (("fax-referral", 4), ("watch-fax-reply", 48), ("sign-result", 72)),
    ),
    "physiology within 48 h": (
        "svarsdatabasen.physiology-urgent",
        {**EXAM, "urgency": "within_48h"},
        (("fax-referral", 4), ("watch-fax-reply", 48), ("sign-result", 72)),
    ),
    "chemistry in Melior": (
        "svarsdatabasen.chemistry-order",
        {"tests": "Troponin T", "urgency": "today"},
        (("watch-result", 12), ("sign-result", 36)),
    ),
    "pathology, urgent": (
        "svarsdatabasen.pathology-referral",
        {"laboratory": "pathology", "specimen": "Biopsi", "urgent": True},
        (("watch-fax-reply", 48), ("sign-result", 72)),
    ),
    "microbiology": (
        "svarsdatabasen.pathology-referral",
        {"laboratory": "microbiology", "specimen": "Urin", "urgent": False},
        (("sign-result", 7 * 24 + 17),),  # five working days, to the end of the last
    ),
    "chemistry on paper": (
        "melior.chemistry-order",
        {"form": "paper", "tests": "Kalium", "urgency": "immediate", **FAX},
        (("watch-fax-reply", 4), ("watch-result", 12), ("move-from-dr-edi", 12), ("sign-result", 24)),
    ),
    "PMO's laboratory": (
        "pmo.lab-order",
        {"form": "paper", "laboratory": "chemistry", "tests": "Hb", **FAX},
        (("watch-fax-reply", 24), ("watch-result", 48), ("act-on-reply", 72)),
    ),
    "PMO's radiology": (
        "pmo.radiology-referral",
        {"form": "paper", **EXAM, "urgency": "within_48h", **FAX},
        (("watch-fax-reply", 48), ("watch-result", 48), ("act-on-reply", 72)),
    ),
}
ROLES = {"nurse": "nurse", "physician": "physician", "secretary": "secretary"}


def logged(kind: str, fields: dict[str, Any]) -> tuple[Outage, Action]:
    """Logged an hour into an outage of everything; what is done by hand is not told done."""
    from tests.region import sample_fields
    from tracker.extensions import current_routine

    outage = declare(*SYSTEMS, hours_ago=1)
    spec = current_routine().kinds[kind]
    login = {"nurse": "nurse"}.get(spec.logged_by[0], "physician")
    action = log(outage, kind, actor=login, fields=sample_fields(spec, fields), performed_at=utcnow())
    return outage, action


def board() -> dict[str, list[str]]:
    """Names of what is awaited in the ward, by group, the most pressing first."""
    found = reply_board(ReplyFilter(user("nurse").unit_ids))
    return {one.group: [line.item.item for line in one.lines] for one in found.referrals}


def overdue(item: Item) -> bool:
    found = awaited_of(item)
    return found is not None and found.is_overdue(utcnow())


def worker_of(item: Item) -> str:
    return next(ROLES[role] for role in item.roles if role in ROLES)


def finish(item: Item) -> None:
    told = {}
    if item.item == "watch-fax-reply":
        with pytest.raises(Invalid):
            finish_item(item, actor=user(worker_of(item)))  # never without a physician and a time
        told = {"handed_to": "Peter Palm", "handed_at": utcnow().isoformat()}
    finish_item(item, finish=told, actor=user(worker_of(item)))


@pytest.mark.parametrize("case", REFERRALS)
def test_from_logging_to_the_signed_result(case: str) -> None:
    kind, fields, awaited = REFERRALS[case]
    nurse = user("nurse")
    with time_machine.travel(BEGAN, tick=False) as clock:
        outage, action = logged(kind, fields)
        found = every_awaited(ReplyFilter(nurse.unit_ids))
        taken = [(line.item.item, ((line.item.due_at or BEGAN) - BEGAN) / timedelta(hours=1)) for line in found]
        assert [(name, round(hours, 2)) for name, hours in taken] == list(awaited)
        assert count_overdue(nurse.unit_ids) == 0
        # by hand first: faxed, or handed in with the sample
        for item in action.items:
            if item.item in ("fax-referral", "hand-in-sample"):
                finish(item)
        # each is overdue by its own limit, and stays on the board until it is done
        systems_back = False
        for name, hours in awaited:
            item = item_of(action, name)
            if hours > 12 and not systems_back:
                for system in SYSTEMS:
                    restore_system(outage, system, utcnow(), actor=user("it"))
                systems_back = True
            if awaited_of(item) is None:
                continue  # the answer came before anybody asked whether the referral had arrived
            clock.move_to(BEGAN + timedelta(hours=hours) - timedelta(minutes=1))
            assert not overdue(item)
            clock.move_to(BEGAN + timedelta(hours=hours, minutes=1))
            assert overdue(item)
            assert name in board()["overdue"]
            assert count_overdue(nurse.unit_ids) == 1
            watch_item(item, user("nurse2"), actor=nurse)
            chase_item(item, "Ringde: de återkommer", utcnow() + timedelta(hours=1), actor=nurse)
            assert name in board()["overdue"]  # asking changes no limit
            if name == "fax-referral":
                acknowledge_item(item, "Rut, mottagningen", utcnow(), actor=nurse)
            else:
                if not systems_back and state_of(item) == "waiting":
                    for system in SYSTEMS:
                        restore_system(outage, system, utcnow(), actor=user("it"))
                    systems_back = True
                finish(item)
            assert awaited_of(item) is None
            assert [chase.text for chase in chases_of(item)] == ["Ringde: de återkommer"]
        assert board() == {}
        assert count_overdue(nurse.unit_ids) == 0
        assert all(item.state is ItemState.DONE for item in action.items)
    db.session.commit()
    assert list(verify_chain()) == []


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("svarsdatabasen.radiology-routine", {"form": "dictated"}),
        ("svarsdatabasen.radiology-routine", {"form": "deferred"}),
        ("svarsdatabasen.physiology-routine", {"form": "dictated"}),
        ("svarsdatabasen.physiology-routine", {"form": "deferred"}),
        ("melior.chemistry-order", {"form": "deferred"}),
        ("pmo.referral-other", {"form": "paper", "urgency": "today"}),
        ("pmo.referral-other", {"form": "deferred"}),
    ],
)
def test_what_is_not_sent_on_paper_awaits_no_reply_here(kind: str, fields: dict[str, Any]) -> None:
    """Entered when the system is back, and answered where answers always come. Late, the patient is called."""
    _outage, action = logged(kind, fields)
    assert board() == {}
    assert any(item.due_at for item in action.items)


def faxed() -> Item:
    """An urgent referral that was faxed an hour ago."""
    action = log(
        declare("svarsdatabasen"),
        "svarsdatabasen.radiology-urgent",
        actor="physician",
        fields={**EXAM, "urgency": "today"},
        done_items=("fax-referral",),
    )
    return item_of(action, "fax-referral")


def test_the_receivers_word_counts_for_the_faxing_it_was_about() -> None:
    item = faxed()
    acknowledge_item(item, "Rut", utcnow(), actor=user("nurse"))
    assert acknowledgement_of(item) is not None
    undo_item(item, actor=user("physician"))
    assert acknowledgement_of(item) is None
    finish_item(item, actor=user("physician"))  # to another number
    assert acknowledgement_of(item) is None
    assert awaited_of(item) is not None
    acknowledge_item(item, "Rut", utcnow(), actor=user("nurse"))
    withdraw_acknowledgement(item, actor=user("nurse2"))
    assert awaited_of(item) is not None
    with pytest.raises(Conflict):
        withdraw_acknowledgement(item, actor=user("nurse2"))


def test_a_reply_says_by_itself_that_the_referral_arrived() -> None:
    item = faxed()
    assert awaited_of(item) is not None
    finish(item_of(item.action, "watch-fax-reply"))
    assert awaited_of(item) is None
    undo_item(item_of(item.action, "watch-fax-reply"), actor=user("nurse"))
    assert awaited_of(item) is not None


def test_nothing_is_awaited_of_what_nobody_wants_any_more() -> None:
    item = faxed()
    for name, login in (("watch-fax-reply", "nurse"), ("sign-result", "physician")):
        mark_item_not_needed(item_of(item.action, name), "Patienten avliden", actor=user(login))
    assert awaited_of(item) is None
    with pytest.raises(Conflict) as refused:
        chase_item(item, "Ringde", actor=user("nurse"))
    assert refused.value.holder == "Peter Palm"


def test_who_is_not_of_the_unit_neither_watches_nor_chases_nor_acknowledges() -> None:
    item = faxed()
    outsider = user("outsider")
    with pytest.raises(Forbidden):
        watch_item(item, outsider, actor=outsider)
    with pytest.raises(Forbidden):
        chase_item(item, "Ringde", actor=outsider)
    with pytest.raises(Forbidden):
        acknowledge_item(item, "Rut", utcnow(), actor=outsider)
    with pytest.raises(Forbidden):
        withdraw_acknowledgement(item, actor=outsider)
    with pytest.raises(Invalid):
        watch_item(item, outsider, actor=user("nurse"))


def test_the_history_tells_that_it_was_chased_and_not_what_was_said() -> None:
    item = faxed()
    chase_item(item, "Test Testsson: granskas i kväll", actor=user("nurse"))
    event = db.session.query(Event).filter(Event.verb == "chased").one()
    assert "Testsson" not in str(event.after)


def test_a_time_to_ask_again_brings_it_forward() -> None:
    with time_machine.travel(BEGAN, tick=False) as clock:
        _outage, action = logged("pmo.lab-order", {"form": "paper", "laboratory": "microbiology", "fax_reply": False})
        assert list(board()) == ["later"]
        chase_item(item_of(action, "watch-result"), "Odlas", BEGAN + timedelta(hours=20), actor=user("nurse"))
        clock.move_to(BEGAN + timedelta(hours=19))
        assert list(board()) == ["later"]
        clock.move_to(BEGAN + timedelta(hours=20))
        assert list(board()) == ["soon"]
