"""Downtime tracker: gets a hospital safely back from paper after its record systems have been down."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

from tracker import extensions
from tracker.config import Settings, SettingsError, load_settings
from tracker.guard import guard
from tracker.i18n import choose_language
from tracker.routine import Routine, load_routine
from tracker.sealing import KeyFault, SealingKeys, Tickets

ROOT = Path(__file__).parent.parent
MIGRATIONS = Path(__file__).parent / "migrations"


def create_app(settings: Settings | None = None, routine: Routine | None = None) -> Flask:
    """Build the application. Raises SettingsError or RoutineError, saying what to mend."""
    settings = settings or load_settings()
    app = Flask("tracker", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "tracker" / "static"))
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    app.config.update(
        SECRET_KEY=settings.secret(),
        SQLALCHEMY_DATABASE_URI=settings.database,
        SQLALCHEMY_ENGINE_OPTIONS={"pool_size": settings.threads + 2, "max_overflow": 4},
        MAX_CONTENT_LENGTH=settings.max_upload_mb * 1024 * 1024,
        MAX_FORM_PARTS=5000,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        SESSION_COOKIE_NAME="tracker",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.address.startswith("https://"),
        WTF_CSRF_CHECK_DEFAULT=False,  # the guard checks it, except for API tokens
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form may stand open through a night
        BOOTSTRAP_SERVE_LOCAL=True,
        BABEL_DEFAULT_LOCALE=settings.language,
        BABEL_DEFAULT_TIMEZONE=settings.time_zone,
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "tracker" / "translations"),
    )
    app.extensions["tracker.settings"] = settings
    app.extensions["tracker.routine"] = routine or load_routine(settings.routine_dir)
    app.extensions["tracker.sealing"] = _sealing_keys(settings)
    app.extensions["tracker.tickets"] = Tickets(settings.secret())
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    extensions.db.init_app(app)
    with app.app_context():
        extensions.prepare_engine(extensions.db.engine)
    extensions.migrate.init_app(app, extensions.db, directory=str(MIGRATIONS), render_as_batch=True, compare_type=True)
    extensions.csrf.init_app(app)
    extensions.babel.init_app(app, locale_selector=choose_language)
    extensions.bootstrap.init_app(app)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # its lines hold addresses with search words
    app.url_map.converters["int"] = StoredId
    guard(app)
    _register(app)
    return app


def _sealing_keys(settings: Settings) -> SealingKeys:
    try:
        return SealingKeys(settings.sealing_keys)
    except KeyFault as error:
        raise SettingsError(f"TRACKER_SEALING_KEY: {error}") from None


class StoredId(IntegerConverter):
    """A number in an address that a database can hold; anything larger is no page."""

    def __init__(self, url_map: Map, **limits: Any) -> None:
        super().__init__(url_map, **{"max": 2**63 - 1, **limits})


def _register(app: Flask) -> None:
    from tracker import commands, views

    views.register(app)
    commands.register(app)
