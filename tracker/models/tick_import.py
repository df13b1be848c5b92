"""A ticked re-entry workbook that is being read back."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.clock import utcnow
from tracker.models.base import Base
from tracker.models.outage import Outage
from tracker.models.user import User


class TickImport(Base):
    """What the file says, kept between the preview and the word to apply it, then forgotten."""

    __tablename__ = "tick_import"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outage.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(120))
    file_digest: Mapped[str] = mapped_column(String(64))
    read_at: Mapped[datetime] = mapped_column(default=utcnow)
    begun_at: Mapped[datetime | None]
    """When somebody, having seen what the ticks would change, let them in."""
    applied_at: Mapped[datetime | None]
    rows: Mapped[list[Any]]
    """The rows that say something, or that nothing can be made of; those that are applied go."""
    about: Mapped[dict[str, Any]]
    """Who made the workbook and when, and what was noticed while it was read."""
    applied: Mapped[int] = mapped_column(default=0)
    known: Mapped[int] = mapped_column(default=0)
    """Rows that were read in before, or that say what stands in the application already."""
    unchanged: Mapped[int] = mapped_column(default=0)

    outage: Mapped[Outage] = relationship()
    by: Mapped[User] = relationship()
