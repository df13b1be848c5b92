"""A standing task of the routine, for a unit or the region, in one outage."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, enum_by_value
from tracker.models.outage import Outage
from tracker.models.unit import Unit
from tracker.models.user import User


class DutyState(StrEnum):
    OPEN = "open"
    DONE = "done"
    NOT_NEEDED = "not_needed"


class Duty(Base):
    __tablename__ = "duty"
    __table_args__ = (
        CheckConstraint(
            "(state = 'open') = (done_by_id IS NULL) AND (done_by_id IS NULL) = (done_at IS NULL)",
            name="finished_has_actor",
        ),
        CheckConstraint("state <> 'not_needed' OR reason <> ''", name="not_needed_has_reason"),
        Index("ix_duty_outage_id_unit_id", "outage_id", "unit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outage.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    """None: it stands once for the region."""
    duty: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(30))
    due_at: Mapped[datetime | None]
    """None: no time of its own, or not known until the system is back."""
    state: Mapped[DutyState] = mapped_column(enum_by_value(DutyState), default=DutyState.OPEN)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    done_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")

    outage: Mapped[Outage] = relationship()
    unit: Mapped[Unit | None] = relationship(lazy="joined")
    done_by: Mapped[User | None] = relationship()
