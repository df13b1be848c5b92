"""The application that also works without the server: its shell, service worker, manifest and texts.

All of it is the same for everybody and holds nothing personal: devices keep it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.messages.extract import extract_from_file
from flask import Blueprint, Response, abort, current_app, jsonify, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, get_domain

from tracker.extensions import current_settings
from tracker.i18n import LANGUAGES
from tracker.i18n import text as _
from tracker.models import User
from tracker.permissions import Permission, requires
from tracker.sealing import opaque
from tracker.version import served_version, static_files

blueprint = Blueprint("ward", __name__)
_SCREENS = ("round", "visits", "register", "patients", "routine", "unsent")


@blueprint.app_template_global()
def owner_mark(user: User) -> str:
    """Tells a browser whether the same user is logged in as before; says nothing about who it is."""
    return opaque(current_settings().secret(), {"user": user.id})


@blueprint.get("/ward")
@blueprint.get("/ward/log/<kind>")
@requires(Permission.PUBLIC)
def shell(kind: str = "") -> ResponseReturnValue:
    """One page for every screen of the ward application; its scripts fill it in."""
    return render_template("ward/shell.html")


for _screen in _SCREENS:
    blueprint.add_url_rule(f"/ward/{_screen}", view_func=shell)


@blueprint.get("/ward/not-sent")
@requires(Permission.PUBLIC)
def not_sent() -> ResponseReturnValue:
    """What the service worker answers to a form that it can neither send nor keep."""
    return render_template("ward/not_sent.html")


@blueprint.get("/sw.js")
@requires(Permission.PUBLIC)
def service_worker() -> ResponseReturnValue:
    """The service worker, told which files belong to this version."""
    told = {
        "version": served_version(),
        "shell": url_for("ward.shell"),
        "notSent": url_for("ward.not_sent"),
        "files": _files(),
    }
    source = (Path(current_app.static_folder or "") / "js" / "ward" / "worker.js").read_text(encoding="utf-8")
    return Response(f"const TRACKER = {json.dumps(told)};\n{source}", mimetype="text/javascript")


@blueprint.get("/manifest.webmanifest")
@requires(Permission.PUBLIC)
def manifest() -> ResponseReturnValue:
    """What a browser needs to install the application on a phone or a desktop."""
    content: dict[str, Any] = {
        "id": "/ward",
        "name": _("Downtime tracker"),
        "short_name": _("Downtime"),
        "description": _("Logging on the ward while the record systems are down, also without the network."),
        "start_url": url_for("ward.shell"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#f3f6f6",
        "theme_color": "#0f4c5c",
        "icons": [
            _icon("icon.svg", "any", "any"),
            _icon("icon-192.png", "192x192", "any"),
            _icon("icon-512.png", "512x512", "any"),
            _icon("icon-maskable-512.png", "512x512", "maskable"),
        ],
    }
    return Response(json.dumps(content), mimetype="application/manifest+json")


@blueprint.get("/texts/<language>.json")
@requires(Permission.PUBLIC)
def texts(language: str) -> ResponseReturnValue:
    """Every text of the scripts in one language; of a plural, one and many."""
    if language not in LANGUAGES:
        abort(404)
    with force_locale(language):
        found = {message if isinstance(message, str) else message[0]: _translated(message) for message in _messages()}
    return jsonify(language=language, texts=found)


def _files() -> list[str]:
    """Everything that the shell needs without the server."""
    return [
        *(url_for("static", filename=name) for name in static_files()),
        url_for("bootstrap.static", filename="css/bootstrap.min.css"),
        *(url_for("ward.texts", language=language) for language in LANGUAGES),
        url_for("ward.manifest"),
    ]


def _icon(name: str, sizes: str, purpose: str) -> dict[str, str]:
    mimetype = "image/svg+xml" if name.endswith(".svg") else "image/png"
    return {"src": url_for("static", filename=name), "sizes": sizes, "type": mimetype, "purpose": purpose}


def _translated(message: str | tuple[str, str]) -> str | list[str]:
    catalogue = get_domain().get_translations()  # raw: the scripts fill in the values
    if isinstance(message, str):
        return str(catalogue.gettext(message))
    return [str(catalogue.ngettext(message[0], message[1], number)) for number in (1, 2)]


def _messages() -> list[str | tuple[str, str]]:
    return _extracted(served_version(), current_app.static_folder or "")


@lru_cache(maxsize=2)
def _extracted(_version: str, folder: str) -> list[str | tuple[str, str]]:
    return list(dict.fromkeys(_extract(Path(folder) / "js")))


def _extract(folder: Path) -> Iterator[str | tuple[str, str]]:
    """The first argument of `_()`, the first two of `plural()`, in every script."""
    keywords = {"_": None, "plural": (1, 2)}
    options = {"parse_template_string": True}
    for path in sorted(folder.rglob("*.js")):
        for _line, message, _comments, _context in extract_from_file("javascript", path, keywords, options=options):
            yield message if isinstance(message, str) else (message[0], message[1])
