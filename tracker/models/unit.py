"""A unit of care and its local routine: who does what here, its fax numbers and places."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, IdSet, enum_by_value

if TYPE_CHECKING:
    from tracker.models.risk_word import RiskWord


class UnitKind(StrEnum):
    WARD = "ward"
    EMERGENCY = "emergency"
    CLINIC = "clinic"
    HEALTH_CENTRE = "health_centre"
    SURGERY = "surgery"
    RADIOLOGY = "radiology"
    PHYSIOLOGY = "physiology"
    LABORATORY = "laboratory"


class Unit(Base):
    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(30), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    site: Mapped[str] = mapped_column(String(120))
    kind: Mapped[UnitKind] = mapped_column(enum_by_value(UnitKind))
    systems: Mapped[tuple[str, ...]] = mapped_column(IdSet(), default=())
    active: Mapped[bool] = mapped_column(default=True)
    signs_on_paper: Mapped[bool] = mapped_column(default=False)
    """Results may be signed on the paper reply here (4.5.3, by the unit's own routine)."""

    item_rules: Mapped[list[ItemRule]] = relationship(cascade="all, delete-orphan", order_by="ItemRule.id")
    risk_words: Mapped[list[RiskWord]] = relationship(
        back_populates="unit", cascade="all, delete-orphan", order_by="RiskWord.word"
    )
    duty_rules: Mapped[list[DutyRule]] = relationship(cascade="all, delete-orphan", order_by="DutyRule.id")
    local_facts: Mapped[list[LocalFact]] = relationship(cascade="all, delete-orphan", order_by="LocalFact.id")

    def __str__(self) -> str:
        return self.name


class ItemRule(Base):
    """Another role than the routine's takes this follow-up here (only where the routine leaves it to the unit)."""

    __tablename__ = "item_rule"
    __table_args__ = (UniqueConstraint("unit_id", "kind", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[str] = mapped_column(String(80))
    item: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(30))


class DutyRule(Base):
    """Another role than the routine's takes this duty here."""

    __tablename__ = "duty_rule"
    __table_args__ = (UniqueConstraint("unit_id", "duty"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    duty: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(30))


class FactKind(StrEnum):
    FAX = "fax"
    PHONE = "phone"
    PLACE = "place"


class LocalFact(Base):
    """A number or a place of the unit: the fax for replies, where the DPMs and the prescription pads are."""

    __tablename__ = "local_fact"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[FactKind] = mapped_column(enum_by_value(FactKind))
    label: Mapped[str] = mapped_column(String(120))
    value: Mapped[str] = mapped_column(String(200))
