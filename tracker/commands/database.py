"""The database that the commands work on."""

from __future__ import annotations

from flask_migrate import upgrade
from sqlalchemy import inspect

from tracker.extensions import db


def prepare_new_database() -> None:
    """Make the tables where there are none, so that a command may come before the first start of the server.

    A database of an earlier version is left alone: a server of that version may be at work on it.
    """
    if not inspect(db.engine).has_table("alembic_version"):
        upgrade()
