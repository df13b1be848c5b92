"""Logging in and out, one-time links, and the user's own settings."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from tracker.errors import Invalid, NotFound
from tracker.forms.kept import keep_typed, kept_form
from tracker.forms.login import FirstAdministratorForm, LoginForm, NewPasswordForm, PasswordForm
from tracker.guard import SESSION_KEY, LoggedOut, current_session, current_user, keep_despite_refusal
from tracker.i18n import LANGUAGE_COOKIE, LANGUAGES
from tracker.i18n import lazy_text as _l
from tracker.i18n import text as _
from tracker.models import OneTimeLink
from tracker.permissions import Permission, requires
from tracker.services import login as services
from tracker.services.action_import import forget_old_imports
from tracker.services.user import choose_language
from tracker.views.page import show_faults

blueprint = Blueprint("login", __name__)


@blueprint.route("/login", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def log_in() -> ResponseReturnValue:
    if g.user is not None:
        return redirect(url_for("home.start"))
    form = LoginForm()
    if form.validate_on_submit():
        try:
            logged_in = services.log_in(form.login.data or "", form.password.data or "")
        except Invalid as error:
            keep_despite_refusal()
            form.login.errors = [str(fault) for fault in error.faults.values()]
        else:
            _enter(logged_in)
            return redirect(_safe_next())
    return render_template("login/log_in.html", form=form), 422 if form.errors else 200


@blueprint.post("/login/again")
@requires(Permission.PUBLIC)
def log_in_again() -> ResponseReturnValue:
    """Log in again after the session ended in the middle of a form; then the form can be sent as it was typed."""
    form = LoginForm()
    kept = kept_form(request.form)
    if form.validate_on_submit():
        try:
            logged_in = services.log_in(form.login.data or "", form.password.data or "")
        except Invalid as error:
            keep_despite_refusal()
            form.login.errors = [str(fault) for fault in error.faults.values()]
        else:
            _enter(logged_in)
            if kept.owner_id != logged_in.user.id:
                flash(_("You logged in as somebody else, so what they had typed was not sent."), "warning")
                return redirect(url_for("home.start"))
            return render_template("login/send_again.html", kept=kept)
    return render_template("login/log_in_again.html", form=form, kept=kept), 422


@blueprint.app_errorhandler(LoggedOut)
def keep_form(_error: LoggedOut) -> ResponseReturnValue:
    """Show the log-in with what was typed kept beside it, unseen."""
    owner = services.owner_of_ended_session(g.ended_token)
    if owner is None:
        return redirect(url_for("login.log_in", next=request.path))
    path = request.full_path if request.query_string else request.path  # the query says for which unit and outage
    kept = keep_typed(path, request.form, owner.id)
    return render_template("login/log_in_again.html", form=LoginForm(formdata=None), kept=kept), 401


@blueprint.post("/logout")
@requires(Permission.SIGNED_IN)
def log_out() -> ResponseReturnValue:
    found = current_session()
    if found is not None:
        services.log_out(found)
        g.login_session = None
    session.clear()
    flash(_("You are logged out."), "success")
    return redirect(url_for("login.log_in"))


@blueprint.route("/link/<token>", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def link(token: str) -> ResponseReturnValue:
    """A one-time link: choose a password, or create the first administrator."""
    found = services.find_link(token)
    if found is None:
        raise NotFound(_l("The link is used or too old. Ask your administrator for a new one."))
    return _first_administrator(found) if found.user is None else _choose_password(found)


def _first_administrator(found: OneTimeLink) -> ResponseReturnValue:
    form = FirstAdministratorForm()
    if form.validate_on_submit():
        try:
            services.create_first_administrator(
                found, form.login.data or "", form.name.data or "", form.password.data or ""
            )
        except Invalid as error:
            show_faults(form, error)
        else:
            flash(_("The account is ready. Log in."), "success")
            return redirect(url_for("login.log_in"))
    return render_template("login/first_administrator.html", form=form), 422 if form.errors else 200


def _choose_password(found: OneTimeLink) -> ResponseReturnValue:
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            services.use_link(found, form.password.data or "")
        except Invalid as error:
            show_faults(form, error)
        else:
            flash(_("The password is chosen. Log in."), "success")
            return redirect(url_for("login.log_in"))
    return render_template("login/choose_password.html", form=form, owner=found.user), 422 if form.errors else 200


@blueprint.route("/account", methods=["GET", "POST"])
@requires(Permission.SIGNED_IN)
def account() -> ResponseReturnValue:
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            services.change_password(current_user(), form.current.data or "", form.password.data or "")
        except Invalid as error:
            show_faults(form, error)
        else:
            g.login_session = None
            session.clear()
            flash(_("The password is changed. Log in with the new one."), "success")
            return redirect(url_for("login.log_in"))
    return render_template("login/account.html", form=form), 422 if form.errors else 200


@blueprint.post("/language")
@requires(Permission.PUBLIC)
def set_language() -> ResponseReturnValue:
    chosen = request.form.get("language", "")
    response = redirect(_safe_next())
    if chosen in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=365 * 24 * 3600, httponly=True, samesite="Lax")
        if g.user is not None:
            choose_language(g.user, chosen)
    return response


@blueprint.post("/unit")
@requires(Permission.SIGNED_IN)
def choose_unit() -> ResponseReturnValue:
    """Work in another of one's units from now on."""
    found = current_session()
    if found is not None:
        services.choose_unit(found, request.form.get("unit", 0, type=int))
    return redirect(_safe_next())


def _enter(logged_in: services.LoggedIn) -> None:
    """Begin the cookie afresh. The form's CSRF token goes with the old one: a page shown now needs a new one.

    Somebody logs in every few hours, at the latest: what is kept for some hours only is thrown away then.
    """
    forget_old_imports()
    session.clear()
    g.pop(current_app.config["WTF_CSRF_FIELD_NAME"], None)
    session[SESSION_KEY] = logged_in.token


def _safe_next() -> str:
    """Where the user was going, if that is a page of ours."""
    target = request.values.get("next", "")
    # Browsers take `//`, `/\` and either with control characters between for the start of another site's address.
    ours = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if ours else url_for("home.start")
