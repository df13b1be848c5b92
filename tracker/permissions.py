"""Who may do what. Every route declares one permission; objects are checked against the user's units and role.

Director and IT operations see counts of every unit but no patient; an administrator manages accounts and sees
neither. A unit manager is a user of any role, for the units they manage.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from tracker.models import Action, Duty, Item, Role, User
from tracker.routine.spec import PERFORMER_ROLES

View = TypeVar("View", bound=Callable[..., Any])


class Permission(StrEnum):
    PUBLIC = "public"
    SIGNED_IN = "signed-in"
    OUTAGE_DECLARE = "outage:declare"
    ACTION_LOG = "action:log"
    ACTION_READ = "action:read"
    ITEM_WORK = "item:work"
    UNIT_MANAGE = "unit:manage"
    EXPORT = "outage:export"
    HISTORY_READ = "history:read"
    ACCOUNT_MANAGE = "account:manage"


_CLINICAL = frozenset(
    {Permission.ACTION_LOG, Permission.ACTION_READ, Permission.ITEM_WORK, Permission.EXPORT, Permission.SIGNED_IN}
)
_BY_ROLE: dict[Role, frozenset[Permission]] = {
    **{Role(role): _CLINICAL for role in PERFORMER_ROLES},
    Role.DIRECTOR: frozenset({Permission.SIGNED_IN, Permission.HISTORY_READ}),
    Role.IT_OPERATIONS: frozenset({Permission.SIGNED_IN, Permission.OUTAGE_DECLARE, Permission.HISTORY_READ}),
    Role.ADMINISTRATOR: frozenset({Permission.SIGNED_IN, Permission.ACCOUNT_MANAGE, Permission.HISTORY_READ}),
}
_MANAGER = frozenset(
    {Permission.ACTION_LOG, Permission.ACTION_READ, Permission.UNIT_MANAGE, Permission.EXPORT, Permission.HISTORY_READ}
)


def permissions_of(user: User) -> frozenset[Permission]:
    return _BY_ROLE[user.role] | (_MANAGER if user.managed_unit_ids else frozenset())


def requires(permission: Permission) -> Callable[[View], View]:
    """Declare what a route needs. The guard (tracker.guard) refuses every route without it."""

    def declare(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return declare


def proves_itself(view: View) -> View:
    """The route's JSON body proves by itself who sent it (a ticket, a device's token): no CSRF token is asked for."""
    view.proves_itself = True  # type: ignore[attr-defined]
    return view


def sees_unit(user: User, unit_id: int) -> bool:
    """Whether the user may see the unit's patients."""
    return unit_id in user.unit_ids


def sees_counts(user: User, unit_id: int) -> bool:
    return user.is_region_wide or unit_id in user.unit_ids


def sees_action(user: User, action: Action) -> bool:
    """An action is read in the unit that owns it and, when the patient has moved, in the one where it was done."""
    return sees_unit(user, action.unit_id) or sees_unit(user, action.done_in_id)


def reading_unit(user: User, action: Action) -> int:
    """The unit from which the user reads the action, for the access log."""
    return action.unit_id if sees_unit(user, action.unit_id) else action.done_in_id


def may_change_action(user: User, action: Action) -> bool:
    """Only the unit that owns it: one place decides what is still to be done."""
    return sees_unit(user, action.unit_id)


def may_work(user: User, item: Item) -> bool:
    """An item is worked by its role, in the unit that owns it."""
    return user.role.value in item.roles and user.works_in(item.action.unit_id)


def may_check(user: User, item: Item) -> bool:
    """A second person: not who entered it, and able to see whether it is right."""
    able = user.role.value in item.roles or user.role in (Role.NURSE, Role.PHYSICIAN)
    return able and user.works_in(item.action.unit_id) and item.entered_by_id not in (None, user.id)


def may_undo(user: User, item: Item) -> bool:
    if not sees_unit(user, item.action.unit_id):
        return False
    if may_work(user, item) or user.manages(item.action.unit_id):
        return True
    return user.id in (item.done_by_id, item.entered_by_id)


def may_answer(user: User, item: Item) -> bool:
    """The performer answers; so may whoever logged it, asked, or shares the performer's role.

    In the unit that owns the action or the one where it was done: who knows the answer may not have moved along.
    """
    action = item.action
    question = item.open_question
    if user.id in (action.performed_by_id, action.logged_by_id) or (question and question.asked_by_id == user.id):
        return sees_action(user, action)
    there = user.works_in(action.unit_id) or user.works_in(action.done_in_id)
    return there and user.role.value == action.role


def may_confirm(user: User, action: Action) -> bool:
    return user.manages(action.unit_id)


def may_tick(user: User, duty: Duty) -> bool:
    """A duty is ticked by its role in a concerned unit, or by that unit's manager; a region's by its role."""
    if duty.unit_id is None:
        return user.role.value == duty.role
    if user.manages(duty.unit_id):
        return True
    return user.works_in(duty.unit_id) and duty.role in ("staff", user.role.value)
