"""The workbook through the API: every item once, logged, and only for those who see the patients."""

from __future__ import annotations

import io
from collections.abc import Callable

from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from tests.api.bodies import answered, entry, outage_of, pointers, problem
from tests.page import Api
from tests.region import TEST_NUMBERS
from tracker.extensions import db
from tracker.models import Access, Event

Client = Callable[[str], Api]


def rows_of(data: bytes) -> int:
    book = load_workbook(io.BytesIO(data))
    ids = [
        row[0].value
        for sheet in book.worksheets[1:]
        for row in sheet.iter_rows(min_row=2)
        if isinstance(row[0].value, int)
    ]
    assert len(ids) == len(set(ids))
    return len(ids)


def test_the_workbook_holds_the_items_of_the_filter_and_is_logged(app: Flask, api: Client) -> None:
    outage = outage_of(app, "melior")
    nurse = api("nurse")
    answered(nurse.post("/actions", entry(app, outage)), 201)
    answered(nurse.post("/actions", entry(app, outage, patient={"identity": TEST_NUMBERS[1]})), 201)
    answer = nurse.get(f"/outages/{outage}/export.xlsx")
    assert answer.status_code == 200
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    assert rows_of(answer.data) == 2
    assert rows_of(nurse.get(f"/outages/{outage}/export.xlsx", state="done").data) == 0
    with app.app_context():
        exported = db.session.scalars(select(Event).where(Event.verb == "exported")).all()
        assert [line.after["rows"] for line in exported if line.after] == [2, 0]
        seen = db.session.scalars(select(Access).where(Access.doing.startswith("export."))).all()
        assert len(seen) == 2


def test_the_workbook_is_refused_to_those_who_see_no_patients(app: Flask, api: Client) -> None:
    outage = outage_of(app, "melior")
    path = f"/outages/{outage}/export.xlsx"
    for login in ("it", "director", "admin"):
        problem(api(login).get(path), 403)
    problem(api("outsider").get(path), 404)
    problem(api("nurse").get(path, unit="clinic"), 403)
    assert pointers(api("nurse").get(path, state="lost")) == {"/state"}
    assert pointers(api("nurse").get(path, limit=5)) == {"/limit"}
