"""A person with one role, the units they work in and the units they manage."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.clock import utcnow
from tracker.models.base import Base, enum_by_value
from tracker.models.unit import Unit


class Role(StrEnum):
    NURSE = "nurse"
    PHYSICIAN = "physician"
    SECRETARY = "secretary"
    OTHER_CLINICIAN = "other_clinician"
    UNIT_STAFF = "unit_staff"
    EMERGENCY_STAFF = "emergency_staff"
    RADIOLOGY = "radiology"
    PHYSIOLOGY = "physiology"
    LABORATORY = "laboratory"
    DIRECTOR = "director"
    IT_OPERATIONS = "it_operations"
    ADMINISTRATOR = "administrator"


REGION_ROLES = frozenset({Role.DIRECTOR, Role.IT_OPERATIONS, Role.ADMINISTRATOR})


class User(Base):
    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(enum_by_value(Role))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str | None] = mapped_column(String(2))
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    memberships: Mapped[list[Membership]] = relationship(
        back_populates="user", cascade="all, delete-orphan", lazy="selectin"
    )

    def __str__(self) -> str:
        return self.name

    @property
    def is_region_wide(self) -> bool:
        return self.role in REGION_ROLES

    @property
    def working_unit_ids(self) -> frozenset[int]:
        return frozenset(membership.unit_id for membership in self.memberships if membership.works)

    @property
    def managed_unit_ids(self) -> frozenset[int]:
        return frozenset(membership.unit_id for membership in self.memberships if membership.manages)

    @property
    def unit_ids(self) -> frozenset[int]:
        return self.working_unit_ids | self.managed_unit_ids

    def works_in(self, unit_id: int) -> bool:
        return unit_id in self.working_unit_ids

    def manages(self, unit_id: int) -> bool:
        return unit_id in self.managed_unit_ids


class Membership(Base):
    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("user_id", "unit_id"), CheckConstraint("works OR manages", name="has_a_reason"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    works: Mapped[bool] = mapped_column(default=True)
    manages: Mapped[bool] = mapped_column(default=False)

    user: Mapped[User] = relationship(back_populates="memberships")
    unit: Mapped[Unit] = relationship(lazy="joined")
