"""The end of a shift: what is open, finished or handed over."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("shift", __name__)
