"""What every request meets: who it is, what can be read, and refusals that a program understands."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.api.bodies import answered, entry, outage_of, pointers, problem
from tests.page import Api, Browser

Client = Callable[[str], Api]


def send(api: Api, data: bytes, content_type: str = "application/json"):
    return api.client.post("/api/v1/actions", data=data, headers={**api.headers, "Content-Type": content_type})


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"nothing",
        b'{"id": NaN}',
        b"\xff\xfe{\x00}\x00",
        b'{"a": "\xe5"}',
        b'{"a":' * 500 + b"1" + b"}" * 500,
        b"[" * 100_000,
        b'{"a\\u0000b": 1}',
    ],
)
def test_a_body_that_is_not_json_is_refused(app: Flask, api: Client, data: bytes) -> None:
    problem(send(api("nurse"), data), 400)


@pytest.mark.parametrize("data", [b"[]", b'"text"', b"1", b"null"])
def test_a_body_that_is_no_object_is_refused(api: Client, data: bytes) -> None:
    assert pointers(send(api("nurse"), data)) == {""}


def test_half_a_character_is_pointed_to(api: Client) -> None:
    assert pointers(send(api("nurse"), b'{"note": "\\ud800"}')) == {"/note"}


def test_another_content_type_is_refused(api: Client) -> None:
    problem(send(api("nurse"), b"id=1", "application/x-www-form-urlencoded"), 415)
    problem(send(api("nurse"), b"{}", "text/plain"), 415)


def test_too_much_is_refused(app: Flask, api: Client) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    problem(send(api("nurse"), b" " * 1001), 413)


def test_nothing_but_json_comes_back_from_a_wrong_address_or_method(api: Client) -> None:
    nurse = api("nurse")
    problem(nurse.get("/nothing"), 404)
    problem(nurse.get("/items/99999999999999999999"), 404)
    problem(nurse.get("/actions/19900101-2385"), 404)
    problem(nurse.client.delete("/api/v1/items", headers=nurse.headers), 405)


@pytest.mark.parametrize("token", [None, "Bearer wrong", "Basic bnVyc2U6cGFzcw=="])
def test_without_a_token_nothing_is_told(app: Flask, token: str | None) -> None:
    client = app.test_client()
    headers = {"Authorization": token} if token else {}
    for answer in (
        client.get("/api/v1/items", headers=headers),
        client.post("/api/v1/actions", json={}, headers=headers),
        client.get("/api/v1/routine", headers=headers),
    ):
        assert problem(answer, 401)
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_browser_session_needs_the_csrf_token(app: Flask, browser: Callable[[str], Browser]) -> None:
    client = browser("nurse").client
    body = entry(app, outage_of(app, "melior"))
    problem(client.post("/api/v1/actions", json=body), 400)
    token = answered(client.get("/api/v1/csrf"))["token"]
    answered(client.post("/api/v1/actions", json=body, headers={"X-CSRFToken": token}), 201)


def test_a_refused_entry_leaves_nothing_behind(app: Flask, api: Client) -> None:
    body = entry(app, outage_of(app, "melior"), done_items=["document-administration"])
    assert pointers(api("nurse").post("/actions", body)) == {"/done_items/0"}
    problem(api("nurse").get(f"/actions/{body['id']}"), 404)
    answered(api("nurse").post("/actions", {**body, "done_items": []}), 201)


def test_answers_are_never_kept_by_a_cache(app: Flask, api: Client) -> None:
    assert api("nurse").get("/items").headers["Cache-Control"] == "no-store"
