"""The Flask extensions, and what belongs to the running application: its settings and its routine."""

from __future__ import annotations

from typing import Any, cast

from flask import current_app, g, has_request_context
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from tracker import write_lock
from tracker.config import Settings
from tracker.models.base import Base
from tracker.routine.spec import Routine
from tracker.sealing import SealingKeys, Tickets

db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True)
migrate = Migrate()
csrf = CSRFProtect()
babel = Babel()
bootstrap = Bootstrap5()


def current_settings() -> Settings:
    return cast(Settings, current_app.extensions["tracker.settings"])


def current_routine() -> Routine:
    """The routine that new outages are worked under. An outage's own: queries.routine.routine_of."""
    return cast(Routine, current_app.extensions["tracker.routine"])


def sealing_keys() -> SealingKeys:
    """The keys that devices seal their entries to."""
    return cast(SealingKeys, current_app.extensions["tracker.sealing"])


def tickets() -> Tickets:
    return cast(Tickets, current_app.extensions["tracker.tickets"])


def prepare_engine(engine: Engine) -> None:
    """SQLite: durable, with foreign keys, and with the write lock taken at the start of a writing transaction.

    A deferred transaction that upgrades to writing fails at once under load; BEGIN IMMEDIATE waits its turn instead.
    """
    if engine.dialect.name != "sqlite":
        _wait_no_longer(engine)
        return

    lock = write_lock.WriteLock()
    write_lock.queue_writers(engine)

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA busy_timeout = {int(write_lock.SECONDS * 1000)}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = has_request_context() and g.get("read_only", False)
        if reading:
            connection.exec_driver_sql("BEGIN")
        else:
            write_lock.begin_writing_on(connection, lock)


def _wait_no_longer(engine: Engine) -> None:
    """PostgreSQL waits for a lock for ever: no longer than SQLite does."""

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: object) -> None:
        connection.execute(f"SET lock_timeout = {int(write_lock.SECONDS * 1000)}")
        connection.commit()
