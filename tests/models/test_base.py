"""Column types: aware times, sets of ids."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from tests.region import unit
from tracker.extensions import db
from tracker.models import Unit, has_id


@pytest.mark.usefixtures("context")
def test_a_time_without_a_zone_is_refused() -> None:
    from tracker.models import RoutineVersion

    db.session.add(RoutineVersion(digest="x", content="{}", stored_at=datetime(2026, 1, 1)))
    with pytest.raises(StatementError):
        db.session.flush()


@pytest.mark.usefixtures("context")
def test_a_set_of_ids_is_searched_by_whole_ids_only() -> None:
    unit().systems = ("melior", "elvis")
    db.session.flush()
    assert db.session.scalars(select(Unit.code).where(has_id(Unit.systems, "elvis"))).all().count("ward") == 1
    assert db.session.scalars(select(Unit.id).where(Unit.code == "ward", has_id(Unit.systems, "elv"))).all() == []
