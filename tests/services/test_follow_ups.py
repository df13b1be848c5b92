"""The whole follow-up table through the services: what each action leaves behind, for whom, and when it can be done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from tests.region import ALL_SYSTEMS, declare, item_of, log, sample_fields, sample_value, user
from tests.routine.contract import FOLLOW_UPS, KINDS, FollowUp
from tracker.clock import utcnow
from tracker.errors import Conflict
from tracker.extensions import current_routine
from tracker.models import Action, Item, Outage
from tracker.queries.item import ItemFilter, every_item, state_of
from tracker.routine.spec import FieldType
from tracker.services.item import claim_item, finish_item
from tracker.services.outage import restore_system

pytestmark = pytest.mark.usefixtures("context")

USER_OF_ROLE = {"nurse": "nurse", "physician": "physician", "secretary": "secretary", "other_clinician": "other"}
NEIGHBOURS = {"paf"}
"""Targets that are no system of the routine: they have no outage and count as up."""


def rows_of(kind: str) -> list[FollowUp]:
    return [row for row in FOLLOW_UPS if row.kind == kind]


def fields_of(row: FollowUp) -> dict[str, Any]:
    """Fields by which the row's condition holds; what must be answered first is answered so that it is asked."""
    kind = current_routine().kinds[row.kind]
    given: dict[str, Any] = {}
    if row.when:
        given[row.when[0]] = row.when[1]
        shown_when = kind.field_by_id[row.when[0]].shown_when
        if shown_when:
            given[shown_when.field] = shown_when.equals[0]
    return sample_fields(kind, given)


def every_answer(kind_id: str) -> Iterator[dict[str, Any]]:
    """Fields for every combination of the answers that the table's conditions and placeholders ask about."""
    kind = current_routine().kinds[kind_id]
    rows = rows_of(kind_id)
    asked = {row.when[0] for row in rows if row.when}
    asked |= {name for row in rows for name in re.findall(r"{(\w+)}", row.system)}
    names = sorted(asked)
    options = [
        [True, False]
        if kind.field_by_id[name].type is FieldType.YES_NO
        else [choice.id for choice in kind.field_by_id[name].choices]
        for name in names
    ]
    for answers in product(*options):
        yield sample_fields(kind, dict(zip(names, answers, strict=True)))


def filled(text: str, values: dict[str, Any]) -> str:
    return re.sub(r"{(\w+)}", lambda match: str(values[match[1]]), text)


def what_is_due(rows: list[FollowUp], values: dict[str, Any], performer: str) -> list[tuple[Any, ...]]:
    """What the table says that an action with these fields leaves behind, in its order."""
    return [
        (
            row.item,
            row.kind_of_work,
            filled(row.system, values),
            row.place,
            tuple(filled(need, values) for need in row.needs),
            (performer,) if row.role == "author" else tuple(row.role.split("|")),
            row.after,
        )
        for row in rows
        if row.applies(values)
    ]


def what_is_there(action: Action) -> list[tuple[Any, ...]]:
    return [
        (
            item.item,
            item.kind_of_work.value,
            item.system,
            item.place,
            item.needs,
            item.roles,
            item.after.item if item.after else None,
        )
        for item in action.items
    ]


def bring_back(outage: Outage, *systems: str) -> None:
    for system in systems:
        if system not in NEIGHBOURS and system in outage.systems_down(utcnow()):
            restore_system(outage, system, utcnow(), actor=user("it"))


def finish(item: Item) -> None:
    """Claim and finish an item as someone of its role, telling what the routine asks for."""
    worker = user(USER_OF_ROLE[item.roles[0]])
    spec = current_routine().item(item.action.kind, item.item, item.action.fields)
    claim_item(item, actor=worker)
    finish_item(item, "ref", {field.id: sample_value(field) for field in spec.finish}, actor=worker)


@pytest.mark.parametrize("row", FOLLOW_UPS, ids=str)
def test_a_follow_up_waits_for_its_systems_and_its_predecessor_and_is_then_ready(row: FollowUp) -> None:
    outage = declare(*ALL_SYSTEMS)
    performer = next((role for role in row.logged_by if role in USER_OF_ROLE), row.logged_by[0])
    action = log(outage, row.kind, actor=USER_OF_ROLE.get(performer, "nurse"), fields=fields_of(row), role=performer)
    item = item_of(action, row.item)
    needs = [need for need in item.needs if need not in NEIGHBOURS]
    if not needs and row.after is None:
        assert state_of(item) == "ready", "it depends on no system: it can be done during the outage"
        return
    assert state_of(item) == "waiting"
    others = [system for system in ALL_SYSTEMS if system not in needs]
    predecessor = item_of(action, row.after) if row.after else None
    if needs:
        bring_back(outage, *(system for system in others if not predecessor or system not in predecessor.needs))
        assert state_of(item) == "waiting", "other systems coming back is not enough"
        for need in needs:
            assert state_of(item) == "waiting", f"{need} is still down"
            bring_back(outage, need)
    if predecessor:
        bring_back(outage, *predecessor.needs)
        assert state_of(item) == "waiting", "the step before it is not done"
        if item.roles[0] in USER_OF_ROLE:
            with pytest.raises(Conflict):
                claim_item(item, actor=user(USER_OF_ROLE[item.roles[0]]))
        finish(predecessor)
    assert state_of(item) == "ready"
    page = every_item(ItemFilter(frozenset({action.unit_id}), action_id=action.id))
    assert page.states[item.id] == "ready", "the list says the same as the item"


@pytest.mark.parametrize("row", [row for row in FOLLOW_UPS if row.needs and not row.after], ids=str)
def test_a_follow_up_falls_back_to_waiting_when_a_system_it_needs_goes_down_again(row: FollowUp) -> None:
    up = declare("clinic24")  # some outage to log in: the kind's own systems are up
    action = log(up, row.kind, fields=fields_of(row), role=row.logged_by[0])
    item = item_of(action, row.item)
    if "clinic24" in item.needs:
        bring_back(up, "clinic24")
    assert state_of(item) == "ready"
    declare(item.needs[0])
    assert state_of(item) == "waiting"


@pytest.mark.parametrize("kind", KINDS)
def test_an_action_leaves_exactly_what_the_table_says_whatever_was_answered_and_whoever_did_it(kind: str) -> None:
    outage = declare(*ALL_SYSTEMS)
    rows = rows_of(kind)
    seen: set[FollowUp] = set()
    for values in every_answer(kind):
        for performer in rows[0].logged_by:
            action = log(outage, kind, fields=values, role=performer)
            assert what_is_there(action) == what_is_due(rows, values, performer), values
        seen |= {row for row in rows if row.applies(values)}
    assert seen == set(rows), "no answers lead to these rows"


def test_someone_outside_the_roles_of_the_table_is_accepted_and_answers_for_what_the_author_must_do() -> None:
    outage = declare("melior")
    action = log(outage, "melior.note", actor="secretary", fields={"form": "paper", "note_type": "nursing"})
    assert action.role == "secretary"
    assert item_of(action, "enter-note").roles == ("secretary",)


def test_dictation_for_a_neighbour_system_waits_for_medspeech_alone() -> None:
    outage = declare("medspeech", "melior", "pmo")
    kind = current_routine().kinds["medspeech.dictation"]
    fields = sample_fields(kind, {"record_system": "paf", "medium": "dpm"})
    action = log(outage, kind.id, actor="physician", fields=fields)
    typing = item_of(action, "type-dictation")
    assert (typing.system, typing.needs) == ("paf", ("paf", "medspeech"))
    bring_back(outage, "medspeech")
    finish(item_of(action, "dock-dpm"))
    assert state_of(typing) == "ready"
