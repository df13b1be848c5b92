"""Reading the routine: per system and phase, who to call, and a search."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.errors import NotFound
from tracker.extensions import current_routine
from tracker.guard import current_unit, current_user
from tracker.i18n import language
from tracker.i18n import lazy_text as _l
from tracker.i18n import text as _
from tracker.models import Outage
from tracker.permissions import Permission, requires
from tracker.queries.outage import outages_for
from tracker.queries.routine import routine_of
from tracker.queries.routine_search import (
    Entry,
    Sort,
    pieces,
    search_routine,
)
from tracker.routine.spec import Routine
from tracker.views.page import SystemDownNow, systems_down_now
from tracker.views.routine_shown import kind_shown, phases_shown

blueprint = Blueprint("routine", __name__)

SORTS = {
    Sort.PASSAGE: _l("To read"),
    Sort.KIND: _l("What is logged"),
    Sort.ITEM: _l("Follow-up"),
    Sort.DUTY: _l("Duty"),
    Sort.CONTACT: _l("Who to call"),
}


@dataclass(frozen=True)
class HitGroup:
    title: str
    hits: list[dict[str, Any]]


@dataclass(frozen=True)
class Source:
    """Which version of the routine is read: the one in force, or the one an outage is worked under."""

    routine: Routine
    outage: Outage | None
    differs: bool

    @property
    def args(self) -> dict[str, Any]:
        return {"outage": self.outage.id} if self.outage else {}


@blueprint.get("/routine")
@requires(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    source = _source()
    routine = source.routine
    down = _down_by_system()
    systems = sorted(routine.systems, key=lambda system: system.id not in down)
    return render_template(
        "routine/index.html",
        systems=[(system, down.get(system.id)) for system in systems],
        phases=phases_shown(routine.region_passages, routine.region_duties),
        **_common(source),
    )


@blueprint.get("/routine/<system>")
@requires(Permission.SIGNED_IN)
def system(system: str) -> ResponseReturnValue:
    source = _source()
    spec = source.routine.system_by_id.get(system)
    if spec is None:
        raise NotFound(_l("The routine has no such system."))
    return render_template(
        "routine/system.html",
        system=spec,
        down=_down_by_system().get(spec.id),
        phases=phases_shown(spec.passages, spec.duties),
        kinds=[kind_shown(source.routine, kind) for kind in spec.kinds],
        others=[other for other in source.routine.systems if other.id != spec.id],
        **_common(source),
    )


@blueprint.get("/routine/search")
@requires(Permission.SIGNED_IN)
def search() -> ResponseReturnValue:
    """Search the routine. It holds nothing about patients, so the words may stand in the address."""
    source = _source()
    common = _common(source)
    hits = search_routine(source.routine, common["query"], language())
    groups = _groups(source, hits, common["query"])
    return render_template("routine/search.html", count=len(hits), groups=groups, **common)


def _source() -> Source:
    outage_id = request.args.get("outage", type=int)
    if outage_id is None:
        return Source(current_routine(), None, False)
    outage = next((outage for outage in outages_for(current_user()) if outage.id == outage_id), None)
    if outage is None:
        raise NotFound(_l("There is no such outage."))
    return Source(routine_of(outage), outage, outage.routine_digest != current_routine().digest)


def _common(source: Source) -> dict[str, Any]:
    unit = current_unit()
    return {
        "source": source,
        "shown_routine": source.routine,
        "earlier_versions": _earlier_versions(),
        "contacts": [(contact, _dialled(contact.phone)) for contact in source.routine.contacts],
        "local_facts": [(fact, _dialled(fact.value) if fact.kind.value == "phone" else "") for fact in unit.local_facts]
        if unit
        else [],
        "query": request.args.get("q", "").strip()[:100],
    }


def _earlier_versions() -> list[Outage]:
    """The user's outages of now that are worked under another version than the one in force."""
    now = {row.outage_id for row in systems_down_now()}
    if not now:
        return []
    current = current_routine().digest
    return [row for row in outages_for(current_user()) if row.id in now and row.routine_digest != current]


def _dialled(phone: str) -> str:
    """The number as a telephone dials it."""
    return re.sub(r"[^0-9+]", "", phone)


def _down_by_system() -> dict[str, SystemDownNow]:
    """The systems that are down, a real outage before a drill."""
    return {row.system: row for row in sorted(systems_down_now(), key=lambda row: not row.drill)}


def _groups(source: Source, hits: list[Entry], query: str) -> list[HitGroup]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for hit in hits:
        url = (
            url_for("routine.system", system=hit.system, **source.args)
            if hit.system
            else url_for("routine.index", **source.args)
        )
        groups.setdefault(hit.system, []).append(
            {
                "entry": hit,
                "url": f"{url}#{hit.anchor}",
                "sort": str(SORTS[hit.sort]),
                "title": pieces(hit.title, query),
                "text": pieces(hit.text, query),
            }
        )
    everywhere = _("Common to every system")
    return [
        HitGroup(source.routine.system_by_id[system].name if system else everywhere, found)
        for system, found in groups.items()
    ]
