"""Numbered sheets: printing, issuing, accounting for each."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("sheet", __name__)
