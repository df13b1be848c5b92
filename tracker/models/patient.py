"""A patient: by identity number, or unknown with a temporary label until the identity is known."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.clock import utcnow
from tracker.identity import Identity, IdentityKind
from tracker.models.base import Base, enum_by_value


class Patient(Base):
    __tablename__ = "patient"
    __table_args__ = (
        UniqueConstraint("identity_kind", "identity", "scope"),
        CheckConstraint("identity <> ''", name="identified"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    identity_kind: Mapped[IdentityKind] = mapped_column(enum_by_value(IdentityKind))
    identity: Mapped[str] = mapped_column(String(40))
    """Twelve digits, a reserve number, or the temporary label of an unknown patient."""
    scope: Mapped[str] = mapped_column(String(40), default="")
    """Where a temporary label is valid (outage and unit): "Unknown man 1" of two units are two people."""
    name: Mapped[str] = mapped_column(String(120), default="", index=True)
    protected: Mapped[bool] = mapped_column(default=False)
    """Protected identity (skyddade personuppgifter): the name is shown only to those who work with the patient."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    @property
    def number(self) -> str:
        """The identity as it is printed."""
        return str(Identity(self.identity_kind, self.identity))

    @property
    def is_unknown(self) -> bool:
        return self.identity_kind is IdentityKind.UNKNOWN
