"""The patient access log."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import insert, select

from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Access, User


def record_access(user: User, patient_ids: Iterable[uuid.UUID], *, unit_id: int | None, doing: str) -> None:
    """One line for each patient that `user` has been shown."""
    now = utcnow()
    rows = [
        {"at": now, "user_id": user.id, "patient_id": patient_id, "unit_id": unit_id, "doing": doing[:60]}
        for patient_id in sorted(set(patient_ids), key=str)
    ]
    if rows:
        db.session.execute(insert(Access), rows)


def recently_shown(user: User, patient_ids: Iterable[uuid.UUID], *, doing: str, within: timedelta) -> set[uuid.UUID]:
    """Those of the patients that the log says `user` was shown there just now."""
    return set(
        db.session.scalars(
            select(Access.patient_id).where(
                Access.patient_id.in_(list(patient_ids)),
                Access.at > utcnow() - within,
                Access.user_id == user.id,
                Access.doing == doing[:60],
            )
        )
    )
