"""Sheets that cannot be logged as they are, worked until solved."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("orphan_sheet", __name__)
