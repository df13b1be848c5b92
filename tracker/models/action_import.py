"""A workbook of logged actions that is being read in, a portion at a time."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.clock import utcnow
from tracker.models.base import Base
from tracker.models.outage import Outage
from tracker.models.unit import Unit
from tracker.models.user import User


class ActionImport(Base):
    """What a file says and how far it has come. Its rows are forgotten once they are logged or handed back."""

    __tablename__ = "action_import"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    outage_id: Mapped[int] = mapped_column(ForeignKey("outage.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(120))
    file_digest: Mapped[str] = mapped_column(String(64))
    read_at: Mapped[datetime] = mapped_column(default=utcnow)
    begun_at: Mapped[datetime | None]
    """When somebody, having seen what the file says, let it in."""
    finished_at: Mapped[datetime | None]
    rows: Mapped[list[Any]]
    """The rows of the file as cells of text, with sheet and row number; those that are logged go."""
    about: Mapped[dict[str, Any]]
    """The sheets of the file with their columns, what was noticed while reading it, and which place it was made for."""
    total: Mapped[int]
    logged: Mapped[int] = mapped_column(default=0)
    known: Mapped[int] = mapped_column(default=0)
    """Rows that were logged before, by this file or an earlier reading of it."""

    unit: Mapped[Unit] = relationship()
    outage: Mapped[Outage] = relationship()
    by: Mapped[User] = relationship()
