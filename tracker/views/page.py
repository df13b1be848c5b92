"""What every page is given: the user, what they may open, which systems are down, and how things are written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, g, request, url_for
from flask_babel import lazy_gettext as _l

from tracker import labels
from tracker.clock import utcnow
from tracker.errors import Invalid
from tracker.extensions import current_routine, db
from tracker.guard import current_unit, may
from tracker.i18n import language, time_zone
from tracker.i18n import text as _
from tracker.models import Patient, User
from tracker.permissions import Permission
from tracker.queries.item import count_questions_for
from tracker.queries.outage import stretches_down
from tracker.routine.spec import Text


@dataclass(frozen=True)
class NavigationEntry:
    label: Any
    endpoint: str
    permission: Permission
    main: bool = False
    """Shown in the bar at the foot of a phone."""
    seldom: bool = False
    """Goes under "More" where the bar would be crowded."""
    also: tuple[str, ...] = ()
    """Pages that lie under this entry though their addresses do not."""

    @property
    def url(self) -> str:
        return url_for(self.endpoint)

    def reach(self, path: str) -> int:
        """How much of the path leads to this entry: 0 if it does not lie under it."""
        above = [self.url, *map(url_for, self.also)]
        return max((len(url) for url in above if path == url or (url != "/" and path.startswith(f"{url}/"))), default=0)


@dataclass(frozen=True)
class Navigation:
    """The entries of this user: in the bar at the top and behind its "More", and the same at a phone's foot."""

    bar: list[NavigationEntry]
    more: list[NavigationEntry]
    foot: list[NavigationEntry]
    foot_more: list[NavigationEntry]
    current: NavigationEntry | None
    """The one that the page shown lies under."""


ROOM_IN_BAR = 8
NAVIGATION = (
    NavigationEntry(_l("Start"), "home.start", Permission.SIGNED_IN, main=True),
    NavigationEntry(_l("Log"), "action.choose_kind", Permission.ACTION_LOG, main=True, also=("action_import.index",)),
    NavigationEntry(_l("Patients"), "patient.index", Permission.ACTION_LOG),
    NavigationEntry(_l("Re-entry"), "item.queue", Permission.ITEM_WORK, main=True),
    NavigationEntry(_l("Replies"), "reply.index", Permission.ITEM_WORK),
    NavigationEntry(_l("Logged"), "action.index", Permission.ACTION_READ),
    NavigationEntry(_l("Confirm"), "confirmation.index", Permission.UNIT_MANAGE),
    NavigationEntry(_l("Duties"), "duty.index", Permission.SIGNED_IN, seldom=True),
    NavigationEntry(_l("Routine"), "routine.index", Permission.SIGNED_IN, main=True),
    NavigationEntry(_l("Local routine"), "unit.my_local_routine", Permission.ACTION_READ, seldom=True),
    NavigationEntry(_l("Paper forms"), "sheet.index", Permission.ACTION_LOG, seldom=True),
    NavigationEntry(_l("Unclear forms"), "orphan_sheet.index", Permission.ACTION_LOG, seldom=True),
    NavigationEntry(_l("Work lists"), "work_list.index", Permission.ITEM_WORK, seldom=True),
    NavigationEntry(_l("Lists"), "export.index", Permission.EXPORT, seldom=True),
    NavigationEntry(_l("Outages"), "outage.index", Permission.SIGNED_IN, seldom=True),
    NavigationEntry(_l("Overview"), "overview.index", Permission.SIGNED_IN, seldom=True),
    NavigationEntry(_l("Devices"), "device.index", Permission.ACTION_LOG, seldom=True),
    NavigationEntry(_l("Before you leave"), "shift.show", Permission.ACTION_LOG, seldom=True),
    NavigationEntry(_l("Units"), "unit.index", Permission.ACCOUNT_MANAGE, seldom=True),
    NavigationEntry(_l("Users"), "user.index", Permission.ACCOUNT_MANAGE, seldom=True),
    NavigationEntry(_l("History"), "history.index", Permission.HISTORY_READ, seldom=True),
)


@dataclass(frozen=True)
class SystemDownNow:
    system: str
    name: str
    since: datetime
    outage_id: int
    drill: bool


def register(app: Flask) -> None:
    app.context_processor(_context)
    app.jinja_env.filters.update(
        local=local_time,
        clock=clock_time,
        day=local_day,
        ago=how_long,
        own=own_text,
        role=labels.role,
        roles=labels.roles,
        state=labels.state,
        work_kind=labels.work_kind,
        unit_kind=labels.unit_kind,
        target=target_name,
    )
    app.jinja_env.globals.update(labels=labels)


def _context() -> dict[str, Any]:
    user: User | None = g.get("user")
    return {
        "user": user,
        "unit": current_unit() if user else None,
        "navigation": _navigation(),
        "may": may,
        "Permission": Permission,
        "systems_down_now": systems_down_now() if user else [],
        "open_questions": count_questions_for(user) if user and may(Permission.ACTION_READ) else 0,
        "language": language(),
        "now": utcnow(),
        "routine": current_routine(),
    }


def _navigation() -> Navigation:
    entries = [entry for entry in NAVIGATION if may(entry.permission)]
    crowded = len(entries) > ROOM_IN_BAR
    closest = max(entries, key=lambda entry: entry.reach(request.path), default=None)
    return Navigation(
        bar=[entry for entry in entries if not (crowded and entry.seldom)],
        more=[entry for entry in entries if crowded and entry.seldom],
        foot=[entry for entry in entries if entry.main],
        foot_more=[entry for entry in entries if not entry.main],
        current=closest if closest and closest.reach(request.path) else None,
    )


def systems_down_now() -> list[SystemDownNow]:
    """One line for each system that is down, for the strip at the top of every page."""
    found: dict[tuple[str, bool], SystemDownNow] = {}
    for row in stretches_down():
        key = (row.system, row.outage.drill)
        found.setdefault(
            key,
            SystemDownNow(
                row.system,
                current_routine().target_name(row.system, language()),
                row.down_at,
                row.outage_id,
                row.outage.drill,
            ),
        )
    return list(found.values())


def local_time(value: datetime | None) -> str:
    """Date and time as read in Sweden: `2026-11-23 14:05`."""
    return value.astimezone(time_zone()).strftime("%Y-%m-%d %H:%M") if value else ""


def clock_time(value: datetime | None) -> str:
    """The time alone if it is today, else date and time."""
    if value is None:
        return ""
    there = value.astimezone(time_zone())
    same_day = there.date() == utcnow().astimezone(time_zone()).date()
    return there.strftime("%H:%M") if same_day else there.strftime("%Y-%m-%d %H:%M")


def local_day(value: datetime | None) -> str:
    return value.astimezone(time_zone()).strftime("%Y-%m-%d") if value else ""


def how_long(since: datetime | None, until: datetime | None = None) -> str:
    """`25 min`, `3 h 10 min`, `2 d 4 h`."""
    if since is None:
        return ""
    minutes = max(0, int(((until or utcnow()) - since) / timedelta(minutes=1)))
    if minutes < 60:
        return _("%(minutes)s min", minutes=minutes)
    if minutes < 24 * 60:
        return _("%(hours)s h %(minutes)s min", hours=minutes // 60, minutes=minutes % 60)
    return _("%(days)s d %(hours)s h", days=minutes // 1440, hours=minutes % 1440 // 60)


def own_text(value: Text | None) -> str:
    """A text of the routine in the user's language."""
    return value.in_language(language()) if value else ""


def target_name(target: str) -> str:
    return current_routine().target_name(target, language())


def patient_name(patient: Patient) -> str:
    return patient.name or (_("Unknown") if patient.is_unknown else _("Name not given"))


def show_faults(form: Any, error: Invalid, names: dict[str, str] | None = None) -> None:
    """Put a service's refusals beside the form's fields and undo what the service began.

    A pointer `/fields/drug` or `/name` belongs to the field of the last name, or as `names` says; what belongs to no
    field goes into `form.form_errors`, shown at the top.
    """
    db.session.rollback()
    for pointer, fault in error.faults.items():
        name = (names or {}).get(pointer) or pointer.rsplit("/", 1)[-1]
        if name in form:
            form[name].errors = [*form[name].errors, str(fault)]
        else:
            form.form_errors.append(str(fault))
