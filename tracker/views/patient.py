"""The unit's patients: list, beds and times, unknown identities, moving to another unit."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("patient", __name__)
