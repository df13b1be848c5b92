"""A patient was told, or could not be reached, about something that the outage left unsaid or unsent."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.clock import utcnow
from tracker.models.base import Base, enum_by_value
from tracker.models.item import Item
from tracker.models.user import User


class ContactOutcome(StrEnum):
    TOLD = "told"
    NOT_REACHED = "not_reached"
    NOT_NEEDED = "not_needed"


class PatientContact(Base):
    """One attempt about one item. The latest holds: who was not reached is tried again."""

    __tablename__ = "patient_contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    outcome: Mapped[ContactOutcome] = mapped_column(enum_by_value(ContactOutcome))
    note: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(default=utcnow)

    item: Mapped[Item] = relationship()
    by: Mapped[User] = relationship()
