"""The patient access log."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from sqlalchemy import insert

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
