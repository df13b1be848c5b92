"""Accounts: list, create, change, one-time links, and import from a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import labels
from tracker.clock import utcnow
from tracker.errors import Invalid
from tracker.extensions import current_settings
from tracker.forms.user import ExistingUserForm, NewUserForm, UserForm
from tracker.guard import current_user
from tracker.i18n import text as _
from tracker.models import Role, Unit, User
from tracker.permissions import Permission, requires
from tracker.queries.unit import all_units
from tracker.queries.user import UserFilter, find_user, find_users, get_user, last_seen, lock_user
from tracker.services.login import issue_link
from tracker.services.user import UserEntry, change_user, create_user
from tracker.views.meanwhile import changed_since, seen_now
from tracker.views.page import show_faults
from tracker.views.query_string import MAX_ID, number

blueprint = Blueprint("user", __name__)
PER_PAGE = 50
ONE = f"/users/<int(max={MAX_ID}):user_id>"
MAX_LINKS = 200
OPEN_SITES_UP_TO = 12
"""Units that are shown at once in the picker; with more, the sites without a tick are folded."""


@dataclass(frozen=True)
class UserRow:
    user: User
    status: str
    """`active`, `new`, `locked` or `inactive`."""
    works: tuple[str, ...]
    manages: tuple[str, ...]


@dataclass(frozen=True)
class SitePart:
    """The units of one site in the picker."""

    site: str
    units: Sequence[Unit]
    chosen: int
    open: bool


@dataclass(frozen=True)
class HandedOut:
    """A one-time link to hand over; shown once."""

    user: User
    url: str


@blueprint.get("/users")
@requires(Permission.ACCOUNT_MANAGE)
def index() -> ResponseReturnValue:
    chosen, page = _chosen(), max(1, request.args.get("page", 1, type=int))
    users, total = find_users(chosen, page=page, per_page=PER_PAGE)
    return render_template(
        "user/index.html",
        rows=[_row(user) for user in users],
        total=total,
        page=page,
        pages=-(-total // PER_PAGE),
        chosen=chosen,
        args=request.args.to_dict(),
        units=all_units(),
        role_choices=[*_role_choices(), ("unit_manager", labels.role("unit_manager"))],
        max_links=MAX_LINKS,
    )


@blueprint.route("/users/new", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def create() -> ResponseReturnValue:
    form = NewUserForm()
    units = _offer(form)
    if form.validate_on_submit():
        try:
            user = create_user(_entry(form, form.login.data or ""), actor=current_user())
        except Invalid as error:
            show_faults(form, error)
        else:
            return hand_out([user])
    taken = find_user(form.login.data or "") if form.errors else None
    return render_template("user/create.html", form=form, sites=_sites(form, units), taken=taken), _status(form)


@blueprint.route(ONE, methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def edit(user_id: int) -> ResponseReturnValue:
    user = lock_user(user_id) if request.method == "POST" else get_user(user_id)
    form = ExistingUserForm(
        name=user.name,
        role=user.role.value,
        active=user.active,
        units=[membership.unit.code for membership in user.memberships if membership.works],
        manages=[membership.unit.code for membership in user.memberships if membership.manages],
        seen=seen_now(user),
    )
    units = _offer(form)
    meanwhile = ""
    if form.validate_on_submit():
        meanwhile = changed_since(user, form.seen.data)
        if meanwhile:
            form.seen.data = seen_now(user)
        else:
            try:
                change_user(user, _entry(form, user.login), bool(form.active.data), actor=current_user())
            except Invalid as error:
                show_faults(form, error)
            else:
                flash(_("The account is saved."), "success")
                return redirect(url_for("user.edit", user_id=user_id))
    return render_template(
        "user/edit.html",
        form=form,
        owner=user,
        row=_row(user),
        sites=_sites(form, units),
        meanwhile=meanwhile,
        last_seen=last_seen(user.id),
        without_unit=not user.is_region_wide and not user.memberships,
    ), 409 if meanwhile else _status(form)


@blueprint.post(f"{ONE}/link")
@requires(Permission.ACCOUNT_MANAGE)
def link(user_id: int) -> ResponseReturnValue:
    """A new one-time link for one person. Links given out before stop working."""
    user = lock_user(user_id)
    if not user.active:
        flash(_("The account is not in use. Put it in use first."), "danger")
        return redirect(url_for("user.edit", user_id=user_id))
    return hand_out([user])


@blueprint.post("/users/links")
@requires(Permission.ACCOUNT_MANAGE)
def links() -> ResponseReturnValue:
    """New one-time links for all who have no password yet, as the list is filtered."""
    chosen = UserFilter(
        search=request.form.get("q", ""),
        unit_id=request.form.get("unit", type=int),
        role=request.form.get("role", ""),
        status="new",
    )
    users, total = find_users(chosen, page=1, per_page=MAX_LINKS)
    if not users:
        flash(_("Everybody in the list has a password."), "success")
        return redirect(url_for("user.index"))
    return hand_out(users, left=total - len(users))


def hand_out(users: Iterable[User], **shown: Any) -> ResponseReturnValue:
    """The page to print: each person's link, this once. Only its hash is kept."""
    address = current_settings().address
    handed = [HandedOut(user, f"{address}/link/{issue_link(user, actor=current_user())}") for user in users]
    return render_template("user/links.html", handed=handed, hours=current_settings().link_hours, **shown)


def _chosen() -> UserFilter:
    return UserFilter(
        search=request.args.get("q", "").strip(),
        unit_id=number("unit"),
        role=request.args.get("role", ""),
        status=request.args.get("status", ""),
    )


def _role_choices() -> list[tuple[str, str]]:
    return [(role.value, labels.role(role)) for role in Role]


def _offer(form: UserForm) -> Sequence[Unit]:
    units = all_units()
    form.offer(_role_choices(), [unit.code for unit in units])
    return units


def _entry(form: UserForm, login: str) -> UserEntry:
    return UserEntry(
        login=login,
        name=form.name.data or "",
        role=Role(form.role.data),
        units=form.units.data or (),
        manages=form.manages.data or (),
    )


def _row(user: User) -> UserRow:
    locked = user.locked_until is not None and user.locked_until > utcnow()
    status = (
        "inactive" if not user.active else "new" if user.password_hash is None else "locked" if locked else "active"
    )
    return UserRow(
        user,
        status,
        tuple(sorted(membership.unit.name for membership in user.memberships if membership.works)),
        tuple(sorted(membership.unit.name for membership in user.memberships if membership.manages)),
    )


def _sites(form: UserForm, units: Sequence[Unit]) -> list[SitePart]:
    """The picker's units by site. A unit out of use is offered only where it is ticked already."""
    ticked = {*(form.units.data or ()), *(form.manages.data or ())}
    by_site: dict[str, list[Unit]] = {}
    for unit in units:
        if unit.active or unit.code in ticked:
            by_site.setdefault(unit.site, []).append(unit)
    few = len(units) <= OPEN_SITES_UP_TO
    parts = []
    for site, there in by_site.items():
        chosen = sum(1 for unit in there if unit.code in ticked)
        parts.append(SitePart(site, there, chosen, open=few or chosen > 0))
    return parts


def _status(form: Any) -> int:
    return 422 if form.errors else 200


from tracker.views import account_import  # noqa: E402, F401 - its routes belong to this blueprint
