"""A browser that can log without the server: which unit it belongs to, and how much it has not sent."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.clock import utcnow
from tracker.models.base import Base
from tracker.models.outage import Outage
from tracker.models.unit import Unit
from tracker.models.user import User


class Device(Base):
    __tablename__ = "device"
    __table_args__ = (CheckConstraint("(unsent = 0) = (oldest_unsent_at IS NULL)", name="unsent_has_age"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    """As the unit calls it: "Datorn i expeditionen"."""
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    registered_at: Mapped[datetime] = mapped_column(default=utcnow)
    registered_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    reported_at: Mapped[datetime] = mapped_column(default=utcnow)
    """When it last told how much it holds."""
    unsent: Mapped[int] = mapped_column(default=0)
    """How much it holds of all units together."""
    oldest_unsent_at: Mapped[datetime | None]

    unit: Mapped[Unit] = relationship(lazy="joined")
    registered_by: Mapped[User] = relationship()
    units: Mapped[list[DeviceUnit]] = relationship(back_populates="device", order_by="DeviceUnit.id")
    excuses: Mapped[list[DeviceExcuse]] = relationship(back_populates="device", order_by="DeviceExcuse.id")


class DeviceUnit(Base):
    """What a device holds for one unit, and until when it can work there without the server."""

    __tablename__ = "device_unit"
    __table_args__ = (
        UniqueConstraint("device_id", "unit_id"),
        CheckConstraint("(unsent = 0) = (oldest_unsent_at IS NULL)", name="unsent_has_age"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("device.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    bundled_at: Mapped[datetime | None]
    """When it last took the unit's bundle."""
    bundle_until: Mapped[datetime | None]
    unsent: Mapped[int] = mapped_column(default=0)
    oldest_unsent_at: Mapped[datetime | None]

    device: Mapped[Device] = relationship(back_populates="units")
    unit: Mapped[Unit] = relationship(lazy="joined")


class DeviceExcuse(Base):
    """A manager's reason to sign off although the device may hold entries: lost, broken, its entries logged again."""

    __tablename__ = "device_excuse"
    __table_args__ = (
        UniqueConstraint("device_id", "outage_id", "unit_id"),
        CheckConstraint("reason <> ''", name="has_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("device.id"))
    outage_id: Mapped[int] = mapped_column(ForeignKey("outage.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    reason: Mapped[str] = mapped_column(Text)
    unsent: Mapped[int]
    """How much it was known to hold then."""
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(default=utcnow)

    device: Mapped[Device] = relationship(back_populates="excuses")
    outage: Mapped[Outage] = relationship()
    unit: Mapped[Unit] = relationship()
    by: Mapped[User] = relationship()
