"""The patient access log: who saw which patient, when, from which unit, doing what (HSLF-FS 2016:40 4:9)."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.clock import utcnow
from tracker.models.base import Base
from tracker.models.patient import Patient
from tracker.models.unit import Unit
from tracker.models.user import User


class Access(Base):
    __tablename__ = "access"
    __table_args__ = (Index("ix_access_patient_id_at", "patient_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=utcnow)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    doing: Mapped[str] = mapped_column(String(60))

    user: Mapped[User] = relationship()
    patient: Mapped[Patient] = relationship()
    unit: Mapped[Unit | None] = relationship()
