"""Somebody looked whether an entry had arrived in the target system by itself."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.clock import utcnow
from tracker.models.base import Base, enum_by_value
from tracker.models.item import Item
from tracker.models.user import User


class Arrival(StrEnum):
    ARRIVED = "arrived"
    """It stands there: nothing is entered."""
    TWICE = "twice"
    """It stands there more than once: one of them has to go."""
    MISSING = "missing"
    """It does not stand there: it is entered by hand."""


class ArrivalCheck(Base):
    """One look. The latest holds."""

    __tablename__ = "arrival_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    answer: Mapped[Arrival] = mapped_column(enum_by_value(Arrival))
    reference: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(default=utcnow)

    item: Mapped[Item] = relationship()
    by: Mapped[User] = relationship()
