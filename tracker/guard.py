"""What stands around every request: who it is, whether they may, one transaction, the access log, safe headers."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask import Flask, Response, abort, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from tracker.extensions import csrf, db
from tracker.models import LoginSession, Unit, User
from tracker.permissions import Permission, permissions_of
from tracker.services.access import recently_shown, record_access
from tracker.services.event import hold_history
from tracker.services.login import find_session, find_token, session_is_due, touch_session
from tracker.version import served_version

SESSION_KEY = "login"
LIVE_HEADER = "X-Live"
"""A page that refreshes itself (tracker.views.live) asks with it."""
SEEN_LIVE = timedelta(minutes=15)
"""A page that refreshes itself writes the patients it goes on showing so often, and new ones at once."""
_READING = {"GET", "HEAD", "OPTIONS"}
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

_DECODER = "js/scan/decoder.js"
"""The worker that reads codes in a camera's picture. It alone may compile WebAssembly; no page may."""
_DECODER_POLICY = CONTENT_SECURITY_POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")


class LoggedOut(Exception):
    """A form came from a page whose session has ended. What was typed is kept while the user logs in again."""


def guard(app: Flask) -> None:
    """Put the guard around the application. Declared permissions are checked here and nowhere else."""
    app.before_request(_open_request)
    app.before_request(_check_permission)
    app.after_request(_add_headers)
    app.after_request(_close_request)  # runs first: Flask calls them in reverse


def current_user() -> User:
    """The user of this request; only behind a permission other than PUBLIC."""
    user: User | None = g.get("user")
    if user is None:
        abort(401)
    return user


def current_session() -> LoginSession | None:
    found: LoginSession | None = g.get("login_session")
    return found


def current_unit() -> Unit | None:
    """The unit the user has chosen to work in now."""
    found = current_session()
    if found and found.unit and found.unit_id in current_user().unit_ids:
        return found.unit
    return None


def may(permission: Permission) -> bool:
    user: User | None = g.get("user")
    return user is not None and permission in permissions_of(user)


def saw_patients(patient_ids: Iterable[uuid.UUID], unit_id: int | None = None) -> None:
    """Note that this page or answer shows these patients: written to the access log before it is sent."""
    g.setdefault("seen_patients", {}).setdefault(unit_id, set()).update(patient_ids)


def forget_seen() -> None:
    """The answer shows nobody after all."""
    g.pop("seen_patients", None)


def is_live() -> bool:
    """Whether a page's script asks by itself if there is anything new: no sign of life of its user."""
    return LIVE_HEADER in request.headers and request.method in _READING


def begin_writing() -> None:
    """A reading request must write after all (an export is logged): go on in a transaction that may.

    Call it late: on SQLite nobody else writes from the next statement on.
    """
    db.session.rollback()
    g.read_only = False


def act_as(user: User) -> None:
    """What came carries another proof than a session of who wrote it: from here on the request is that user's."""
    g.user = user


def keep_despite_refusal() -> None:
    """Commit although the answer is a refusal: a failed log-in must be counted."""
    g.keep = True


def is_api() -> bool:
    return request.path.startswith("/api/")


def _open_request() -> None:
    g.read_only = request.method in _READING
    g.user = None
    g.login_session = None
    if request.endpoint == "static" or request.endpoint == "bootstrap.static":
        return
    authorization = request.authorization
    if authorization is not None and authorization.type == "bearer" and authorization.token:
        g.user = find_token(authorization.token)
        g.by_token = g.user is not None
    elif SESSION_KEY in session:
        found = find_session(session[SESSION_KEY])
        if found is None:
            g.ended_token = session.pop(SESSION_KEY)
        else:
            g.login_session, g.user = found, found.user


def _check_permission() -> AnyResponse | None:
    if request.endpoint is None or request.endpoint in ("static", "bootstrap.static"):
        return None
    view = current_app.view_functions[request.endpoint]
    permission = getattr(view, "permission", None)
    if permission is None:
        raise RuntimeError(f"{request.endpoint} declares no permission")
    if g.user is None and is_api() and permission is not Permission.PUBLIC:
        abort(401)
    if request.method not in _READING and not g.get("by_token", False) and not _proves_itself(view):
        csrf.protect()
    if permission is Permission.PUBLIC:
        return None
    if g.user is None and g.get("ended_token") and request.form and not is_api():
        raise LoggedOut
    if g.user is None:
        if is_api() or request.method not in _READING:
            abort(401)
        return redirect(url_for("login.log_in", next=request.full_path if request.query_string else request.path))
    if permission is not Permission.SIGNED_IN and permission not in permissions_of(g.user):
        abort(403)
    if request.method not in _READING:
        hold_history()  # before any other lock, so that no two requests wait for each other
    return None


def _proves_itself(view: Any) -> bool:
    """Whether the body says, provably, whose it is. Only JSON: no other site can make a browser send that unasked."""
    return getattr(view, "proves_itself", False) and request.is_json


def _close_request(response: Response) -> Response:
    """Commit on success, roll back otherwise; then the access log, before anything is shown."""
    found = current_session()
    due = found is not None and not is_live() and session_is_due(found)
    try:
        if response.status_code < 400 or g.get("keep", False):
            db.session.commit()
            _write_access(found.id if found and due else None)
        else:
            db.session.rollback()
            if response.status_code in (409, 422):  # the page again, patients and all, with what must be put right
                _write_access(None)
    except Exception as error:
        db.session.rollback()
        return current_app.make_response(current_app.handle_user_exception(error))  # told and logged as any other
    return response


def _write_access(due_session_id: int | None) -> None:
    """The access log and the sign of life of the session, in a short transaction of their own."""
    seen: dict[int | None, set[uuid.UUID]] = g.get("seen_patients", {})
    user: User | None = g.get("user")
    if user is None or not (seen or due_session_id):
        return
    doing = request.endpoint or ""
    if is_live():
        shown = recently_shown(user, set().union(*seen.values()), doing=doing, within=SEEN_LIVE)
        seen = {unit_id: patients - shown for unit_id, patients in seen.items()}
        if not any(seen.values()):
            return
        db.session.rollback()  # from here on it writes
    g.read_only = False
    for unit_id, patients in seen.items():
        record_access(user, patients, unit_id=unit_id, doing=doing)
    if due_session_id is not None:
        touch_session(due_session_id)
    db.session.commit()


def _add_headers(response: Response) -> Response:
    headers: dict[str, Any] = {
        "Content-Security-Policy": _DECODER_POLICY if _is_decoder() else CONTENT_SECURITY_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "geolocation=(), microphone=(), camera=(self)",
    }
    if request.endpoint not in ("static", "bootstrap.static"):
        headers["X-Tracker-Version"] = served_version()  # also the mark by which scripts know our answers
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    if request.endpoint not in ("static", "bootstrap.static"):
        response.headers["Cache-Control"] = "no-store"
    return response


def _is_decoder() -> bool:
    return request.endpoint == "static" and (request.view_args or {}).get("filename") == _DECODER
