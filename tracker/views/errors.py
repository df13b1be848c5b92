"""Refusals and faults: a page that says what to do, or an RFC 9457 problem document for the API."""

from __future__ import annotations

from http import HTTPStatus

from flask import Flask, Response, current_app, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, NotFound

from tracker.errors import Conflict, DomainError, Invalid
from tracker.extensions import db
from tracker.guard import is_api
from tracker.i18n import lazy_text as _l
from tracker.i18n import text as _

_ADVICE = {
    400: _l("The request could not be read. Go back and try again."),
    401: _l("You are logged out. Log in and try again."),
    403: _l("You do not have access to this. Ask your unit manager if you need it."),
    404: _l("There is nothing here, or it belongs to a unit that is not yours."),
    405: _l("That cannot be done here. Go back and try again."),
    409: _l("Something changed meanwhile. Read the page again."),
    413: _l("The file is too large."),
    422: _l("Something needs to be put right."),
    429: _l("Too many tries. Wait a moment."),
    500: _l("Something went wrong with us. It may or may not have been saved: look before you try again."),
}

_SAME_MOMENT = {"23505", "40001", "40P01", "55P03"}
"""PostgreSQL: written twice, could not be put in order, a deadlock, waited too long for a lock."""
_SAME_MOMENT_SQLITE = ("UNIQUE constraint failed", "database is locked", "database table is locked")


def register(app: Flask) -> None:
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    for too_large in (OverflowError, DataError):  # SQLite's and PostgreSQL's word for it
        app.register_error_handler(too_large, _number_too_large)
    app.register_error_handler(StaleDataError, _overtaken)
    for failed in (OperationalError, IntegrityError):
        app.register_error_handler(failed, _database_refused)
    app.register_error_handler(Exception, _fault)


def _domain_error(error: DomainError) -> ResponseReturnValue:
    db.session.rollback()
    if is_api():
        return problem(error)
    message = " ".join(str(fault) for fault in error.faults.values()) if isinstance(error, Invalid) else error.message
    return _page(error.status, str(message))


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if 300 <= status < 400:
        return error
    db.session.rollback()
    if is_api():
        return _document(status, str(_advice(status)))
    if status == 401:
        return redirect(url_for("login.log_in", next=request.referrer and request.path))
    return _page(status, _advice(status))


def _csrf_error(error: CSRFError) -> ResponseReturnValue:
    db.session.rollback()
    if is_api():
        return _document(400, _("The CSRF token is missing or old."))
    return _page(
        400, _("The page had been open too long or you logged in again meanwhile. Go back, reload and send again.")
    )


def _number_too_large(error: Exception) -> ResponseReturnValue:
    """An id or a page number that no row can have, typed into an address: there is nothing there."""
    return _http_error(NotFound())


def _database_refused(error: DBAPIError) -> ResponseReturnValue:
    """What two who write at the same moment can meet is no fault of ours; anything else is."""
    state = getattr(error.orig, "sqlstate", None)
    if state in _SAME_MOMENT or (state is None and str(error.orig).startswith(_SAME_MOMENT_SQLITE)):
        return _overtaken(error)
    return _fault(error)


def _overtaken(_error: Exception) -> ResponseReturnValue:
    """Somebody else wrote first, or held what was to be written for too long. Nothing was saved."""
    db.session.rollback()
    g.read_only = True  # the answer waits for nobody
    return _domain_error(Conflict(_l("Somebody changed it just now. Nothing was saved. Look again, then try again.")))


def _fault(error: Exception) -> ResponseReturnValue:
    db.session.rollback()
    current_app.logger.error("fault in %s", request.endpoint, exc_info=error)
    if is_api():
        return _document(500, _advice(500))
    return _page(500, _advice(500))


def problem(error: DomainError) -> Response:
    """A refusal as an RFC 9457 problem document; `errors` points to every faulty field."""
    if isinstance(error, Invalid):
        faults = [{"pointer": pointer, "detail": str(fault)} for pointer, fault in error.faults.items()]
        return _document(error.status, _advice(error.status), errors=faults)
    extra = {"holder": error.holder} if isinstance(error, Conflict) and error.holder else {}
    return _document(error.status, str(error.message), **extra)


def _document(status: int, detail: str, **extra: object) -> Response:
    response = jsonify(type="about:blank", title=HTTPStatus(status).phrase, status=status, detail=detail, **extra)
    response.status_code = status
    response.content_type = "application/problem+json"
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _advice(status: int) -> str:
    return str(_ADVICE.get(status, _ADVICE[500]))


def _page(status: int, message: str) -> ResponseReturnValue:
    return render_template(
        "error/error.html", status=status, message=message, signed_in=g.get("user") is not None
    ), status
