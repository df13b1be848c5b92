"""Part of the API, version 1."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("table", __name__)
