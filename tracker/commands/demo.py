"""`flask demo load` and `flask demo accounts`: a fictional region in the middle of an outage."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from flask_migrate import upgrade

from tracker.demo.load import load_demo
from tracker.demo.region import PASSWORD, USERS
from tracker.extensions import current_settings, db
from tracker.queries.user import count_users
from tracker.services.user import UserEntry

demo = AppGroup("demo", help="A fictional region to try things out on.")


@demo.command("load")
def load() -> None:
    """Fill an empty database with a fictional region at work in an outage, and print its accounts."""
    upgrade()
    if count_users():
        raise click.ClickException(
            "This database has users already, and the demo is loaded into an empty one only. "
            "Set TRACKER_DATA_DIR to a new folder and try again."
        )
    load_demo()
    db.session.commit()
    click.echo("A fictional region in the middle of an outage is loaded.")
    _print_accounts()


@demo.command("accounts")
def accounts() -> None:
    """Print the demo's accounts."""
    _print_accounts()


def _print_accounts() -> None:
    """A table: one account of each role first."""
    rows = [("Login", "Role", "Works in", "Manages", "Password"), *(_row(entry) for entry in USERS)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    rows.insert(1, tuple("-" * width for width in widths))
    click.echo()
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    click.echo(f"\nStart the server with `python app.py` and log in at {current_settings().address}")


def _row(entry: UserEntry) -> tuple[str, ...]:
    return entry.login, entry.role.value, ", ".join(entry.units), ", ".join(entry.manages), PASSWORD
