"""Which items a query asks for. A name or a value that there is not is refused, never passed over."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable

from flask import request

from tracker.errors import Forbidden, Invalid, NotFound
from tracker.guard import current_user
from tracker.i18n import lazy_text as _l
from tracker.permissions import sees_unit
from tracker.queries.item import STATES, ItemFilter
from tracker.queries.outage import get_outage
from tracker.queries.unit import find_unit
from tracker.routine.spec import PERFORMER_ROLES, Routine
from tracker.views.api.parse import row_id
from tracker.views.api.problem import not_one_of, pointer_to

FILTERS = ("system", "unit", "role", "state", "kind", "action", "patient")
MAX_LIMIT = 500
DEFAULT_LIMIT = 100


def check_names(known: Iterable[str]) -> None:
    """Raise Invalid for a filter that there is not: a misspelt one would otherwise let everything through."""
    names = set(known)
    unknown = {pointer_to([name]): _l("There is no such filter.") for name in request.args if name not in names}
    if unknown:
        raise Invalid(unknown)


def read_filter(routine: Routine) -> ItemFilter:
    """The filter of the query, within the user's units."""
    return ItemFilter(
        unit_ids=_units(),
        systems=_several("system", routine.target_order),
        roles=_several("role", PERFORMER_ROLES),
        states=_several("state", STATES),
        kinds=_several("kind", tuple(routine.kinds)),
        patient_id=_uuid("patient"),
        action_id=_uuid("action"),
    )


def read_outage() -> int | None:
    text = request.args.get("outage", "")
    if not text:
        return None
    try:
        return get_outage(row_id(int(text)) if re.fullmatch(r"[0-9]{1,12}", text, re.ASCII) else 0).id
    except NotFound:
        raise Invalid({"/outage": _l("There is no such outage.")}) from None


def read_place() -> tuple[str | None, int]:
    """Where the page begins, and how many items it holds."""
    cursor = request.args.get("cursor", "")
    if cursor and not re.fullmatch(r"[0-9]{1,10}", cursor, re.ASCII):
        raise Invalid({"/cursor": _l("Take the cursor from the page before.")})
    limit = request.args.get("limit", "") or str(DEFAULT_LIMIT)
    if not re.fullmatch(r"[0-9]{1,3}", limit, re.ASCII) or not 1 <= int(limit) <= MAX_LIMIT:
        raise Invalid({"/limit": _l("Enter a whole number from 1 to %(most)s.", most=MAX_LIMIT)})
    return cursor or None, int(limit)


def _parts(name: str) -> tuple[str, ...]:
    """The values of a filter: joined by commas, or the name given several times."""
    return tuple(part.strip() for text in request.args.getlist(name) for part in text.split(",") if part.strip())


def _several(name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    parts = _parts(name)
    if any(part not in allowed for part in parts):
        raise not_one_of(f"/{name}", allowed)
    return parts


def _units() -> frozenset[int]:
    user = current_user()
    codes = _parts("unit")
    if not codes:
        return user.unit_ids
    found = [find_unit(code) for code in codes]
    units = [unit for unit in found if unit is not None]
    if len(units) < len(found):
        raise Invalid({"/unit": _l("There is no such unit.")})
    if not all(sees_unit(user, unit.id) for unit in units):
        raise Forbidden(_l("You do not work in this unit."))
    return frozenset(unit.id for unit in units)


def _uuid(name: str) -> uuid.UUID | None:
    text = request.args.get(name, "")
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        raise Invalid({f"/{name}": _l("Enter a UUID.")}) from None
