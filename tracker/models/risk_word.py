"""A word by which a unit extends the routine's high-risk list."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.clock import utcnow
from tracker.models.base import Base
from tracker.models.unit import Unit
from tracker.models.user import User


class RiskWord(Base):
    """Holds for what is logged in the unit from then on; removing it keeps the row's event in the history."""

    __tablename__ = "risk_word"
    __table_args__ = (UniqueConstraint("unit_id", "category", "word"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    category: Mapped[str] = mapped_column(String(30))
    word: Mapped[str] = mapped_column(String(60))
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(default=utcnow)

    unit: Mapped[Unit] = relationship(back_populates="risk_words")
    by: Mapped[User] = relationship()
