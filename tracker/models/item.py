"""One follow-up of an action, and the questions asked about it."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.clock import utcnow
from tracker.models.base import Base, IdSet, enum_by_value
from tracker.models.user import User
from tracker.routine.spec import WorkKind

if TYPE_CHECKING:
    from tracker.models.action import Action


class ItemState(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    ENTERED = "entered"
    DONE = "done"
    NOT_NEEDED = "not_needed"
    QUESTION = "question"


FINISHED = (ItemState.DONE, ItemState.NOT_NEEDED)


class Attention(StrEnum):
    """What the next person must know before starting."""

    CHECK_FIRST = "check_first"
    """Somebody may have entered it already: check the system first."""
    AMEND = "amend"
    """Entered, then corrected here: amend in the target system."""
    REMOVE = "remove"
    """Entered, then voided here: remove from the target system."""
    SENT_BACK = "sent_back"
    """Entered, then sent back by the unit manager."""


class Risk(IntEnum):
    """Why an item goes before those of other patients, the most pressing first."""

    HIGH_RISK = 1
    """It is on the high-risk list."""
    URGENT = 2
    """Its action was urgent."""
    AWAITED = 3
    """A reply or a result is awaited."""
    OTHER = 4


class Item(Base):
    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("action_id", "item"),
        CheckConstraint("(state = 'claimed') = (claimed_by_id IS NOT NULL)", name="claimed_has_holder"),
        CheckConstraint("(claimed_by_id IS NULL) = (claimed_until IS NULL)", name="claim_has_end"),
        CheckConstraint(
            "(state IN ('done', 'not_needed')) = (done_by_id IS NOT NULL) AND (done_by_id IS NULL) = (done_at IS NULL)",
            name="finished_has_actor",
        ),
        CheckConstraint("state <> 'not_needed' OR reason <> ''", name="not_needed_has_reason"),
        CheckConstraint("(entered_by_id IS NULL) = (entered_at IS NULL)", name="entered_has_actor"),
        CheckConstraint("state <> 'entered' OR entered_by_id IS NOT NULL", name="awaits_second_person"),
        Index("ix_item_state_system", "state", "system"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("action.id"))
    item: Mapped[str] = mapped_column(String(80))
    """Its id in the routine."""
    position: Mapped[int]
    kind_of_work: Mapped[WorkKind] = mapped_column(enum_by_value(WorkKind))
    system: Mapped[str] = mapped_column(String(30))
    place: Mapped[str] = mapped_column(String(80), default="")
    roles: Mapped[tuple[str, ...]] = mapped_column(IdSet())
    needs: Mapped[tuple[str, ...]] = mapped_column(IdSet(), default=())
    after_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), index=True)
    stage: Mapped[int] = mapped_column(default=0)
    """Its place in the order within the patient (`Routine.stages`)."""
    risk: Mapped[int] = mapped_column(default=Risk.OTHER)
    """What makes it go before those of other patients (`Risk`)."""
    high_risk: Mapped[str] = mapped_column(String(30), default="")
    """The category of the routine's high-risk list that demands a second person; empty: none."""
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    """By when it should be finished (`queries.deadline`); None: no limit."""
    state: Mapped[ItemState] = mapped_column(enum_by_value(ItemState), default=ItemState.OPEN)
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    claimed_until: Mapped[datetime | None]
    begun_at: Mapped[datetime | None]
    """When the holder of the claim first copied a field: from then on it may be in the target system."""
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """Who entered what a second person checks; `done_by` is then that second person."""
    entered_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    done_at: Mapped[datetime | None]
    """When it was entered (high risk: checked), or found not needed."""
    reference: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    finish: Mapped[dict[str, Any]] = mapped_column(default=dict)
    on_paper: Mapped[bool] = mapped_column(default=False)
    """Finished as "signed on paper"."""
    attention: Mapped[Attention | None] = mapped_column(enum_by_value(Attention))
    attention_note: Mapped[str] = mapped_column(Text, default="")
    attention_at: Mapped[datetime | None]
    """When that arose: "check the system first" says who had begun, and when."""
    attention_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """Who that was, where it says so: whoever it was is told so themselves."""
    watched_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    """Who watches for the awaited reply."""
    settled_with_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"))
    """The item whose entry in the target system settled this one too."""
    revision: Mapped[int] = mapped_column(default=1)

    # Every change counts it up; one made from an older reading is refused instead of overwriting.
    __mapper_args__ = {"version_id_col": revision}

    action: Mapped[Action] = relationship(back_populates="items")
    after: Mapped[Item | None] = relationship(foreign_keys=[after_id], remote_side=[id])
    settled_with: Mapped[Item | None] = relationship(foreign_keys=[settled_with_id], remote_side=[id])
    claimed_by: Mapped[User | None] = relationship(foreign_keys=[claimed_by_id])
    entered_by: Mapped[User | None] = relationship(foreign_keys=[entered_by_id])
    watched_by: Mapped[User | None] = relationship(foreign_keys=[watched_by_id])
    done_by: Mapped[User | None] = relationship(foreign_keys=[done_by_id])
    questions: Mapped[list[Question]] = relationship(back_populates="item", order_by="Question.id")

    @property
    def is_finished(self) -> bool:
        return self.state in FINISHED

    @property
    def needs_second_person(self) -> bool:
        """Whether finishing it leaves it `entered`. What is removed leaves nothing to compare."""
        return bool(self.high_risk) and self.kind_of_work is WorkKind.ENTER and self.attention is not Attention.REMOVE

    @property
    def doers(self) -> set[int]:
        """Who finished it: of a high-risk entry both who entered and who checked it."""
        if not self.is_finished:
            return set()
        checked = self.entered_by_id if self.state is ItemState.DONE else None
        return {person for person in (checked, self.done_by_id) if person is not None}

    def holder(self, at: datetime) -> User | None:
        """Who holds it now; a claim that has run out holds nothing."""
        return self.claimed_by if self.claimed_until and self.claimed_until > at else None

    @property
    def open_question(self) -> Question | None:
        return next((question for question in self.questions if question.answered_at is None), None)

    def waits_for(self, down: tuple[str, ...]) -> tuple[str, ...]:
        """The systems it needs that are down."""
        return tuple(system for system in self.needs if system in down)

    def is_ready(self, down: tuple[str, ...]) -> bool:
        return not self.waits_for(down) and (self.after is None or self.after.is_finished)


class Question(Base):
    """What the author of an action is asked, and the answer."""

    __tablename__ = "question"
    __table_args__ = (
        CheckConstraint(
            "(answered_at IS NULL) = (answered_by_id IS NULL) AND (answered_at IS NULL) = (answer IS NULL)",
            name="answer_has_actor",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    question: Mapped[str] = mapped_column(Text)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime] = mapped_column(default=utcnow)
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    answered_at: Mapped[datetime | None]

    item: Mapped[Item] = relationship(back_populates="questions")
    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])
