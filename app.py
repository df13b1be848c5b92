"""Start the application: `python app.py` migrates the database, says where to go, and serves.

`flask` commands find the application here too, as `app:create_app`.
"""

from __future__ import annotations

import sys

from alembic.util.exc import CommandError
from flask import Flask
from flask_migrate import upgrade

import tracker
from tracker.config import Settings, SettingsError, load_settings
from tracker.extensions import db
from tracker.queries.user import count_users
from tracker.routine import RoutineError
from tracker.services.action_import import forget_old_imports
from tracker.services.event import CommandLine
from tracker.services.login import issue_link


def create_app() -> Flask:
    """The application for `flask` and for the server's workers; a mistaken setting stops them in plain words."""
    try:
        return tracker.create_app()
    except (SettingsError, RoutineError) as error:
        raise SystemExit(f"Cannot start:\n{error}") from None


def prepare(app: Flask, settings: Settings) -> None:
    """Bring the database to this version, and print the address and, on a new database, the first link.

    What was kept for some hours only and is older goes.
    """
    with app.app_context():
        upgrade()
        forget_old_imports()
        db.session.commit()
        print(f"Downtime tracker: {settings.address}")
        if count_users() == 0:
            token = issue_link(None, actor=CommandLine())
            db.session.commit()
            print(f"Create the first administrator (one-time link): {settings.address}/link/{token}")
        sys.stdout.flush()


def main() -> None:
    try:
        settings = load_settings()
        app = tracker.create_app(settings)
    except (SettingsError, RoutineError) as error:
        raise SystemExit(f"Cannot start:\n{error}") from None
    try:
        prepare(app, settings)
    except CommandError as error:
        raise SystemExit(f"Cannot migrate the database: {error}") from None
    serve(settings)


def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "app:create_app",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads,
        ssl_cert=settings.tls_cert,
        ssl_key=settings.tls_key,
        log_access=False,
        log_level=LogLevels.error,
    ).serve()


if __name__ == "__main__":
    main()
