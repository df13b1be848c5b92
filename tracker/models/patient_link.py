"""Who an unknown patient, or one with a reserve number, turned out to be. Both identities are kept."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.clock import utcnow
from tracker.models.base import Base
from tracker.models.patient import Patient
from tracker.models.user import User


class PatientLink(Base):
    __tablename__ = "patient_link"
    __table_args__ = (
        CheckConstraint("to_id IS NULL OR to_id <> patient_id", name="to_another_identity"),
        CheckConstraint("reason <> ''", name="has_reason"),
        CheckConstraint(
            "(undone_at IS NULL) = (undone_by_id IS NULL) AND (undone_at IS NULL) = (undo_reason IS NULL)",
            name="undo_has_actor_and_reason",
        ),
        Index(
            "uq_patient_link_in_force",
            "patient_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    """Known by a temporary label or a reserve number."""
    to_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("patient.id"), index=True)
    """The right identity; None: there is no other (a visitor keeps the reserve number), with the reason."""
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(default=utcnow)
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    undo_reason: Mapped[str | None] = mapped_column(Text)

    patient: Mapped[Patient] = relationship(foreign_keys=[patient_id])
    to: Mapped[Patient | None] = relationship(foreign_keys=[to_id])
    by: Mapped[User] = relationship(foreign_keys=[by_id])
    undone_by: Mapped[User | None] = relationship(foreign_keys=[undone_by_id])
