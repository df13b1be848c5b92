"""The main job through the services, once, from outage to sign-off."""

from __future__ import annotations

import pytest

from tests.region import declare, item_of, log, unit, user
from tracker.clock import utcnow
from tracker.errors import Conflict
from tracker.extensions import db
from tracker.queries.item import state_of
from tracker.queries.outage import current_sign_off
from tracker.services.action import void_action
from tracker.services.confirmation import confirm_action
from tracker.services.event import verify_chain
from tracker.services.item import claim_item, finish_item, undo_item
from tracker.services.outage import restore_system
from tracker.services.sign_off import sign_off_unit


@pytest.mark.usefixtures("context")
def test_a_dose_is_logged_entered_confirmed_and_signed_off() -> None:
    outage = declare("melior")
    action = log(outage, "melior.medication-administration")
    item = item_of(action, "document-administration")
    assert state_of(item) == "waiting"
    with pytest.raises(Conflict):
        claim_item(item, actor=user("nurse"))
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    assert state_of(item) == "ready"
    claim_item(item, actor=user("nurse"))
    with pytest.raises(Conflict) as refused:
        claim_item(item, actor=user("nurse2"))
    assert refused.value.holder == "Nora Nyström"
    finish_item(item, "M-1", actor=user("nurse"))
    assert action.state == "closed"
    confirm_action(action, actor=user("manager"))
    sign_off_unit(outage, unit(), actor=user("manager"))
    assert current_sign_off(outage.id, unit().id)
    undo_item(item, actor=user("nurse"))
    assert current_sign_off(outage.id, unit().id) is None
    assert action.confirmation is None
    void_action(action, "fel patient", actor=user("nurse"))
    db.session.commit()
    assert item.attention == "remove"
    assert list(verify_chain()) == []
