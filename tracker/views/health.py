"""Is the server well? For whoever watches it, and for `make` and tests that wait for the start."""

from __future__ import annotations

import sqlite3

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from tracker.extensions import current_routine, db
from tracker.permissions import Permission, requires

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@requires(Permission.PUBLIC)
def healthz() -> ResponseReturnValue:
    db.session.execute(text("SELECT 1"))
    dialect = db.engine.dialect.name
    return jsonify(
        status="ok",
        database=dialect,
        sqlite=sqlite3.sqlite_version if dialect == "sqlite" else None,
        routine=current_routine().version,
    )
