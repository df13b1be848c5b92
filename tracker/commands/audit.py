"""`flask audit verify`: is the history whole?"""

from __future__ import annotations

import click
from flask.cli import AppGroup

from tracker.commands.database import prepare_new_database
from tracker.extensions import db
from tracker.models import ChainHead
from tracker.services.event import verify_chain

audit = AppGroup("audit", help="The history of every change.")


@audit.command("verify")
def verify() -> None:
    """Check every line of the history against the one before it; exit 1 and name each fault if it is not whole."""
    prepare_new_database()
    faults = list(verify_chain())
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise SystemExit(1)
    head = db.session.query(ChainHead).one()
    click.echo(f"{head.length} lines, whole. Head: {head.hash}")
