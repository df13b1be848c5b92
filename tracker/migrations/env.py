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
        context.configure(
            connection=connection,
            target_metadata=database.metadatas[None],
            render_item=plain_type,
            render_as_batch=True,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
