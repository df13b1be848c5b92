"""Part of the API, version 1."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("sealed", __name__)
