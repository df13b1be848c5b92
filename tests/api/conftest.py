"""A ward in the middle of an outage, for tests of its items."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from tests.api.bodies import DOSE, answered, entry, outage_of
from tests.page import Api

Client = Callable[[str], Api]
FAXED = "svarsdatabasen.radiology-urgent"


@dataclass
class Ward:
    """A ward in an outage, with a nurse who has logged a dose."""

    app: Flask
    api: Client
    outage: int
    item: int
    action: str

    def log(self, kind: str = DOSE, login: str = "nurse", **changes: Any) -> dict[str, int]:
        body = entry(self.app, self.outage, kind, **changes)
        items = answered(self.api(login).post("/actions", body), 201)["items"]
        return {item["item"]: item["id"] for item in items}

    def restore(self, *systems: str) -> None:
        for system in systems:
            answered(self.api("it").post(f"/outages/{self.outage}/systems/{system}/restore"))


@pytest.fixture
def ward(app: Flask, api: Client) -> Ward:
    """Melior, Svarsdatabasen and MedSpeech are down."""
    outage = outage_of(app, "melior", "svarsdatabasen", "medspeech")
    body = entry(app, outage)
    items = answered(api("nurse").post("/actions", body), 201)["items"]
    return Ward(app, api, outage, items[0]["id"], body["id"])


@pytest.fixture
def ready(ward: Ward) -> Ward:
    """The same with Melior back."""
    ward.restore("melior")
    return ward
