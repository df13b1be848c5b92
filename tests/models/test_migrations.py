"""The database is made by migrations alone, and they give exactly the tables of the models."""

from __future__ import annotations

import gzip
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import upgrade
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from tests.region import declare, item_of, log
from tracker import create_app
from tracker.config import Settings
from tracker.extensions import db
from tracker.models import Action, Base, ItemState
from tracker.routine import Routine
from tracker.services.event import verify_chain


@pytest.mark.usefixtures("context")
def test_the_migrations_give_the_tables_of_the_models() -> None:
    with db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


@pytest.mark.usefixtures("context")
def test_the_database_itself_refuses_a_state_without_its_actor() -> None:
    item = item_of(log(declare("melior"), "melior.medication-administration"), "document-administration")
    item.state = ItemState.DONE
    with pytest.raises(IntegrityError):
        db.session.commit()


FIRST_VERSION = Path(__file__).parent / "version-0001.sql.gz"
"""A database of the first version with an outage, logged, worked, corrected and signed off, as `.dump` writes it."""


def _counts(database: Path) -> dict[str, int]:
    with sqlite3.connect(database) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - names of tables
            for name in tables
            if name != "alembic_version"
        }


def test_the_data_of_the_first_version_survives(tmp_path: Path, routine: Routine) -> None:
    database = tmp_path / "tracker.sqlite3"
    with sqlite3.connect(database) as connection:
        connection.executescript(gzip.decompress(FIRST_VERSION.read_bytes()).decode())
    before = _counts(database)
    app = create_app(Settings(data_dir=tmp_path), routine)
    with app.app_context():
        upgrade()
        assert list(verify_chain()) == []
        assert db.session.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert db.session.execute(text("PRAGMA foreign_key_check")).first() is None
        for action in db.session.scalars(select(Action)):
            assert action.done_in_id == action.unit_id
        db.session.remove()
        db.engine.dispose()
    assert before["action"] > 3
    assert {name: count for name, count in _counts(database).items() if name in before} == before
