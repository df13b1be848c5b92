"""HTTP API, version 1: JSON in and out, the same services as the pages (design, HTTP API)."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    pass
