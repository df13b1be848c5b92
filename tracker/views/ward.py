"""The application that also works without the server: its shell, service worker, manifest and texts."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("ward", __name__)
