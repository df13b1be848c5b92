"""Lists to take along: the re-entry workbook, and checklists as workbook and as a page to print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from exports.checklist import make_checklist
from exports.checklist_workbook import build_checklist_workbook
from exports.reentry_workbook import build_reentry_workbook
from exports.workbook_file import XLSX, Workbookfile, file_name
from tracker import labels
from tracker.clock import utcnow
from tracker.errors import NotFound
from tracker.forms.export import EVERY_ROLE, STATES_OF, ListForm
from tracker.guard import begin_writing, current_unit, current_user
from tracker.i18n import language
from tracker.i18n import lazy_text as _l
from tracker.i18n import text as _
from tracker.models import Outage, Unit
from tracker.permissions import Permission, requires
from tracker.queries.item import UNFINISHED, ItemFilter, count_cells, count_items, count_patients
from tracker.queries.outage import get_outage, outages_for
from tracker.queries.routine import routine_of
from tracker.queries.unit import units_by_id
from tracker.routine.spec import PERFORMER_ROLES
from tracker.services.export import ExportName, record_export
from tracker.views.page import local_time, target_name

blueprint = Blueprint("export", __name__)
MAX_PRINTED = 3000
"""Follow-ups on one printed page; a browser becomes slow beyond that."""
_STATES = (*UNFINISHED, "done", "not_needed")


@dataclass(frozen=True)
class Chosen:
    """The choice, checked against what the user may see."""

    form: ListForm
    outage: Outage
    units: Sequence[Unit]
    items: ItemFilter
    is_valid: bool


@dataclass(frozen=True)
class CountRow:
    name: str
    counts: list[int]
    total: int


@blueprint.get("/lists")
@requires(Permission.EXPORT)
def index() -> ResponseReturnValue:
    chosen = _read_choice()
    if chosen is None:
        return render_template("export/index.html", form=None)
    if not chosen.is_valid:
        return render_template("export/index.html", form=chosen.form, outage=chosen.outage, holds=None), 422
    states, rows = _count_table(chosen.items)
    return render_template(
        "export/index.html",
        form=chosen.form,
        outage=chosen.outage,
        holds=True,
        states=states,
        rows=rows,
        sums=[sum(column) for column in zip(*(row.counts for row in rows), strict=True)],
        follow_ups=sum(row.total for row in rows),
        patients=count_patients(chosen.items),
        too_many_to_print=sum(row.total for row in rows) > MAX_PRINTED,
    )


@blueprint.get("/lists/workbook.xlsx")
@requires(Permission.EXPORT)
def workbook() -> ResponseReturnValue:
    chosen = _valid_choice()
    if chosen is None:
        return _back()
    user = current_user()
    made = build_reentry_workbook(chosen.outage, chosen.items, made_by=user, language=language())
    return _send(made, chosen, "workbook", "aterinforing")


@blueprint.get("/lists/checklist.xlsx")
@requires(Permission.EXPORT)
def checklist_workbook() -> ResponseReturnValue:
    chosen = _valid_choice()
    if chosen is None:
        return _back()
    made = build_checklist_workbook(chosen.outage, chosen.items, made_by=current_user(), language=language())
    return _send(made, chosen, "checklist_workbook", "checklista")


@blueprint.get("/lists/checklist")
@requires(Permission.EXPORT)
def checklist() -> ResponseReturnValue:
    chosen = _valid_choice()
    if chosen is None:
        return _back()
    found = sum(count_items(chosen.items).values())
    if found > MAX_PRINTED:
        flash(
            _(
                "%(number)s follow-ups are too many to print at once: at most %(most)s. Choose fewer units, systems or "
                "one role, or take the workbook.",
                number=found,
                most=MAX_PRINTED,
            ),
            "warning",
        )
        return _back()
    made = make_checklist(chosen.outage, chosen.items, made_by=current_user(), language=language())
    page = render_template(
        "export/checklist.html",
        outage=chosen.outage,
        sections=made.sections,
        back=url_for("export.index", **request.args.to_dict(flat=False)),  # type: ignore[arg-type]
        made_at=utcnow(),
    )
    _log(chosen, "checklist", made.rows, made.patients)
    return page


def _read_choice() -> Chosen | None:
    """What the query asks for; None if no outage concerns the user's units. Another unit's outage is not found."""
    user = current_user()
    outages = [outage for outage in outages_for(user) if not user.unit_ids.isdisjoint(outage.unit_ids)]
    asked = request.args.get("outage", type=int)
    if asked is not None and asked not in {outage.id for outage in outages}:
        raise NotFound(_l("There is no such outage in your units."))
    if not outages:
        return None
    default = next((outage for outage in outages if not outage.drill), outages[0])
    outage = get_outage(asked) if asked is not None else default
    units = units_by_id(user.unit_ids)
    form = ListForm(_asked(outage))
    form.offer(
        [(str(found.id), _outage_label(found)) for found in outages],
        [(unit.code, unit.name) for unit in units],
        _systems(outage, user.unit_ids, request.args.getlist("systems")),
        [(role, labels.ROLES[role]) for role in (*PERFORMER_ROLES, "unit_manager")],
    )
    is_valid = form.validate()
    picked = [unit for unit in units if unit.code in (form.units.data or ())] or list(units)
    items = ItemFilter(
        frozenset(unit.id for unit in picked),
        outage_id=outage.id,
        systems=tuple(form.systems.data or ()),
        roles=(form.role.data,) if form.role.data != EVERY_ROLE else (),
        states=STATES_OF.get(form.states.data or "open", UNFINISHED),
    )
    return Chosen(form, outage, picked, items, is_valid)


def _asked(outage: Outage) -> MultiDict[str, str]:
    """The query, with what it leaves out. From the menu: the latest outage, in the unit the user works in now."""
    asked = MultiDict(request.args)
    unit = current_unit()
    if not asked and unit:
        asked["units"] = unit.code
    for name, value in (("outage", str(outage.id)), ("states", "open"), ("role", EVERY_ROLE)):
        asked.setdefault(name, value)
    return asked


def _valid_choice() -> Chosen | None:
    chosen = _read_choice()
    return chosen if chosen is not None and chosen.is_valid else None


def _back() -> ResponseReturnValue:
    return redirect(url_for("export.index", **request.args.to_dict(flat=False)))  # type: ignore[arg-type]


def _outage_label(outage: Outage) -> str:
    began = local_time(outage.began_at)
    if outage.drill:
        return _("%(name)s (drill), %(began)s", name=outage.name, began=began)
    return f"{outage.name}, {began}"


def _systems(outage: Outage, unit_ids: frozenset[int], asked: Iterable[str]) -> list[tuple[str, str]]:
    """The systems and channels that have follow-ups in the outage, and those asked for."""
    cells = count_cells(ItemFilter(unit_ids, outage_id=outage.id))
    there = {str(cell["system"]) for cell in cells} | set(asked)
    return [(target, target_name(target)) for target in routine_of(outage).target_order if target in there]


def _count_table(chosen: ItemFilter) -> tuple[list[str], list[CountRow]]:
    """States across, systems down, as counts; only what there is."""
    counts: dict[str, dict[str, int]] = {}
    for cell in count_cells(chosen):
        its_counts = counts.setdefault(str(cell["system"]), {})
        its_counts[str(cell["state"])] = its_counts.get(str(cell["state"]), 0) + int(cell["count"])
    states = [state for state in _STATES if any(state in its_counts for its_counts in counts.values())]
    order = routine_of(get_outage(chosen.outage_id or 0)).target_order
    systems = sorted(counts, key=lambda system: order.index(system) if system in order else len(order))
    rows = [
        CountRow(
            target_name(system),
            [counts[system].get(state, 0) for state in states],
            sum(counts[system].values()),
        )
        for system in systems
    ]
    return states, rows


def _send(made: Workbookfile, chosen: Chosen, what: ExportName, name: str) -> ResponseReturnValue:
    download_name = file_name(name, chosen.outage.id, [unit.code for unit in chosen.units])
    _log(chosen, what, made.rows, made.patients)
    return send_file(BytesIO(made.content), XLSX, as_attachment=True, download_name=download_name)


def _log(chosen: Chosen, what: ExportName, rows: int, patients: Mapping[int, frozenset[UUID]]) -> None:
    """Log the export before it is sent; not before it is made, since nurses log meanwhile."""
    begin_writing()
    record_export(chosen.outage, what, chosen.items, rows=rows, patients=patients, actor=current_user())
