"""Pages in English for tests that read their words."""

from __future__ import annotations

from flask import Flask


def speak_english(app: Flask) -> None:
    settings = app.extensions["tracker.settings"]
    app.extensions["tracker.settings"] = settings.model_copy(update={"language": "en"})
