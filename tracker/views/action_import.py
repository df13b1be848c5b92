"""Excel in: the template of a unit, and reading it back."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("action_import", __name__)
