"""What somebody leaves to a colleague or to the next shift when they go home."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.clock import utcnow
from tracker.models.base import Base
from tracker.models.item import Item, Question
from tracker.models.orphan_sheet import OrphanSheet
from tracker.models.sheet import Sheet
from tracker.models.stray_result import StrayResult
from tracker.models.unit import Unit
from tracker.models.user import User


class Handover(Base):
    """`to` is a named colleague; None: whoever of the same role comes next in the unit."""

    __tablename__ = "handover"
    __table_args__ = (
        CheckConstraint("(received_at IS NULL) = (received_by_id IS NULL)", name="received_has_actor"),
        Index("ix_handover_unit_id_received_at", "unit_id", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    from_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    to_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    role: Mapped[str] = mapped_column(String(30))
    """The role that takes over where nobody is named."""
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(default=utcnow)
    received_at: Mapped[datetime | None]
    received_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    unit: Mapped[Unit] = relationship(lazy="joined")
    by: Mapped[User] = relationship(foreign_keys=[from_id])
    to: Mapped[User | None] = relationship(foreign_keys=[to_id])
    received_by: Mapped[User | None] = relationship(foreign_keys=[received_by_id])
    lines: Mapped[list[HandoverLine]] = relationship(back_populates="handover", order_by="HandoverLine.id")


class HandoverLine(Base):
    """One thing that is left: a follow-up, a question, an orphan sheet, a sheet not yet logged, or a stray result."""

    __tablename__ = "handover_line"
    __table_args__ = (
        CheckConstraint(
            "(item_id IS NOT NULL AND orphan_id IS NULL AND sheet_id IS NULL AND stray_id IS NULL)"
            " OR (item_id IS NULL AND question_id IS NULL"
            " AND (orphan_id IS NOT NULL AND sheet_id IS NULL AND stray_id IS NULL"
            " OR orphan_id IS NULL AND sheet_id IS NOT NULL AND stray_id IS NULL"
            " OR orphan_id IS NULL AND sheet_id IS NULL AND stray_id IS NOT NULL))",
            name="one_thing",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    handover_id: Mapped[int] = mapped_column(ForeignKey("handover.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"))
    question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"))
    """Beside its item: the question that waits for an answer."""
    orphan_id: Mapped[int | None] = mapped_column(ForeignKey("orphan_sheet.id"))
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey("sheet.id"))
    stray_id: Mapped[int | None] = mapped_column(ForeignKey("stray_result.id"))

    handover: Mapped[Handover] = relationship(back_populates="lines")
    item: Mapped[Item | None] = relationship()
    question: Mapped[Question | None] = relationship()
    orphan: Mapped[OrphanSheet | None] = relationship()
    sheet: Mapped[Sheet | None] = relationship()
    stray: Mapped[StrayResult | None] = relationship()
