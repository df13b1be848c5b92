"""How Alembic reaches the database: through the running application."""

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import TypeDecorator

import tracker.models  # noqa: F401 - every table must be known

database = current_app.extensions["migrate"].db


def plain_type(kind: str, item: Any, _context: Any) -> Any:
    """Write our own column types into migrations as what they are in the database, so that migrations stand alone."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def run() -> None:
    with database.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:  # a table is changed by making it anew: what refers to it must not stop or follow the old one
            connection.connection.execute("PRAGMA foreign_keys = OFF")
        context.configure(
            connection=connection,
            target_metadata=database.metadatas[None],
            render_item=plain_type,
            render_as_batch=True,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
            if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise RuntimeError("the changed tables do not fit together; nothing was changed")
        if sqlite:
            connection.invalidate()  # nobody else gets a connection without foreign keys


run()
