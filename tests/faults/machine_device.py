"""A device that seals what was done and delivers it when it can: late, twice, after the sign-off."""

from __future__ import annotations

import uuid
from contextvars import Context
from datetime import timedelta
from typing import Any

from flask import current_app
from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.api.bodies import answered
from tests.faults.machine import DRUGS, MORE_KINDS, Ward, any_number, fields_of, one_of
from tests.page import Api
from tests.region import TEST_NUMBERS
from tests.sealing import seal
from tracker.clock import telling
from tracker.errors import DomainError
from tracker.extensions import db
from tracker.models import Action


class Refused(DomainError):
    """The server's answer to an envelope."""


class Device(Ward):
    """The nurse's. It fetches its bundle whenever it is in reach, and its envelopes go through the real API."""

    def __init__(self) -> None:
        super().__init__()
        self.sealed: list[tuple[dict[str, Any], dict[str, str]]] = []
        """What it wrote, with the envelope: kept, so that each can be delivered again."""

    @rule(kind=st.sampled_from(MORE_KINDS), drug=st.sampled_from(DRUGS), patient=any_number, knows=st.booleans())
    def write(self, kind: str, drug: str, patient: int, knows: bool) -> None:
        """Sealed and kept on the device; without a ticket nobody is let in who is not logged in."""
        told = self._bundle()
        entry = {
            "id": str(uuid.UUID(int=1_000 + len(self.sealed))),
            "outage": self.outage_id,
            "kind": kind,
            "unit": "ward",
            "patient": {"identity": TEST_NUMBERS[patient % 4], "name": "Test Testsson"},
            "performed_at": (self.now - timedelta(minutes=20)).isoformat(),
            "recorded_at": self.now.isoformat(),
            "role": "nurse",
            "fields": fields_of(kind, drug),
        }
        self.sealed.append((entry, seal(entry, told["seal"], told["ticket"] if knows or patient % 2 else None)))

    @rule(which=any_number)
    def deliver(self, which: int) -> None:
        """For the first time or again: what is logged already changes nothing and is told to be safe."""
        found = one_of(self.sealed, which)
        if found is None:
            return
        entry, envelope = found
        known = db.session.get(Action, uuid.UUID(entry["id"])) is not None
        late = self.is_signed_off()
        answer: dict[str, Any] = {}
        accepted = self.step(lambda: answer.update(self._post(envelope)), allows_waiting=True, allows_change=not known)
        if known:
            assert accepted, "what is safe is told to be safe"
        if accepted:
            assert (answer["id"], answer["digest"]) == (envelope["id"], envelope["digest"])
            self.reached["delivered again" if known else "delivered late" if late else "delivered"] += 1
            assert not self.is_signed_off() or known, "signed off, and something came"

    @rule(kind=st.sampled_from(MORE_KINDS), drug=st.sampled_from(DRUGS), patient=any_number, again=st.booleans())
    def write_and_deliver(self, kind: str, drug: str, patient: int, again: bool) -> None:
        self.write(kind, drug, patient, True)
        for _time in range(1 + again):
            self.deliver(len(self.sealed) - 1)

    def _bundle(self) -> dict[str, Any]:
        app, now = current_app._get_current_object(), self.now
        db.session.rollback()

        def fetch() -> dict[str, Any]:
            with telling(now):
                bundle: dict[str, Any] = answered(Api(app, "nurse").get("/ward", unit="ward", outage=self.outage_id))
                return bundle

        return Context().run(fetch)

    def _post(self, envelope: dict[str, str]) -> dict[str, Any]:
        """A request of its own, with its own transaction: nothing of the machine's is known to it."""
        app, now = current_app._get_current_object(), self.now
        db.session.rollback()

        def send() -> dict[str, Any]:
            with telling(now):
                answer = app.test_client().post("/api/v1/sealed-entries", json=envelope)
            if answer.status_code not in (200, 201):
                assert answer.status_code in (401, 403, 409, 422), answer.get_data(as_text=True)
                raise Refused(answer.status)
            body: dict[str, Any] = answer.get_json()
            return body

        return Context().run(send)
