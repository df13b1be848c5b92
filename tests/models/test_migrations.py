"""The database is made by migrations alone, and they give exactly the tables of the models."""

from __future__ import annotations

import gzip
import sqlite3
from datetime import timedelta
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
from tracker.models import Action, Base, HandoverLine, Item, ItemState, Risk, StrayResult
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


FOLDER = Path(__file__).parent
EARLIER = tuple(sorted(FOLDER.glob("version-*.sql.gz")))
"""Databases of earlier versions with an outage, logged, worked, corrected, as `.dump` writes them."""


def _counts(database: Path) -> dict[str, int]:
    with sqlite3.connect(database) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - names of tables
            for name in tables
            if name != "alembic_version"
        }


def _stored(version: Path, folder: Path) -> Path:
    database = folder / "tracker.sqlite3"
    with sqlite3.connect(database) as connection:
        connection.executescript(gzip.decompress(version.read_bytes()).decode())
    return database


@pytest.mark.parametrize("version", EARLIER, ids=lambda path: path.name)
def test_the_data_of_an_earlier_version_survives(version: Path, tmp_path: Path, routine: Routine) -> None:
    database = _stored(version, tmp_path)
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


def test_items_of_an_earlier_version_get_their_place_in_the_order(tmp_path: Path, routine: Routine) -> None:
    _stored(FOLDER / "version-0002.sql.gz", tmp_path)
    app = create_app(Settings(data_dir=tmp_path), routine)
    with app.app_context():
        upgrade()
        doses = {item.action.subject: item for item in db.session.scalars(select(Item).where(Item.stage == 3))}
        assert {name: (item.high_risk, item.risk) for name, item in doses.items()} == {
            "Alvedon": ("", Risk.OTHER),
            "Insulin aspart": ("insulin", Risk.HIGH_RISK),
            "Morfin": ("opioid", Risk.HIGH_RISK),
            "Waran": ("anticoagulant", Risk.HIGH_RISK),
        }
        assert doses["Waran"].state is ItemState.DONE
        urgent = db.session.scalars(select(Item).where(Item.item == "watch-fax-reply")).one()
        assert (urgent.stage, urgent.risk) == (4, Risk.URGENT)
        assert doses["Alvedon"].due_at == doses["Alvedon"].action.performed_at + timedelta(hours=48)
        db.session.remove()
        db.engine.dispose()


def test_what_was_handed_over_and_matched_in_an_earlier_version_stays_so(tmp_path: Path, routine: Routine) -> None:
    _stored(FOLDER / "version-0003.sql.gz", tmp_path)
    app = create_app(Settings(data_dir=tmp_path), routine)
    with app.app_context():
        upgrade()
        lines = db.session.scalars(select(HandoverLine).order_by(HandoverLine.id)).all()
        assert [(line.item_id, line.orphan_id, line.sheet_id, line.stray_id) for line in lines] == [
            (2, None, None, None),
            (None, 1, None, None),
            (None, None, 1, None),
            (None, None, 2, None),
        ]
        matched, unsolved = db.session.scalars(select(StrayResult).order_by(StrayResult.id))
        assert matched.item is not None
        assert matched.matched_patient_id == matched.item.action.patient_id
        assert unsolved.matched_patient_id is None
        begun = db.session.scalars(select(Item).where(Item.attention == "check_first")).all()
        assert {(item.attention_note, item.attention_by_id) for item in begun} == {("Nora Nyström", None)}
        db.session.remove()
        db.engine.dispose()
