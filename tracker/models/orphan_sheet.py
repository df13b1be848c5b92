"""A sheet that cannot be logged as it is: illegible, without a name, of the wrong patient, by an unknown author."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.clock import utcnow
from tracker.models.action import Action
from tracker.models.base import Base, enum_by_value
from tracker.models.outage import Outage
from tracker.models.sheet import Sheet
from tracker.models.unit import Unit
from tracker.models.user import User


class OrphanFault(StrEnum):
    NO_PATIENT = "no_patient"
    WRONG_PATIENT = "wrong_patient"
    NO_AUTHOR = "no_author"
    ILLEGIBLE = "illegible"
    OTHER = "other"


class OrphanSolution(StrEnum):
    LOGGED = "logged"
    """It is clear now, and an action says it."""
    OTHER_UNIT = "other_unit"
    """It belongs to another unit, which has taken it."""
    NOTHING_TO_ENTER = "nothing_to_enter"


class OrphanSheet(Base):
    """Worked until it is solved; a unit is not signed off before."""

    __tablename__ = "orphan_sheet"
    __table_args__ = (
        CheckConstraint(
            "(solution IS NULL) = (solved_by_id IS NULL) AND (solution IS NULL) = (solved_at IS NULL)",
            name="solved_has_actor",
        ),
        CheckConstraint("solution IS NULL OR solution = 'logged' OR solution_note <> ''", name="solution_is_told"),
        CheckConstraint("solution <> 'logged' OR action_id IS NOT NULL", name="logged_has_action"),
        Index("ix_orphan_sheet_sheet_id", "sheet_id"),
        Index("ix_orphan_sheet_outage_id_unit_id", "outage_id", "unit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outage.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey("sheet.id"))
    serial: Mapped[str] = mapped_column(String(40), default="")
    fault: Mapped[OrphanFault] = mapped_column(enum_by_value(OrphanFault))
    content: Mapped[str] = mapped_column(Text)
    """What can be read on it."""
    found_where: Mapped[str] = mapped_column(String(200), default="")
    found_at: Mapped[datetime] = mapped_column(default=utcnow)
    found_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    offered_to_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    """Another unit that is asked to take it. Until it does, the sheet is worked here."""
    solution: Mapped[OrphanSolution | None] = mapped_column(enum_by_value(OrphanSolution))
    solution_note: Mapped[str] = mapped_column(Text, default="")
    action_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("action.id"))
    solved_at: Mapped[datetime | None]
    solved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    outage: Mapped[Outage] = relationship()
    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id], lazy="joined")
    offered_to: Mapped[Unit | None] = relationship(foreign_keys=[offered_to_id])
    sheet: Mapped[Sheet | None] = relationship()
    action: Mapped[Action | None] = relationship()
    found_by: Mapped[User] = relationship(foreign_keys=[found_by_id])
    solved_by: Mapped[User | None] = relationship(foreign_keys=[solved_by_id])
    attempts: Mapped[list[OrphanAttempt]] = relationship(back_populates="orphan", order_by="OrphanAttempt.id")


class OrphanAttempt(Base):
    """What was tried to solve it: who was asked, and what they said."""

    __tablename__ = "orphan_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    orphan_id: Mapped[int] = mapped_column(ForeignKey("orphan_sheet.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(default=utcnow)

    orphan: Mapped[OrphanSheet] = relationship(back_populates="attempts")
    by: Mapped[User] = relationship()
