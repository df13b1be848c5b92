"""Numbered paper forms: printed and issued to a unit in series, then used, void, blank or missing."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.clock import utcnow
from tracker.models.base import Base, enum_by_value
from tracker.models.outage import Outage
from tracker.models.unit import Unit
from tracker.models.user import User


class SheetSeries(Base):
    """Forms of one kind, printed together for one unit; `kind` is a kind of action in the routine."""

    __tablename__ = "sheet_series"
    __table_args__ = (Index("ix_sheet_series_unit_id_outage_id", "unit_id", "outage_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[str] = mapped_column(String(80))
    issued_at: Mapped[datetime] = mapped_column(default=utcnow)
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    outage_id: Mapped[int | None] = mapped_column(ForeignKey("outage.id"))
    """The outage in which it was taken into use; None: printed ahead, and still in its pack."""

    unit: Mapped[Unit] = relationship(lazy="joined")
    outage: Mapped[Outage | None] = relationship()
    issued_by: Mapped[User] = relationship()
    sheets: Mapped[list[Sheet]] = relationship(back_populates="series", order_by="Sheet.id")


class SheetState(StrEnum):
    ISSUED = "issued"
    """Given out, and not accounted for: in the pile, being written on, or lost. Used as soon as an action names it."""
    BLANK = "blank"
    """Counted: nothing is written on it; it stays in the pack."""
    VOID = "void"
    MISSING = "missing"


class Sheet(Base):
    """One numbered form. Used is derived: an action that is not voided names it."""

    __tablename__ = "sheet"
    __table_args__ = (
        CheckConstraint("(state = 'issued') = (settled_by_id IS NULL)", name="settled_has_actor"),
        CheckConstraint("(settled_by_id IS NULL) = (settled_at IS NULL)", name="settled_has_time"),
        CheckConstraint("state NOT IN ('void', 'missing') OR reason <> ''", name="void_has_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("sheet_series.id"), index=True)
    serial: Mapped[str] = mapped_column(String(20), unique=True)
    state: Mapped[SheetState] = mapped_column(enum_by_value(SheetState), default=SheetState.ISSUED)
    reason: Mapped[str] = mapped_column(Text, default="")
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    settled_at: Mapped[datetime | None]

    series: Mapped[SheetSeries] = relationship(back_populates="sheets")
    settled_by: Mapped[User | None] = relationship()
