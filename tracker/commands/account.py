"""`flask unit`, `flask user` and `flask token`: accounts from the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from tracker.commands.database import prepare_new_database
from tracker.errors import DomainError, Invalid, NotFound
from tracker.extensions import current_settings, db
from tracker.models import Role, UnitKind, User
from tracker.queries.user import find_user
from tracker.services.event import CommandLine
from tracker.services.login import create_token, issue_link, set_password
from tracker.services.unit import UnitEntry, create_unit
from tracker.services.user import UserEntry, create_user

unit = AppGroup("unit", help="Units.")
user = AppGroup("user", help="Users.")
token = AppGroup("token", help="API tokens.")


def _carry_out(change: Callable[[], Any]) -> Any:
    """Do and commit one change; a refusal becomes a message and exit code 1."""
    try:
        prepare_new_database()
        result = change()
        db.session.commit()
    except Invalid as error:
        db.session.rollback()
        lines = [f"{pointer.strip('/')}: {fault}" for pointer, fault in error.faults.items()]
        raise click.ClickException("\n".join(lines)) from None
    except DomainError as error:
        db.session.rollback()
        raise click.ClickException(str(error.message)) from None
    except (OperationalError, ProgrammingError) as error:
        db.session.rollback()
        raise click.ClickException(
            f"The database cannot be used: {error.orig}. Start the application once first: it prepares the database."
        ) from None
    return result


def _existing(login: str) -> User:
    owner = find_user(login)
    if owner is None:
        raise NotFound(f"There is no user {login}.")
    return owner


@unit.command("create")
@click.argument("code")
@click.option("--name", required=True)
@click.option("--site", required=True)
@click.option("--kind", required=True, type=click.Choice([kind.value for kind in UnitKind]))
@click.option("--systems", required=True, help="Ids joined by commas, such as melior,elvis.")
def create_unit_command(code: str, name: str, site: str, kind: str, systems: str) -> None:
    """Create the unit CODE."""
    ids = [system.strip() for system in systems.split(",") if system.strip()]
    _carry_out(lambda: create_unit(UnitEntry(code, name, site, UnitKind(kind), ids), actor=CommandLine()))
    click.echo(f"Unit {code} created.")


@user.command("create")
@click.argument("login")
@click.option("--name", required=True)
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--unit", "units", multiple=True, help="A unit the user works in; repeat for several.")
@click.option("--manages", multiple=True, help="A unit the user manages; repeat for several.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def create_user_command(
    login: str, name: str, role: str, units: tuple[str, ...], manages: tuple[str, ...], password_stdin: bool
) -> None:
    """Create the user LOGIN. Without --password-stdin a one-time link to choose a password is printed."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else ""

    def create() -> str:
        created = create_user(UserEntry(login, name, Role(role), units, manages), actor=CommandLine())
        if password_stdin:
            set_password(created, password, actor=CommandLine())
            return f"User {created.login} created."
        return f"{current_settings().address}/link/{issue_link(created, actor=CommandLine())}"

    click.echo(_carry_out(create))


@user.command("link")
@click.argument("login")
def user_link_command(login: str) -> None:
    """Print a new one-time link to choose a password. Links given out before stop working."""

    def link() -> str:
        owner = _existing(login)
        if not owner.active:
            raise Invalid({"/login": f"The account {owner.login} is not in use."})
        return f"{current_settings().address}/link/{issue_link(owner, actor=CommandLine())}"

    click.echo(_carry_out(link))


@token.command("create")
@click.option("--user", "login", required=True)
def create_token_command(login: str) -> None:
    """Create an API token for a user and print the token alone. It is shown this once."""
    click.echo(_carry_out(lambda: create_token(_existing(login), actor=CommandLine())))
