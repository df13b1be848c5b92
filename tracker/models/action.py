"""One logged paper-based action, every version of it, and the manager's word on it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.clock import utcnow
from tracker.models.base import Base
from tracker.models.item import Item, ItemState
from tracker.models.outage import Outage
from tracker.models.patient import Patient
from tracker.models.sheet import Sheet
from tracker.models.unit import Unit
from tracker.models.user import User


class Action(Base):
    __tablename__ = "action"
    __table_args__ = (
        CheckConstraint("(performed_by_id IS NULL) <> (performed_by_name IS NULL)", name="one_performer"),
        CheckConstraint(
            "(voided_at IS NULL) = (voided_by_id IS NULL) AND (voided_at IS NULL) = (void_reason IS NULL)",
            name="void_has_actor_and_reason",
        ),
        Index("ix_action_outage_id_unit_id_performed_at", "outage_id", "unit_id", "performed_at"),
        Index("ix_action_patient_id_kind_performed_at", "patient_id", "kind", "performed_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    """Fingerprint of the content as it was first sent: the same id with other content is refused."""
    outage_id: Mapped[int] = mapped_column(ForeignKey("outage.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    """The unit that owns it now: its staff do the follow-ups, its manager confirms."""
    done_in_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    """The unit in which it was done: another one than `unit` once the patient has moved."""
    kind: Mapped[str] = mapped_column(String(80))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    role: Mapped[str] = mapped_column(String(30))
    """The performer's role."""
    performed_at: Mapped[datetime]
    performed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    performed_by_name: Mapped[str | None] = mapped_column(String(120))
    sheet: Mapped[str] = mapped_column(String(40), default="")
    """The number on the paper, as it was written."""
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey("sheet.id"), index=True)
    """That sheet, where the number is one of ours."""
    note: Mapped[str] = mapped_column(Text, default="")
    fields: Mapped[dict[str, Any]]
    subject: Mapped[str] = mapped_column(String(200), default="")
    """What it is about (drug, examination), for lists and the search for duplicates."""
    recorded_at: Mapped[datetime]
    """When the device that logged it wrote it down."""
    received_at: Mapped[datetime] = mapped_column(default=utcnow)
    logged_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(default=1)
    voided_at: Mapped[datetime | None]
    voided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    void_reason: Mapped[str | None] = mapped_column(Text)

    outage: Mapped[Outage] = relationship()
    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    done_in: Mapped[Unit] = relationship(foreign_keys=[done_in_id])
    numbered_sheet: Mapped[Sheet | None] = relationship()
    patient: Mapped[Patient] = relationship()
    performed_by: Mapped[User | None] = relationship(foreign_keys=[performed_by_id])
    logged_by: Mapped[User] = relationship(foreign_keys=[logged_by_id])
    voided_by: Mapped[User | None] = relationship(foreign_keys=[voided_by_id])
    items: Mapped[list[Item]] = relationship(back_populates="action", order_by=Item.position)
    versions: Mapped[list[ActionVersion]] = relationship(back_populates="action", order_by="ActionVersion.number")
    confirmations: Mapped[list[Confirmation]] = relationship(back_populates="action", order_by="Confirmation.id")
    send_backs: Mapped[list[SendBack]] = relationship(back_populates="action", order_by="SendBack.id")

    @property
    def performer(self) -> str:
        return self.performed_by.name if self.performed_by else (self.performed_by_name or "")

    @property
    def is_voided(self) -> bool:
        return self.voided_at is not None

    @property
    def is_closed(self) -> bool:
        """Every item is done or not needed."""
        return all(item.is_finished for item in self.items)

    @property
    def confirmation(self) -> Confirmation | None:
        """The confirmation in force."""
        return next((row for row in self.confirmations if row.withdrawn_at is None), None)

    @property
    def state(self) -> str:
        """`open`, `closed` or `confirmed` (design, States)."""
        if not self.is_closed:
            return "open"
        return "confirmed" if self.confirmation else "closed"

    @property
    def finishers(self) -> set[int]:
        """Who did the items, both persons of what two must see; whoever did them all alone cannot confirm."""
        return {person for item in self.items if item.state is ItemState.DONE for person in item.doers}


class ActionVersion(Base):
    """What the action said, from `at` until the next version. Both versions stay visible (PDL 3:14)."""

    __tablename__ = "action_version"
    __table_args__ = (UniqueConstraint("action_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("action.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(default=utcnow)

    action: Mapped[Action] = relationship(back_populates="versions")
    by: Mapped[User] = relationship()


class Confirmation(Base):
    """A unit manager's word that an action is closed. A change after it withdraws it."""

    __tablename__ = "confirmation"
    __table_args__ = (
        Index(
            "uq_confirmation_in_force",
            "action_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("action.id"), index=True)
    version: Mapped[int]
    confirmed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    confirmed_at: Mapped[datetime] = mapped_column(default=utcnow)
    withdrawn_at: Mapped[datetime | None]

    action: Mapped[Action] = relationship(back_populates="confirmations")
    confirmed_by: Mapped[User] = relationship()


class SendBack(Base):
    """A unit manager's word that something is wrong with an action."""

    __tablename__ = "send_back"

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("action.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(default=utcnow)

    action: Mapped[Action] = relationship(back_populates="send_backs")
    by: Mapped[User] = relationship()
