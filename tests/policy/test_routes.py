"""Every route says what it needs; nobody gets past it, and nothing typed into an address makes it fail."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.page import Browser
from tests.region import declare, log, user
from tracker.permissions import Permission, permissions_of

FRAMEWORK = {"static", "bootstrap.static"}
SHELL = {"ward.shell", "ward.not_sent", "ward.service_worker", "ward.manifest", "ward.texts"}
"""The application that devices keep: the same for everybody, with nothing personal in it."""
PROVED = {"api.sealed.receive", "api.device.report"}
"""What comes carries its own proof of who wrote it: a sealed ticket, a device's token."""
PUBLIC = {
    "health.healthz",
    "login.link",
    "login.log_in",
    "login.log_in_again",
    "login.set_language",
    *SHELL,
    *PROVED,
}
"""What is met before logging in. Think twice before adding a route here."""
NARROWER = {"history.check"}
"""Pages that refuse some of those who have the permission, by their role."""
PEOPLE = ("nurse", "physician", "secretary", "other", "manager", "manager2", "outsider", "it", "director", "admin")
SAMPLES = {
    "kind": "melior.note",
    "system": "melior",
    "code": "ward",
    "token": "abc",
    "action_id": str(uuid.UUID(int=7)),
    "patient_id": str(uuid.UUID(int=8)),
    "import_id": str(uuid.UUID(int=9)),
    "device_id": str(uuid.UUID(int=10)),
    "serial": "000421-K",
    "verb": "void",
    "list_id": "dictations",
    "step_id": "type",
    "verb_id": "take",
    "language": "sv",
}
STRANGE = ("0", "99999999999999999999", "%00", "..", "å%2Fä", "a" * 300, "' OR 1=1", str(uuid.UUID(int=0)))
NUMBERS = ("page", "outage", "unit", "system", "patient", "cursor", "limit", "before", "day")
WORDS = ("role", "state", "kind", "q", "from", "until", "next", "user", "show")
STRANGE_QUERIES = (
    *(f"{name}=99999999999999999999" for name in NUMBERS),
    "&".join(f"{name}=-1" for name in NUMBERS),
    "&".join(f"{name}=%00" for name in (*NUMBERS, *WORDS)),
    "&".join(f"{name}=%C3%A5%25" for name in (*NUMBERS, *WORDS)),
)


def routes(app: Flask, method: str) -> list[Rule]:
    return [
        rule for rule in app.url_map.iter_rules() if method in (rule.methods or ()) and rule.endpoint not in FRAMEWORK
    ]


def permission_of(app: Flask, rule: Rule) -> Permission | None:
    permission: Permission | None = getattr(app.view_functions[rule.endpoint], "permission", None)
    return permission


def address(rule: Rule) -> str:
    """The rule's address with a plausible value for each parameter."""
    built = rule.build({name: SAMPLES.get(name, "1") for name in rule.arguments})
    assert built
    return built[1]


@pytest.fixture
def worked(app: Flask) -> Flask:
    """A region with something to show: an outage, a drill, and actions of several kinds."""
    with app.app_context():
        outage = declare("melior", "elvis", "medspeech", units=("ward", "clinic"))
        declare("pmo", drill=True)
        for kind in ("melior.medication-administration", "melior.note", "elvis.visit", "medspeech.dictation"):
            log(outage, kind)
    return app


def test_every_route_declares_what_it_needs(app: Flask) -> None:
    undeclared = [
        rule.endpoint for rule in routes(app, "GET") + routes(app, "POST") if permission_of(app, rule) is None
    ]
    assert undeclared == []


def test_only_what_is_met_before_logging_in_is_public(app: Flask) -> None:
    every = routes(app, "GET") + routes(app, "POST")
    assert {rule.endpoint for rule in every if permission_of(app, rule) is Permission.PUBLIC} == PUBLIC


def test_only_what_carries_its_own_proof_needs_no_token(app: Flask) -> None:
    excepted = {rule.endpoint for rule in routes(app, "POST")}
    views = app.view_functions
    assert {name for name in excepted if getattr(views[name], "proves_itself", False)} == PROVED


def test_the_shell_is_the_same_for_everybody(app: Flask, browser: Callable[[str | None], Browser]) -> None:
    for path in ("/ward", "/ward/round", "/ward/log/melior.note", "/sw.js", "/manifest.webmanifest", "/texts/sv.json"):
        answers = {browser(login).client.get(path).get_data() for login in (None, "nurse", "admin")}
        assert len(answers) == 1, path
        assert "Nora" not in answers.pop().decode()


def test_whoever_is_not_logged_in_is_sent_to_log_in_and_a_program_is_told_so(app: Flask) -> None:
    client = app.test_client()
    for rule in routes(app, "GET"):
        if rule.endpoint in PUBLIC:
            continue
        answer = client.get(address(rule))
        if rule.rule.startswith("/api/"):
            assert answer.status_code == 401, rule.rule
            assert answer.mimetype == "application/problem+json", rule.rule
        else:
            assert answer.status_code == 302, rule.rule
            assert answer.headers["Location"].startswith("/login?next="), rule.rule


def test_nothing_is_written_for_whoever_is_not_logged_in(app: Flask, browser: Callable[[str | None], Browser]) -> None:
    stranger = browser(None)
    token = stranger.get("/login").csrf
    for rule in routes(app, "POST"):
        if rule.endpoint not in PUBLIC:
            answer = stranger.client.post(address(rule), data={"csrf_token": token})
            if answer.status_code == 302:
                assert answer.headers["Location"].startswith("/login"), rule.rule
            else:
                assert answer.status_code in (400, 401), rule.rule


def test_nothing_is_written_without_the_forms_token(app: Flask, browser: Callable[[str | None], Browser]) -> None:
    for login in ("nurse", "admin", "it", "manager"):
        client = browser(login).client
        for rule in routes(app, "POST"):
            assert client.post(address(rule), data={"name": "x"}).status_code == 400, rule.rule


@pytest.mark.parametrize("login", PEOPLE)
@pytest.mark.parametrize("busy", [False, True], ids=["empty", "busy"])
def test_a_page_opens_for_those_who_may_see_it_and_for_nobody_else(
    app: Flask, browser: Callable[[str | None], Browser], request: pytest.FixtureRequest, login: str, busy: bool
) -> None:
    if busy:
        request.getfixturevalue("worked")
    person = browser(login)
    with app.app_context():
        granted = {Permission.SIGNED_IN, Permission.PUBLIC, *permissions_of(user(login))}
    for rule in routes(app, "GET"):
        if rule.arguments:
            continue
        status = person.get(rule.rule, follow=False).status
        if permission_of(app, rule) in granted:
            refused = (403,) if rule.endpoint in NARROWER else ()
            assert status in (200, 302, 404, *refused), f"{rule.rule}: {status}"
        else:
            assert status == 403, f"{rule.rule}: {status}"


@pytest.mark.parametrize("login", ["nurse", "manager", "it", "director", "admin"])
def test_no_address_makes_a_page_fail(worked: Flask, browser: Callable[[str | None], Browser], login: str) -> None:
    client = browser(login).client
    for rule in routes(worked, "GET"):
        if rule.arguments:
            for strange in STRANGE:
                path = rule.rule
                for name in rule.arguments:
                    path = path.replace(next(part for part in _parts(path) if part.endswith(f"{name}>")), strange)
                assert client.get(path).status_code < 500, path
        else:
            assert client.get(address(rule)).status_code < 500, rule.rule


@pytest.mark.parametrize("login", ["nurse", "manager", "director", "admin"])
def test_no_question_mark_makes_a_page_fail(
    worked: Flask, browser: Callable[[str | None], Browser], login: str
) -> None:
    client = browser(login).client
    for rule in routes(worked, "GET"):
        if not rule.arguments and rule.endpoint not in PUBLIC:
            for query in STRANGE_QUERIES:
                assert client.get(f"{rule.rule}?{query}").status_code < 500, f"{rule.rule}?{query}"


def test_no_page_is_kept_by_browsers_or_proxies_and_each_has_the_security_headers(
    worked: Flask, browser: Callable[[str | None], Browser]
) -> None:
    client = browser("manager").client
    for rule in routes(worked, "GET"):
        if not rule.arguments:
            headers = client.get(rule.rule).headers
            assert headers["Cache-Control"] == "no-store", rule.rule
            assert "default-src 'none'" in headers["Content-Security-Policy"], rule.rule
            assert headers["X-Content-Type-Options"] == "nosniff", rule.rule


def _parts(path: str) -> list[str]:
    """The parameters of a rule as they are written: `<int:item_id>`."""
    return ["<" + part.split(">")[0] + ">" for part in path.split("<")[1:]]
