"""The database is made by migrations alone, and they give exactly the tables of the models."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import IntegrityError

from tests.region import declare, item_of, log
from tracker.extensions import db
from tracker.models import Base, ItemState


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
