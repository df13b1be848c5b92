"""The devices of a unit, and what they have not sent."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("device", __name__)
