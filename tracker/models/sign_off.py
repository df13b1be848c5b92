"""A unit manager's attestation of one unit in one outage."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.clock import utcnow
from tracker.models.base import Base
from tracker.models.outage import Outage
from tracker.models.unit import Unit
from tracker.models.user import User


class SignOff(Base):
    __tablename__ = "sign_off"
    __table_args__ = (
        CheckConstraint("(reopened_at IS NULL) = (reopen_reason IS NULL)", name="reopened_has_reason"),
        Index(
            "uq_sign_off_in_force",
            "outage_id",
            "unit_id",
            unique=True,
            sqlite_where=text("reopened_at IS NULL"),
            postgresql_where=text("reopened_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outage.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    signed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    signed_at: Mapped[datetime] = mapped_column(default=utcnow)
    basis: Mapped[dict[str, Any]]
    """What it rested on: counts, and the head of the history at that moment."""
    reopened_at: Mapped[datetime | None]
    reopened_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    reopen_reason: Mapped[str | None] = mapped_column(Text)

    outage: Mapped[Outage] = relationship()
    unit: Mapped[Unit] = relationship()
    signed_by: Mapped[User] = relationship(foreign_keys=[signed_by_id])
    reopened_by: Mapped[User | None] = relationship(foreign_keys=[reopened_by_id])
