"""A result that came without a recipient: nobody knows who ordered it, or it does not say for whom it is."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.clock import utcnow
from tracker.models.base import Base, enum_by_value
from tracker.models.item import Item
from tracker.models.outage import Outage
from tracker.models.patient import Patient
from tracker.models.unit import Unit
from tracker.models.user import User


class StraySolution(StrEnum):
    MATCHED = "matched"
    """It belongs to an order here: the item that awaited it has it."""
    HANDED_OVER = "handed_over"
    """No order here, but a physician has it."""
    OTHER_UNIT = "other_unit"
    """Another unit has taken it."""


class StrayResult(Base):
    """Hunted for until it is solved."""

    __tablename__ = "stray_result"
    __table_args__ = (
        CheckConstraint(
            "(solution IS NULL) = (solved_by_id IS NULL) AND (solution IS NULL) = (solved_at IS NULL)",
            name="solved_has_actor",
        ),
        CheckConstraint(
            "solution <> 'matched' OR item_id IS NOT NULL AND matched_patient_id IS NOT NULL", name="matched_has_item"
        ),
        CheckConstraint("solution IS NULL OR solution = 'matched' OR solution_note <> ''", name="solution_is_told"),
        CheckConstraint("solution <> 'handed_over' OR handed_at IS NOT NULL", name="handed_over_has_time"),
        Index("ix_stray_result_outage_id_unit_id", "outage_id", "unit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outage.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    """The unit that it came to, and that hunts."""
    patient_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("patient.id"), index=True)
    patient_said: Mapped[str] = mapped_column(String(120), default="")
    """What it says of the patient, where that is no valid identity."""
    sender: Mapped[str] = mapped_column(String(120))
    content: Mapped[str] = mapped_column(Text)
    """Which test, and what it says."""
    urgent: Mapped[bool] = mapped_column(default=False)
    arrived_at: Mapped[datetime]
    found_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    found_at: Mapped[datetime] = mapped_column(default=utcnow)
    offered_to_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    """Another unit that is asked to take it. Until it does, it is hunted for here."""
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), index=True)
    matched_patient_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("patient.id"))
    """Whose the order was when it was matched: corrected to another patient, it answers nothing any more."""
    finished_item: Mapped[bool] = mapped_column(default=False)
    """Matching it also finished that item: taking the match back opens it again."""
    solution: Mapped[StraySolution | None] = mapped_column(enum_by_value(StraySolution))
    solution_note: Mapped[str] = mapped_column(Text, default="")
    """Which physician has it, or which unit took it."""
    handed_at: Mapped[datetime | None]
    """When that physician got it."""
    solved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    solved_at: Mapped[datetime | None]

    outage: Mapped[Outage] = relationship()
    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id], lazy="joined")
    offered_to: Mapped[Unit | None] = relationship(foreign_keys=[offered_to_id])
    patient: Mapped[Patient | None] = relationship(foreign_keys=[patient_id])
    matched_patient: Mapped[Patient | None] = relationship(foreign_keys=[matched_patient_id])
    item: Mapped[Item | None] = relationship()
    found_by: Mapped[User] = relationship(foreign_keys=[found_by_id])
    solved_by: Mapped[User | None] = relationship(foreign_keys=[solved_by_id])
    attempts: Mapped[list[StrayAttempt]] = relationship(back_populates="stray", order_by="StrayAttempt.id")

    @property
    def lost_its_order(self) -> bool:
        """Matched to an order that was voided since, or is another patient's now: it answers nothing any more."""
        if self.solution is not StraySolution.MATCHED or self.item is None:
            return False
        order = self.item.action
        return order.is_voided or order.patient_id != self.matched_patient_id

    @property
    def is_solved(self) -> bool:
        return self.solution is not None and not self.lost_its_order


class StrayAttempt(Base):
    """What was tried to find out whose it is: who was asked, and what they said."""

    __tablename__ = "stray_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    stray_id: Mapped[int] = mapped_column(ForeignKey("stray_result.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(default=utcnow)

    stray: Mapped[StrayResult] = relationship(back_populates="attempts")
    by: Mapped[User] = relationship()
