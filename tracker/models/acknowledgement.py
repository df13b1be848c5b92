"""The receiver of a faxed referral has said that they have it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.clock import utcnow
from tracker.models.base import Base
from tracker.models.item import Item
from tracker.models.user import User


class Acknowledgement(Base):
    """Beside the item, which says only that somebody faxed. Sent anew, it is awaited anew."""

    __tablename__ = "acknowledgement"
    __table_args__ = (
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name="withdrawn_has_actor"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    said_by: Mapped[str] = mapped_column(String(120))
    said_at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(default=utcnow)

    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """It was meant for another referral, or was a slip."""
    withdrawn_at: Mapped[datetime | None]

    item: Mapped[Item] = relationship()
    by: Mapped[User] = relationship(foreign_keys=[by_id])
