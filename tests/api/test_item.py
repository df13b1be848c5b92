"""Working one item down through the API: one holder, nothing lost, nothing done twice."""

from __future__ import annotations

from datetime import timedelta

from tests.api.bodies import answered, pointers, problem
from tests.api.conftest import FAXED, Ward
from tests.region import unit
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Item


def test_one_person_holds_an_item_and_the_second_is_told_who(ready: Ward) -> None:
    path = f"/items/{ready.item}"
    taken = answered(ready.api("nurse").post(f"{path}/claim"))
    assert (taken["state"], taken["claimed_by"]) == ("claimed", "Nora Nyström")
    assert taken["claimed_until"] > utcnow().isoformat()
    for verb, body in (
        ("claim", {}),
        ("begin", {}),
        ("release", {}),
        ("done", {}),
        ("not-needed", {"reason": "x"}),
        ("ask", {"question": "x"}),
    ):
        assert problem(ready.api("nurse2").post(f"{path}/{verb}", body), 409)["holder"] == "Nora Nyström"
    answered(ready.api("nurse").post(f"{path}/claim"))
    freed = answered(ready.api("nurse").post(f"{path}/release"))
    assert (freed["state"], freed["claimed_by"], freed["check_first"]) == ("ready", None, False)
    problem(ready.api("nurse").post(f"{path}/release"), 409)
    problem(ready.api("nurse").post(f"{path}/begin"), 409)


def test_begun_and_let_go_says_check_the_system_first(ready: Ward) -> None:
    path = f"/items/{ready.item}"
    answered(ready.api("nurse").post(f"{path}/claim"))
    answered(ready.api("nurse").post(f"{path}/begin"))
    freed = answered(ready.api("manager").post(f"{path}/release"))
    assert (freed["state"], freed["check_first"], freed["attention_note"]) == ("ready", True, "Nora Nyström")


def test_a_claim_that_ran_out_after_work_began_says_check_first(ready: Ward) -> None:
    path = f"/items/{ready.item}"
    answered(ready.api("nurse").post(f"{path}/claim"))
    answered(ready.api("nurse").post(f"{path}/begin"))
    with ready.app.app_context():
        db.session.get_one(Item, ready.item).claimed_until = utcnow() - timedelta(seconds=1)
        db.session.commit()
    item = answered(ready.api("nurse2").get(path))
    assert (item["state"], item["claimed_by"], item["check_first"]) == ("ready", None, True)
    assert item["attention_note"] == "Nora Nyström"
    taken = answered(ready.api("nurse2").post(f"{path}/claim"))
    assert (taken["claimed_by"], taken["check_first"]) == ("Nils Norberg", True)


def test_a_claim_of_ones_own_that_ran_out_after_work_began_says_check_first_too(ready: Ward) -> None:
    path = f"/items/{ready.item}"
    answered(ready.api("nurse").post(f"{path}/claim"))
    begun = answered(ready.api("nurse").post(f"{path}/begin"))
    with ready.app.app_context():
        db.session.get_one(Item, ready.item).claimed_until = utcnow() - timedelta(seconds=1)
        db.session.commit()
    taken = answered(ready.api("nurse").post(f"{path}/claim"))
    assert (taken["claimed_by"], taken["check_first"]) == ("Nora Nyström", True)
    assert taken["attention_note"] == "Nora Nyström"
    assert taken["attention_at"] is not None
    assert taken["revision"] > begun["revision"]
    done = answered(ready.api("nurse").post(f"{path}/done", {"reference": "M-1"}))
    assert not done["check_first"]


def test_done_keeps_the_reference_and_can_be_repeated(ready: Ward) -> None:
    path = f"/items/{ready.item}/done"
    done = answered(ready.api("nurse").post(path, {"reference": "M-1", "version": 1}))
    assert (done["state"], done["reference"], done["done_by"]) == ("done", "M-1", "Nora Nyström")
    assert answered(ready.api("nurse").post(path, {"reference": "M-1", "version": 1})) == done
    assert problem(ready.api("nurse2").post(path), 409)["holder"] == "Nora Nyström"


def test_finishing_is_refused_while_waiting_or_from_an_old_version(ward: Ward) -> None:
    path = f"/items/{ward.item}"
    nurse = ward.api("nurse")
    problem(nurse.post(f"{path}/claim"), 409)
    problem(nurse.post(f"{path}/done"), 409)
    ward.restore("melior")
    answered(nurse.post(f"/actions/{ward.action}/correct", {"reason": "fel dos", "fields": {"dose": 2}}))
    problem(nurse.post(f"{path}/done", {"version": 1}), 409)
    answered(nurse.post(f"{path}/done", {"version": 2}))


def test_an_item_is_finished_by_its_own_role(ready: Ward) -> None:
    problem(ready.api("physician").post(f"/items/{ready.item}/done"), 403)
    problem(ready.api("secretary").post(f"/items/{ready.item}/claim"), 403)


def test_what_the_routine_asks_at_the_end_must_be_told(ward: Ward) -> None:
    items = ward.log(FAXED, "physician", role="physician", done_items=["fax-referral"])
    path = f"/items/{items['watch-fax-reply']}/done"
    nurse = ward.api("nurse")
    assert {"/handed_to", "/handed_at"} <= pointers(nurse.post(path))
    told = {"handed_to": "Dr Palm", "handed_at": "2026-01-15T14:05"}
    assert pointers(nurse.post(path, {**told, "handed_over": "x"})) == {"/handed_over"}
    assert pointers(nurse.post(path, {**told, "handed_at": "soon"})) == {"/handed_at"}
    assert pointers(nurse.post(path, {**told, "reference": 5, "version": "1", "on_paper": "no"})) == {
        "/reference",
        "/version",
        "/on_paper",
    }
    done = answered(nurse.post(path, told))
    assert done["finish"] == {"handed_to": "Dr Palm", "handed_at": "2026-01-15T13:05:00+00:00"}


def test_a_result_is_signed_on_paper_only_where_the_unit_allows_it(ward: Ward) -> None:
    items = ward.log(FAXED, "physician", role="physician")
    path = f"/items/{items['sign-result']}/done"
    physician = ward.api("physician")
    assert pointers(physician.post(path, {"on_paper": True})) == {"/on_paper"}
    with ward.app.app_context():
        unit().signs_on_paper = True
        db.session.commit()
    done = answered(physician.post(path, {"on_paper": True}))
    assert (done["state"], done["on_paper"]) == ("done", True)


def test_not_needed_tells_why_and_is_undone(ward: Ward) -> None:
    path = f"/items/{ward.item}"
    nurse = ward.api("nurse")
    assert pointers(nurse.post(f"{path}/not-needed")) == {"/reason"}
    assert pointers(nurse.post(f"{path}/not-needed", {"reason": "x" * 2001})) == {"/reason"}
    shut = answered(nurse.post(f"{path}/not-needed", {"reason": "redan infört"}))
    assert (shut["state"], shut["reason"]) == ("not_needed", "redan infört")
    open_again = answered(nurse.post(f"{path}/undo"))
    assert (open_again["state"], open_again["done_by"]) == ("waiting", None)
    problem(nurse.post(f"{path}/undo"), 409)


def test_what_was_done_and_undone_says_check_first(ready: Ward) -> None:
    path = f"/items/{ready.item}"
    answered(ready.api("nurse").post(f"{path}/done"))
    undone = answered(ready.api("manager").post(f"{path}/undo"))
    assert (undone["state"], undone["check_first"], undone["done_at"]) == ("ready", True, None)


def test_the_author_is_asked_and_answers(ready: Ward) -> None:
    path = f"/items/{ready.item}"
    asker, author = ready.api("nurse2"), ready.api("nurse")
    assert pointers(asker.post(f"{path}/ask", {"question": "  "})) == {"/question"}
    assert pointers(asker.post(f"{path}/ask")) == {"/question"}
    asked = answered(asker.post(f"{path}/ask", {"question": "Vilken styrka?"}))
    assert (asked["state"], asked["questions"][0]["asked_by"]) == ("question", "Nils Norberg")
    problem(author.post(f"{path}/done"), 409)
    problem(ready.api("physician").post(f"{path}/answer", {"text": "500 mg"}), 403)
    assert pointers(author.post(f"{path}/answer", {"text": ""})) == {"/text"}
    told = answered(author.post(f"{path}/answer", {"text": "500 mg"}))
    assert (told["state"], told["questions"][0]["answer"]) == ("ready", "500 mg")
    problem(author.post(f"{path}/answer", {"text": "500 mg"}), 409)
