"""Accounts from the command line."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from tests.page import Browser
from tests.region import unit, user
from tests.server import ROOT, running_server, send
from tracker import create_app
from tracker.config import Settings
from tracker.extensions import db
from tracker.models import Event, Unit, User
from tracker.services.login import find_token, log_in

Fetch = Callable[[str | None], Browser]
PASSWORD = "fisken simmar 4711"
UNIT = (
    "unit",
    "create",
    "avd-1",
    "--name",
    "Avdelning 1",
    "--site",
    "Gävle",
    "--kind",
    "ward",
    "--systems",
    "melior,elvis",
)
USER = ("user", "create", "anna", "--name", "Anna Berg", "--role", "secretary", "--unit", "ward", "--unit", "clinic")


def run(app: Flask, *arguments: str, typed: str = "") -> Result:
    return app.test_cli_runner().invoke(args=list(arguments), input=typed)


def test_a_unit_is_created(app: Flask) -> None:
    assert run(app, *UNIT).exit_code == 0
    with app.app_context():
        made = unit("avd-1")
        assert (made.name, made.site, made.kind, made.systems) == ("Avdelning 1", "Gävle", "ward", ("melior", "elvis"))
        assert db.session.query(Event).order_by(Event.id.desc()).first().actor_name == "command line"  # type: ignore[union-attr]


def test_a_user_with_a_password_can_log_in(app: Flask) -> None:
    result = run(app, *USER, "--manages", "ward", "--password-stdin", typed=PASSWORD + "\n")
    assert result.exit_code == 0
    assert PASSWORD not in result.output
    with app.app_context():
        made = log_in("anna", PASSWORD).user
        assert {row.unit.code: (row.works, row.manages) for row in made.memberships} == {
            "ward": (True, True),
            "clinic": (True, False),
        }


def test_without_a_password_a_link_that_works_is_printed(app: Flask, browser: Fetch) -> None:
    result = run(app, *USER)
    assert result.exit_code == 0
    assert re.fullmatch(r"http://localhost:8000/link/[\w-]+\n", result.output)
    path = result.output.strip().removeprefix("http://localhost:8000")
    assert browser(None).post(path, {"password": PASSWORD, "again": PASSWORD}).status == 200
    with app.app_context():
        assert log_in("anna", PASSWORD)


def test_a_new_link_is_printed_for_an_existing_user(app: Flask, browser: Fetch) -> None:
    result = run(app, "user", "link", "NURSE")
    assert result.exit_code == 0
    assert browser(None).get(result.output.strip().removeprefix("http://localhost:8000")).status == 200
    assert run(app, "user", "link", "nobody").exit_code == 1
    with app.app_context():
        user("nurse").active = False
        db.session.commit()
    assert run(app, "user", "link", "nurse").exit_code == 1


def test_a_token_is_printed_alone(app: Flask) -> None:
    result = run(app, "token", "create", "--user", "nurse")
    assert result.exit_code == 0
    with app.app_context():
        assert find_token(result.output.removesuffix("\n")) == user("nurse")


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        ((*UNIT[:2], "ward", *UNIT[3:]), "", "code"),
        ((*UNIT[:2], "two words", *UNIT[3:]), "", "code"),
        ((*UNIT[:-1], "melior,cosmic"), "", "cosmic"),
        ((*USER[:2], "nurse", *USER[3:]), "", "login"),
        ((*USER, "--unit", "nowhere"), "", "nowhere"),
        ((*USER, "--password-stdin"), "kort\n", "8"),
        ((*USER, "--password-stdin"), "", "8"),
        (("token", "create", "--user", "nobody"), "", "nobody"),
    ],
)
def test_a_refusal_says_why_and_leaves_nothing_behind(
    app: Flask, arguments: tuple[str, ...], typed: str, said: str
) -> None:
    result = run(app, *arguments, typed=typed)
    assert result.exit_code == 1
    assert said in result.stderr
    assert "Traceback" not in result.output
    with app.app_context():
        assert (db.session.query(Unit).count(), db.session.query(User).count()) == (3, 12)


def test_a_role_or_kind_that_does_not_exist_is_named(app: Flask) -> None:
    result = run(app, *USER[:6], "king")
    assert result.exit_code == 2
    assert "secretary" in result.stderr
    assert run(app, *(part.replace("ward", "palace") for part in UNIT)).exit_code == 2


def test_a_database_that_is_not_prepared_is_told_in_plain_words(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path / "old"))
    with app.app_context():
        db.session.execute(db.text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        db.session.commit()
    result = run(app, *UNIT)
    assert result.exit_code == 1
    assert "Start the application once" in result.stderr
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_the_commands_work_while_the_server_serves(tmp_path: Path) -> None:
    environment = {**os.environ, "TRACKER_DATA_DIR": str(tmp_path), "FLASK_APP": "app:create_app"}

    def flask(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "flask", *arguments],
            cwd=ROOT,
            env=environment,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    with running_server(tmp_path) as address:
        assert flask(*UNIT).returncode == 0
        refused = flask(*UNIT)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr.startswith("Error: code")
        assert flask(*USER[:6], "nurse", "--unit", "avd-1", "--password-stdin", typed=PASSWORD).returncode == 0
        token = flask("token", "create", "--user", "anna").stdout
        assert token.count("\n") == 1
        answer = send(address, "/routine", token.strip(), method="GET")
        assert answer.status == 200


def test_the_first_command_on_a_new_database_prepares_it(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path, secret_key="x" * 32))
    assert run(app, "audit", "verify").exit_code == 0
    result = run(app, *UNIT)
    assert (result.exit_code, result.stdout) == (0, "Unit avd-1 created.\n"), result.output
    with app.app_context():
        assert unit("avd-1").name == "Avdelning 1"
        db.session.remove()
        db.engine.dispose()


def test_a_mistaken_setting_stops_a_command_with_its_name_and_no_traceback(tmp_path: Path) -> None:
    environment = {**os.environ, "TRACKER_DATA_DIR": str(tmp_path), "TRACKER_PORT": "abc"}
    result = subprocess.run(
        [sys.executable, "-m", "flask", "audit", "verify"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert result.returncode == 1
    assert "Cannot start:\nTRACKER_PORT" in result.stderr
    assert "Traceback" not in result.stderr
