"""An outage: which systems are down since when, the units concerned, and the version of the routine worked under."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.clock import utcnow
from tracker.models.base import Base, enum_by_value
from tracker.models.unit import Unit
from tracker.models.user import User


class OutageKind(StrEnum):
    ACUTE = "acute"
    PLANNED = "planned"


class RoutineVersion(Base):
    """A routine as it was when some outage began, whole, as JSON."""

    __tablename__ = "routine_version"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[str] = mapped_column(Text)
    stored_at: Mapped[datetime] = mapped_column(default=utcnow)


class Outage(Base):
    __tablename__ = "outage"
    __table_args__ = (
        CheckConstraint(
            "(cancelled_at IS NULL) = (cancelled_by_id IS NULL) AND (cancelled_at IS NULL) = (cancel_reason IS NULL)",
            name="cancelled_has_actor_and_reason",
        ),
        CheckConstraint("(sent_as IS NULL) = (digest IS NULL)", name="sent_has_digest"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[OutageKind] = mapped_column(enum_by_value(OutageKind))
    drill: Mapped[bool] = mapped_column(default=False)
    routine_digest: Mapped[str] = mapped_column(ForeignKey("routine_version.digest"))
    declared_at: Mapped[datetime] = mapped_column(default=utcnow)
    declared_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))

    sent_as: Mapped[uuid.UUID | None] = mapped_column(unique=True)
    """The id under which a program declared it: the same one again is the same outage."""
    digest: Mapped[str | None] = mapped_column(String(64))
    """Fingerprint of what it said then."""
    cancelled_at: Mapped[datetime | None]
    """A planned outage that did not come."""
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    cancel_reason: Mapped[str | None] = mapped_column(Text)

    declared_by: Mapped[User] = relationship(foreign_keys=[declared_by_id])
    cancelled_by: Mapped[User | None] = relationship(foreign_keys=[cancelled_by_id])
    systems: Mapped[list[SystemOutage]] = relationship(
        back_populates="outage", order_by="SystemOutage.id", lazy="selectin"
    )
    concerned: Mapped[list[OutageUnit]] = relationship(back_populates="outage", lazy="selectin")

    def __str__(self) -> str:
        return self.name

    @property
    def unit_ids(self) -> frozenset[int]:
        return frozenset(row.unit_id for row in self.concerned)

    @property
    def units(self) -> list[Unit]:
        return sorted((row.unit for row in self.concerned), key=lambda unit: (unit.site, unit.name))

    @property
    def system_ids(self) -> tuple[str, ...]:
        """Every system that has been down in this outage, in the order they went down."""
        return tuple(dict.fromkeys(row.system for row in self.systems))

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None

    @property
    def began_at(self) -> datetime:
        return min((row.down_at for row in self.systems), default=self.declared_at)

    def systems_down(self, at: datetime) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.system for row in self.systems if row.is_down(at)))

    def latest(self, system: str) -> SystemOutage | None:
        """The latest stretch of one system, or None if it was never down here."""
        return max((row for row in self.systems if row.system == system), key=lambda row: row.down_at, default=None)


class OutageUnit(Base):
    __tablename__ = "outage_unit"
    __table_args__ = (UniqueConstraint("outage_id", "unit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outage.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)

    outage: Mapped[Outage] = relationship(back_populates="concerned")
    unit: Mapped[Unit] = relationship(lazy="joined")


class SystemOutage(Base):
    """One stretch of time in which one system is down. Going down again is a new stretch."""

    __tablename__ = "system_outage"
    __table_args__ = (
        CheckConstraint("restored_at IS NULL OR restored_at > down_at", name="restored_after_down"),
        Index("ix_system_outage_system_restored_at", "system", "restored_at"),
        Index(
            "uq_system_outage_open",
            "outage_id",
            "system",
            unique=True,
            sqlite_where=text("restored_at IS NULL"),
            postgresql_where=text("restored_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outage.id"), index=True)
    system: Mapped[str] = mapped_column(String(30))
    down_at: Mapped[datetime]
    restored_at: Mapped[datetime | None]

    outage: Mapped[Outage] = relationship(back_populates="systems")

    def is_down(self, at: datetime) -> bool:
        """Started and not restored; a start ahead of us counts as up (design, States), and so does a cancelled one."""
        return (
            not self.outage.is_cancelled and self.down_at <= at and (self.restored_at is None or self.restored_at > at)
        )
