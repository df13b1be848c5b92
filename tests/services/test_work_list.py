"""Several rows at once: every follow-up with its own trace, all of them or none, and who came first is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

from tests.region import TEST_NUMBERS, declare, item_of, log, sample_fields, user
from tracker.clock import utcnow
from tracker.extensions import current_routine, db
from tracker.models import Action, ArrivalCheck, Event, Item, ItemState, Outage
from tracker.queries.item import ItemFilter
from tracker.queries.work_list import ListRow, grouped, rows_of_step
from tracker.routine.spec import ListVerb
from tracker.services.action import Correction, correct_action
from tracker.services.item import claim_item, finish_item
from tracker.services.outage import restore_system
from tracker.services.work_list import Ticked, say_of_rows

pytestmark = pytest.mark.usefixtures("context")


def back(outage: Outage, *systems: str) -> None:
    for system in systems:
        restore_system(outage, system, utcnow(), actor=user("it"))
    db.session.commit()


def logged(outage: Outage, kind: str, number: int = 0, **fields: Any) -> Action:
    values = sample_fields(current_routine().kinds[kind], fields)
    performer = "physician" if "dictation" in kind else "nurse"
    return log(outage, kind, fields={**values, **fields}, identity=TEST_NUMBERS[number], actor=performer)


def rows(list_id: str, step_id: str, login: str = "secretary") -> list[ListRow]:
    one = current_routine().lists[list_id]
    step = one.step(step_id)
    assert step is not None
    return rows_of_step(one, step, ItemFilter(user(login).unit_ids, drill=False))


def verb(list_id: str, step_id: str, verb_id: str) -> ListVerb:
    step = current_routine().lists[list_id].step(step_id)
    assert step is not None
    return next(one for one in step.verbs if one.id == verb_id)


def say(
    which: tuple[str, str, str], found: Sequence[ListRow], actor: str = "secretary", **more: Any
) -> dict[Any, object]:
    ticked = [Ticked(row.items, version=row.action.version, **more) for row in found]
    refused = say_of_rows(verb(*which), ticked, actor=user(actor))
    db.session.rollback() if refused else db.session.commit()
    return refused


def traces(item: Item) -> list[str]:
    query = select(Event.verb).where(Event.subject_type == "item", Event.subject_id == str(item.id)).order_by(Event.id)
    return list(db.session.scalars(query))


def test_dpms_and_tapes_stand_by_owner_and_say_what_is_docked() -> None:
    outage = declare("medspeech")
    logged(outage, "medspeech.dictation", medium="dpm", device_number="DPM 7")
    logged(outage, "medspeech.dictation", 1, medium="tape", tape_number="Band 2")
    log(
        outage,
        "medspeech.dictation",
        actor="nurse",
        fields={**sample_fields(current_routine().kinds["medspeech.dictation"]), "device_number": "DPM 9"},
    )
    back(outage, "medspeech")
    one = current_routine().lists["dictations"]
    found = rows("dictations", "dock")
    assert [group.by["owner"] for group in grouped(one.steps[0], found)] == ["Nora Nyström", "Peter Palm"]
    assert say(("dictations", "dock", "docked"), found[1:], "physician") == {}
    found = rows("dictations", "dock")
    assert [row.is_finished for row in found] == [False, True, True]
    for row in found[1:]:
        assert traces(row.items[0])[-1] == "done"
        assert row.items[0].done_by_id == user("physician").id


def test_what_somebody_else_dictated_is_not_theirs_to_dock_and_then_nothing_is_done() -> None:
    outage = declare("medspeech")
    logged(outage, "medspeech.dictation", medium="dpm")
    log(outage, "medspeech.dictation", actor="nurse", identity=TEST_NUMBERS[1])
    back(outage, "medspeech")
    found = rows("dictations", "dock")
    (nurses,) = [row.action.id for row in found if row.action.performer == "Nora Nyström"]
    assert set(say(("dictations", "dock", "docked"), found, "physician")) == {nurses}
    assert not any(row.is_finished for row in rows("dictations", "dock"))


def test_the_typing_list_has_urgent_ones_first_then_the_longest() -> None:
    outage = declare("pmo")
    for number, fields in enumerate(
        ({"minutes": 3}, {"recordings": 4}, {"minutes": 12}, {"urgency": "high", "minutes": 1}, {"urgency": "high"})
    ):
        logged(outage, "pmo.dictation", number, medium="dpm", **fields)
    back(outage, "pmo")
    said = [(row.action.fields.get("urgency"), row.action.fields.get("minutes")) for row in rows("dictations", "type")]
    assert said == [("high", 1), ("high", None), (None, 12), (None, 3), (None, None)]


def test_several_to_type_are_taken_together_and_a_colleague_who_came_first_is_named() -> None:
    outage = declare("melior")
    for number in range(3):
        logged(outage, "melior.dictation", number)
    back(outage, "melior")
    found = rows("dictations", "type")
    claim_item(found[0].items[0], actor=user("secretary2"))
    db.session.commit()
    refused = say(("dictations", "type", "take"), found)
    assert list(refused) == [found[0].action.id]
    assert "Sven Sand" in str(refused[found[0].action.id])
    assert say(("dictations", "type", "take"), rows("dictations", "type")[1:]) == {}
    assert [row.items[0].claimed_by_id for row in rows("dictations", "type")][1:] == [user("secretary").id] * 2


def test_a_visit_and_its_payment_are_registered_in_one_go_each_with_its_trace() -> None:
    outage = declare("elvis")
    logged(outage, "elvis.visit", arrived_at="2026-11-20T10:00:00+00:00")
    logged(outage, "elvis.visit", 1, arrived_at="2026-11-20T08:00:00+00:00")
    logged(outage, "elvis.emergency-contact", 2, arrived_at="2026-11-19T23:30:00+00:00")
    back(outage, "elvis")
    found = rows("visits", "register")
    groups = grouped(current_routine().lists["visits"].steps[0], found)
    assert [str(group.by["day"]) for group in groups] == ["2026-11-20"]  # half past eleven in UTC is the next day here
    assert [row.clock.isoformat()[11:16] for row in found] == ["23:30", "08:00", "10:00"]
    assert [[item.item for item in row.items] for row in found][1] == ["register-visit", "register-payment"]
    assert say(("visits", "register", "all"), found[1:2], reference="B 77") == {}
    for item in found[1].items:
        assert (item.state, item.reference, traces(item)[-1]) == (ItemState.DONE, "B 77", "done")
    assert say(("visits", "register", "first"), [found[2]]) == {}
    assert [item.state.value for item in found[2].items] == ["done", "open"]
    assert len(rows("visits", "register")) == 2


def test_a_visit_corrected_meanwhile_is_refused() -> None:
    outage = declare("elvis")
    action = logged(outage, "elvis.visit")
    back(outage, "elvis")
    found = rows("visits", "register")
    ticked = [Ticked(found[0].items, version=action.version)]
    correct_action(action, Correction(reason="fel", fields={"clinician": "Dr Rätt"}), actor=user("nurse"))
    db.session.commit()
    assert say_of_rows(verb("visits", "register", "all"), ticked, actor=user("secretary")).keys() == {action.id}


def test_a_record_is_saved_again_looked_for_missing_saved_once_more_and_there() -> None:
    outage = declare("elvis")
    logged(outage, "elvis.provisio-record")
    assert rows("surgery-saves", "save")[0].states != {}
    back(outage, "elvis")
    assert say(("surgery-saves", "save", "saved"), rows("surgery-saves", "save")) == {}
    assert rows("surgery-saves", "save") == []
    assert say(("surgery-saves", "check", "missing"), rows("surgery-saves", "check")) == {}
    (row,) = rows("surgery-saves", "save")
    assert rows("surgery-saves", "check") == []
    assert row.look is not None and row.look.by_id == user("secretary").id
    assert say(("surgery-saves", "save", "saved"), [row], "secretary2") == {}
    assert say(("surgery-saves", "check", "there"), rows("surgery-saves", "check"), "secretary2") == {}
    (item,) = row.items
    assert item.state is ItemState.DONE
    assert traces(item) == ["claimed", "begun", "looked", "claimed", "begun", "done"]


def test_a_request_that_did_not_come_over_is_saved_again_and_the_finish_says_so() -> None:
    outage = declare("provisio")
    action = logged(outage, "provisio.surgery-request")
    back(outage, "provisio")
    finish_item(item_of(action, "enter-request"), actor=user("secretary"))
    db.session.commit()
    assert say(("surgery-saves", "check", "missing"), rows("surgery-saves", "check")) == {}
    assert say(("surgery-saves", "save", "saved"), rows("surgery-saves", "save")) == {}
    assert say(("surgery-saves", "check", "there"), rows("surgery-saves", "check")) == {}
    assert item_of(action, "check-carried-to-elvis").finish == {"carried": "saved_again"}
    assert db.session.scalars(select(ArrivalCheck)).one().item_id == item_of(action, "check-carried-to-elvis").id
