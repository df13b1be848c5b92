from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("action_import", __name__)
