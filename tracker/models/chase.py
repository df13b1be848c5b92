"""An awaited reply was chased: who was asked, what they said, and when to ask again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.clock import utcnow
from tracker.models.base import Base
from tracker.models.item import Item
from tracker.models.user import User


class Chase(Base):
    __tablename__ = "chase"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    again_at: Mapped[datetime | None]
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(default=utcnow)

    item: Mapped[Item] = relationship()
    by: Mapped[User] = relationship()
