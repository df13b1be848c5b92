"""A unit's patients: who lies in which bed or is booked at what time, and who moved on to another unit."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.clock import utcnow
from tracker.models.base import Base
from tracker.models.patient import Patient
from tracker.models.unit import Unit
from tracker.models.user import User


class Placement(Base):
    """A patient on a unit's list: in a bed, or booked at a time. It ends when the patient leaves or moves."""

    __tablename__ = "placement"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="end_has_actor"),
        Index("ix_placement_unit_id_ended_at", "unit_id", "ended_at"),
        Index(
            "uq_placement_in_bed",
            "unit_id",
            "patient_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL AND booked_at IS NULL"),
            postgresql_where=text("ended_at IS NULL AND booked_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    bed: Mapped[str] = mapped_column(String(20), default="")
    booked_at: Mapped[datetime | None]
    clinician: Mapped[str] = mapped_column(String(120), default="")
    """Whom the patient is booked with."""
    placed_at: Mapped[datetime] = mapped_column(default=utcnow)
    placed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    unit: Mapped[Unit] = relationship(lazy="joined")
    patient: Mapped[Patient] = relationship(lazy="joined")
    placed_by: Mapped[User] = relationship(foreign_keys=[placed_by_id])
    ended_by: Mapped[User | None] = relationship(foreign_keys=[ended_by_id])


class PatientMove(Base):
    """A patient moved to another unit; the actions with something left to do went along (see the history)."""

    __tablename__ = "patient_move"
    __table_args__ = (CheckConstraint("from_unit_id <> to_unit_id", name="to_another_unit"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    from_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    to_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(default=utcnow)

    patient: Mapped[Patient] = relationship()
    from_unit: Mapped[Unit] = relationship(foreign_keys=[from_unit_id])
    to_unit: Mapped[Unit] = relationship(foreign_keys=[to_unit_id])
    by: Mapped[User] = relationship()
