"""The queue itself: counts as tabs, filters, and one card for each patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import labels
from tracker.clock import utcnow
from tracker.extensions import current_routine
from tracker.guard import current_unit, current_user, saw_patients
from tracker.i18n import language
from tracker.i18n import text as _
from tracker.models import Item, Outage, Patient, User
from tracker.permissions import Permission, reading_unit, requires
from tracker.queries.item import READY, STATES, UNFINISHED, count_cells, held_by, queue_page
from tracker.queries.outage import outages_for
from tracker.queries.patient_link import former_identities
from tracker.queries.record_text import Change
from tracker.queries.second_check import count_to_check_for, rejected_of
from tracker.routine.spec import PERFORMER_ROLES
from tracker.views.item_blueprint import blueprint
from tracker.views.item_choice import AGES, ALL, ANY, DRILL, MINE, OVER, REAL, UNFINISHED_STATES, Choice, read_choice
from tracker.views.item_order import why_patient
from tracker.views.item_panel import Line, Reader
from tracker.views.live import live
from tracker.views.page import target_name

PATIENTS_PER_PAGE = 25


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    count: int
    is_current: bool


@dataclass(frozen=True)
class Group:
    """One patient's items in one system."""

    system: str
    target: str
    lines: Sequence[Line]
    scope: Mapping[str, Any]

    @property
    def to_take(self) -> int:
        return sum(line.can_take for line in self.lines)

    @property
    def held(self) -> int:
        return sum(line.is_held_by_reader for line in self.lines)


@dataclass(frozen=True)
class Card:
    patient: Patient
    groups: Sequence[Group]
    units: str
    """The units' names, where the reader sees several."""
    former: Sequence[Patient] = ()
    """The labels and reserve numbers that turned out to be this patient."""
    why: str = ""
    """Why the patient stands here."""


@blueprint.get("/queue")
@requires(Permission.ITEM_WORK)
@live
def queue() -> ResponseReturnValue:
    user = current_user()
    outages = outages_for(user)
    choice = choice_now(user, outages)
    cells = count_cells(choice.filter(user, systems=(), states=()))
    if not choice.system:
        choice = replace(choice, system=_busiest(cells, choice))
    items, states, total = queue_page(choice.filter(user), page=choice.page, patients_per_page=PATIENTS_PER_PAGE)
    if not items and choice.page > 1:
        return redirect(url_for("item.queue", **choice.args()))
    note_seen(items)
    reader = Reader(user)
    options = _options(user, outages)
    usual = choice_now(user, outages, {})
    held = [item for item in held_by(user) if item.holder(utcnow())]
    note_seen(held)
    return render_template(
        "item/queue.html",
        choice=choice,
        cards=_cards(reader, items, states, choice),
        held=_cards(reader, held, {item.id: item.state.value for item in held}, choice),
        total=total,
        pages=-(-total // PATIENTS_PER_PAGE),
        system_tabs=_system_tabs(cells, choice),
        state_tabs=_state_tabs(cells, choice),
        options=options,
        chosen=_in_words(choice, options),
        is_filtered=choice != replace(usual, system=choice.system, state=choice.state, page=choice.page),
        is_drill=_is_drill(choice, outages),
        to_check=count_to_check_for(user),
        sent_back=len(rejected_of(user)),
        stages=[stage.label for stage in current_routine().stages],
    )


def choice_now(user: User, outages: Sequence[Outage], args: Mapping[str, str] | None = None) -> Choice:
    """The choice in this request's address."""
    given = request.args if args is None else args
    return read_choice(given, user, current_unit(), outages, current_routine().target_order)


def note_seen(items: Sequence[Item]) -> None:
    """Write the patients of these items to the access log, each under the unit from which the user reads."""
    by_unit: dict[int, set[Any]] = {}
    for item in items:
        by_unit.setdefault(reading_unit(current_user(), item.action), set()).add(item.action.patient_id)
    for unit_id, patients in by_unit.items():
        saw_patients(patients, unit_id)


def note_former(changes: Mapping[int, Sequence[Change]]) -> None:
    """A correction that moved an action to another patient shows the former patient's number too."""
    saw_patients({change.former_patient for rows in changes.values() for change in rows if change.former_patient})


def _cards(reader: Reader, items: Sequence[Item], states: Mapping[int, str], choice: Choice) -> list[Card]:
    cards = []
    several_units = len(choice.unit_ids(reader.user)) > 1
    by_patient: dict[Any, list[Item]] = {}
    for item in items:
        by_patient.setdefault(item.action.patient_id, []).append(item)
    order = current_routine().target_order
    former = former_identities(by_patient)
    saw_patients({one.id for known in former.values() for one in known})
    for theirs in by_patient.values():
        groups = []
        theirs.sort(key=lambda item: (item.action.outage.drill, order.index(item.system)))
        for (drill, system), found in groupby(theirs, key=lambda item: (item.action.outage.drill, item.system)):
            lines = [reader.line(item, states[item.id]) for item in found]
            scope = {**choice.scope(system), "outage": choice.outage if choice.outage.isdigit() else _kind(drill)}
            groups.append(Group(system, target_name(system), lines, scope))
        units = sorted({item.action.unit.name for item in theirs}) if several_units else []
        patient = theirs[0].action.patient
        cards.append(Card(patient, groups, ", ".join(units), former.get(patient.id, ()), why_patient(theirs)))
    return cards


def _kind(drill: bool) -> str:
    return DRILL if drill else REAL


def _wanted(choice: Choice) -> tuple[str, ...]:
    return UNFINISHED if choice.state == UNFINISHED_STATES else (choice.state,)


def _busiest(cells: Sequence[Mapping[str, Any]], choice: Choice) -> str:
    counts = _sum(cells, "system", _wanted(choice), "state")
    return max(counts, key=lambda system: counts[system]) if counts else ALL


def _sum(cells: Sequence[Mapping[str, Any]], by: str, among: Sequence[str], where: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for cell in cells:
        if cell[where] in among:
            counts[cell[by]] = counts.get(cell[by], 0) + cell["count"]
    return counts


def _system_tabs(cells: Sequence[Mapping[str, Any]], choice: Choice) -> list[Tab]:
    """One for each system with something unfinished, counted in the chosen state."""
    counts = _sum(cells, "system", _wanted(choice), "state")
    shown = _sum(cells, "system", (*UNFINISHED, *_wanted(choice)), "state")
    tabs = [
        Tab(target_name(system), _url(choice, system=system), counts.get(system, 0), system == choice.system)
        for system in current_routine().target_order
        if system in shown or system == choice.system
    ]
    return [*tabs, Tab(_("All systems"), _url(choice, system=ALL), sum(counts.values()), choice.system == ALL)]


def _state_tabs(cells: Sequence[Mapping[str, Any]], choice: Choice) -> list[Tab]:
    among = {cell["system"] for cell in cells} if choice.system == ALL else {choice.system}
    counts = _sum(cells, "state", tuple(among), "system")
    tabs = [
        Tab(labels.state(state), _url(choice, state=state), counts.get(state, 0), state == choice.state)
        for state in (READY, *(state for state in STATES if state != READY))
        if counts.get(state) or state in (READY, "waiting", "claimed", "done", choice.state)
    ]
    unfinished = sum(counts.get(state, 0) for state in UNFINISHED)
    return [
        *tabs,
        Tab(
            _("All unfinished"),
            _url(choice, state=UNFINISHED_STATES),
            unfinished,
            choice.state == UNFINISHED_STATES,
        ),
    ]


def _url(choice: Choice, **changes: str) -> str:
    return url_for("item.queue", **choice.args(**changes))


def _options(user: User, outages: Sequence[Outage]) -> dict[str, list[tuple[str, str]]]:
    """What the filter bar offers: value and label."""
    drills = [outage for outage in outages if outage.drill]
    return {
        "outage": [
            (REAL, _("All but drills")),
            *([(DRILL, _("All drills"))] if drills else []),
            *((str(outage.id), _drill_label(outage)) for outage in outages),
        ],
        "unit": [
            (ALL, _("All my units")),
            *((row.unit.code, row.unit.name) for row in sorted(user.memberships, key=lambda row: row.unit.name)),
        ],
        "role": [
            (MINE, _("Mine: %(role)s", role=labels.role(user.role))),
            (ANY, _("All roles")),
            *((role, labels.role(role)) for role in PERFORMER_ROLES if role != user.role.value),
        ],
        "kind": [
            ("", _("All kinds")),
            *((kind.id, kind.label.in_language(language())) for kind in current_routine().kinds.values()),
        ],
        "hours": [("0", _("Any age")), *((str(hours), _("Over %(hours)s hours", hours=hours)) for hours in AGES)],
        "limit": [("", _("Over the limit or not")), (OVER, _("Over the limit"))],
    }


def _in_words(choice: Choice, options: Mapping[str, Sequence[tuple[str, str]]]) -> list[str]:
    """The filter in force, said beside the word Filter; a part that filters nothing is left out."""
    return [
        label
        for name, offered in options.items()
        for value, label in offered
        if value == str(getattr(choice, name)) and value not in ("", "0")
    ]


def _drill_label(outage: Outage) -> str:
    return _("Drill: %(name)s", name=outage.name) if outage.drill else outage.name


def _is_drill(choice: Choice, outages: Sequence[Outage]) -> bool:
    if choice.outage.isdigit():
        return any(outage.drill for outage in outages if outage.id == int(choice.outage))
    return choice.outage == DRILL
