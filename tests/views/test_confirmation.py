"""The page on which a unit manager reads, confirms and sends back."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from tests.page import Browser
from tests.region import TEST_NUMBERS, declare, log, unit, user
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Access, Action, Confirmation, Outage, SendBack
from tracker.services.action import Correction, correct_action, void_action
from tracker.services.confirmation import confirm_action
from tracker.services.item import finish_item
from tracker.services.outage import restore_system

Browsers = Callable[[str | None], Browser]


@dataclass
class Ward:
    """A ward after an outage: some actions closed by a nurse, one by the manager herself, one still open."""

    outage: int
    closed: list[uuid.UUID]
    mine: uuid.UUID
    open: uuid.UUID


def close(outage: Outage, number: int, login: str = "nurse", **more: str) -> Action:
    action = log(outage, "melior.medication-administration", identity=TEST_NUMBERS[number], **more)  # type: ignore[arg-type]
    finish_item(action.items[0], f"M-{number}", actor=user(login))
    return action


@pytest.fixture
def ward(app: Flask) -> Iterator[Ward]:
    with app.app_context():
        outage = declare("melior")
        restore_system(outage, "melior", utcnow(), actor=user("it"))
        closed = [close(outage, number, name=f"Patient Nummer{number}").id for number in range(3)]
        mine = close(outage, 3, "manager", name="Egen Eriksson").id
        still_open = log(outage, "melior.medication-administration", identity=TEST_NUMBERS[4], name="Öppen Olsson").id
        db.session.commit()
        found = Ward(outage.id, closed, mine, still_open)
    yield found


def marks(html: str) -> dict[uuid.UUID, str]:
    """The boxes that can be ticked: the action's id and the whole value."""
    values = re.findall(r'type="checkbox" name="action"[^>]*value="([^"]+)"', html)
    return {uuid.UUID(value.split(":")[0]): value for value in values}


def state(app: Flask, action_id: uuid.UUID) -> str:
    with app.app_context():
        action = db.session.get(Action, action_id)
        assert action
        return action.state


def test_the_manager_sees_what_can_be_confirmed_and_what_another_must(browser: Browsers, ward: Ward) -> None:
    page = browser("manager").get("/confirm")
    assert set(marks(page.html)) == set(ward.closed)
    assert "Egen Eriksson" in page.html
    assert "Måns Möller" in page.html, "who can confirm it instead"
    assert "Öppen Olsson" not in page.html
    assert "M-1" in page.html
    other = browser("manager2").get("/confirm")
    assert set(marks(other.html)) == {*ward.closed, ward.mine}


@pytest.mark.parametrize("login", ["nurse", "secretary", "director", "it", "admin"])
def test_only_managers_open_the_page(browser: Browsers, ward: Ward, login: str) -> None:
    assert browser(login).get("/confirm").status == 403
    assert browser(login).post("/confirm", {"action": str(ward.closed[0])}).status == 403
    assert browser(login).post(f"/confirm/{ward.closed[0]}/send-back", {"reason": "Fel"}).status == 403


def test_the_states_and_filters_show_what_they_say(app: Flask, browser: Browsers, ward: Ward) -> None:
    with app.app_context():
        gone = close(db.session.get_one(Outage, ward.outage), 5, name="Felloggad Frisk")
        void_action(gone, "Loggad två gånger", actor=user("nurse"))
        confirm_action(db.session.get_one(Action, ward.closed[0]), actor=user("manager2"))
        db.session.commit()
    manager = browser("manager")
    assert "Öppen Olsson" in manager.get("/confirm?state=open").html
    confirmed = manager.get("/confirm?state=confirmed").html
    assert "Patient Nummer0" in confirmed
    assert "Patient Nummer1" not in confirmed
    voided = manager.get("/confirm?state=voided").html
    assert "Felloggad Frisk" in voided
    assert "Loggad två gånger" in voided
    assert not marks(voided)
    assert not marks(manager.get("/confirm?kind=melior.dictation").html)
    assert len(marks(manager.get(f"/confirm?outage={ward.outage}&unit=ward").html)) == 2
    assert not marks(manager.get("/confirm?unit=clinic").html)
    assert manager.get("/confirm?unit=emergency").status == 404
    assert manager.get("/confirm?outage=999").status == 404


def test_many_are_confirmed_at_once(app: Flask, browser: Browsers, ward: Ward) -> None:
    manager = browser("manager")
    chosen = list(marks(manager.get("/confirm").html).values())
    page = manager.post("/confirm", {"action": chosen})
    assert page.status == 200
    assert [state(app, action_id) for action_id in ward.closed] == ["confirmed"] * 3
    assert not marks(page.html)
    assert "summary-bad" not in page.html


def test_one_is_confirmed_by_its_own_button_although_others_are_ticked(
    app: Flask, browser: Browsers, ward: Ward
) -> None:
    manager = browser("manager")
    values = marks(manager.get("/confirm").html)
    manager.post("/confirm", {"action": list(values.values()), "only": values[ward.closed[1]]})
    assert [state(app, action_id) for action_id in ward.closed] == ["closed", "confirmed", "closed"]


def test_what_cannot_be_confirmed_is_left_and_told_one_by_one(app: Flask, browser: Browsers, ward: Ward) -> None:
    manager = browser("manager")
    values = marks(manager.get("/confirm").html)
    with app.app_context():
        confirm_action(db.session.get_one(Action, ward.closed[0]), actor=user("manager2"))
        correct_action(
            db.session.get_one(Action, ward.closed[1]),
            Correction(reason="Fel dos", note="Halv tablett"),
            actor=user("nurse"),
        )
        db.session.commit()
    page = manager.post("/confirm", {"action": [*values.values(), f"{ward.mine}:", f"{ward.open}:"]})
    assert page.status == 200
    left = page.html[page.html.index("left-head") : page.html.index("</section>", page.html.index("left-head"))]
    assert len(re.findall("<li>", left)) == 4
    assert "Måns Möller" in left
    assert "Öppen Olsson" in left
    assert state(app, ward.closed[2]) == "confirmed"
    assert state(app, ward.closed[1]) == "open"
    assert state(app, ward.mine) == "closed"


def test_what_was_undone_and_done_again_since_it_was_read_is_left(app: Flask, browser: Browsers, ward: Ward) -> None:
    manager = browser("manager")
    value = marks(manager.get("/confirm").html)[ward.closed[0]]
    with app.app_context():
        action = db.session.get_one(Action, ward.closed[0])
        correct_action(action, Correction(reason="Fel", note="Rättad"), actor=user("nurse"))
        finish_item(action.items[0], "M-99", actor=user("nurse"))
        db.session.commit()
    page = manager.post("/confirm", {"action": value})
    assert state(app, ward.closed[0]) == "closed"
    assert "left-head" in page.html
    again = marks(page.html)[ward.closed[0]]
    manager.post("/confirm", {"action": again})
    assert state(app, ward.closed[0]) == "confirmed"


def test_sending_the_same_confirmation_twice_confirms_once_and_says_by_whom(
    app: Flask, browser: Browsers, ward: Ward
) -> None:
    manager = browser("manager")
    value = marks(manager.get("/confirm").html)[ward.closed[0]]
    manager.post("/confirm", {"action": value})
    page = manager.post("/confirm", {"action": value})
    assert "Maria Mård" in page.html[page.html.index("left-head") :]
    with app.app_context():
        assert db.session.scalar(select(func.count(Confirmation.id))) == 1


def test_choosing_nothing_is_told(browser: Browsers, ward: Ward) -> None:
    page = browser("manager").post("/confirm", {})
    assert page.status == 422
    assert set(marks(page.html)) == set(ward.closed)


def test_the_whole_page_can_be_chosen_without_scripts(browser: Browsers, ward: Ward) -> None:
    page = browser("manager").get("/confirm?select=page")
    assert len(re.findall(r'name="action"[^>]* checked', page.html)) == 3


def test_actions_of_other_units_do_not_exist(app: Flask, browser: Browsers, ward: Ward) -> None:
    with app.app_context():
        outage = db.session.get_one(Outage, ward.outage)
        foreign = log(outage, "melior.medication-administration", actor="outsider", unit_code="clinic")
        finish_item(foreign.items[0], actor=user("outsider"))
        db.session.commit()
        foreign_id = foreign.id
    manager2 = browser("manager2")
    assert str(foreign_id) not in manager2.get("/confirm").html
    assert manager2.post("/confirm", {"action": str(foreign_id)}).status == 404
    assert manager2.post(f"/confirm/{foreign_id}").status == 404
    assert manager2.post(f"/confirm/{foreign_id}/send-back", {"reason": "Fel"}).status == 404
    assert manager2.get(f"/confirm?left={foreign_id}").html.find("left-head") == -1
    assert manager2.post("/confirm", {"action": "not-an-id"}).status == 404
    assert state(app, foreign_id) == "closed"


def test_sending_back_opens_the_action_with_the_reason(app: Flask, browser: Browsers, ward: Ward) -> None:
    manager = browser("manager")
    page = manager.post(f"/confirm/{ward.closed[0]}/send-back", {"reason": "Fel vårdtillfälle"})
    assert page.status == 200
    assert state(app, ward.closed[0]) == "open"
    assert "Fel vårdtillfälle" in manager.get("/confirm?state=open").html


def test_sending_back_without_a_reason_keeps_the_page_and_says_so(app: Flask, browser: Browsers, ward: Ward) -> None:
    page = browser("manager").post(f"/confirm/{ward.closed[0]}/send-back", {"reason": "  "})
    assert page.status == 422
    assert f'id="fault-{ward.closed[0]}"' in page.html
    assert state(app, ward.closed[0]) == "closed"


def test_a_reason_for_what_somebody_sent_back_already_is_not_lost(app: Flask, browser: Browsers, ward: Ward) -> None:
    manager = browser("manager")
    manager.post(f"/confirm/{ward.closed[0]}/send-back", {"reason": "Fel vårdtillfälle"})
    page = manager.post(f"/confirm/{ward.closed[0]}/send-back", {"reason": "En annan orsak"})
    assert page.status == 409
    assert "En annan orsak</textarea>" in page.html
    with app.app_context():
        assert db.session.scalar(select(func.count(SendBack.id))) == 1


def test_corrections_and_late_actions_stand_out_with_what_was_changed(
    app: Flask, browser: Browsers, ward: Ward
) -> None:
    with app.app_context():
        action = db.session.get_one(Action, ward.closed[0])
        correct_action(action, Correction(reason="Läst fel", note="Halv tablett"), actor=user("nurse"))
        finish_item(action.items[0], actor=user("nurse"))
        db.session.commit()
    html = browser("manager").get("/confirm").html
    row = html[html.index(f"action-{ward.closed[0]}") :].split("</tbody>")[0]
    assert "mark-warn" in row
    assert "– → Halv tablett" in row
    assert "Läst fel" in row


def test_the_page_is_written_to_the_access_log(app: Flask, browser: Browsers, ward: Ward) -> None:
    browser("manager").get("/confirm")
    with app.app_context():
        rows = db.session.scalars(select(Access).where(Access.doing == "confirmation.index")).all()
        assert len(rows) == 4
        assert {row.unit_id for row in rows} == {unit().id}


def test_nothing_to_confirm_says_what_to_do(app: Flask, browser: Browsers) -> None:
    page = browser("manager").get("/confirm")
    assert page.status == 200
    assert 'class="empty"' in page.html
    assert 'id="confirm-many"' not in page.html


def test_a_full_page_takes_no_query_for_each_action(app: Flask, browser: Browsers) -> None:
    def queries(number: int) -> int:
        with app.app_context():
            outage = declare("melior") if number == 3 else db.session.get_one(Outage, 1)
            if number == 3:
                restore_system(outage, "melior", utcnow(), actor=user("it"))
            for count in range(number):
                close(outage, count % 9)
            db.session.commit()
            engine = db.engine
        seen: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            seen.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        assert manager.get("/confirm").status == 200
        event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    manager = browser("manager")
    few, many = queries(3), queries(25)
    assert many <= few + 2, f"{few} queries for 3 actions, {many} for 28"
