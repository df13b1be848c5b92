"""What is left at the end of a shift, as the pages show it: sections of rows, each with the way to finish it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import url_for

from tracker.clock import utcnow
from tracker.extensions import current_routine
from tracker.guard import saw_patients
from tracker.i18n import language, plural
from tracker.i18n import text as _
from tracker.models import Action, Handover, Item, OrphanSheet, Patient, Question, Sheet, SheetSeries, StrayResult
from tracker.queries.item import attention_of
from tracker.queries.routine import routine_of
from tracker.queries.sheet_standing import sheet_ranges
from tracker.queries.shift import Left, unlogged_sheets
from tracker.services.handover import Things
from tracker.views.confirmation_row import kind_label
from tracker.views.page import clock_time, target_name

RANGES_SHOWN = 3


@dataclass(frozen=True)
class Row:
    """One or more things that are finished on one page; `things` is what its tick box sends."""

    things: str
    what: str
    url: str
    link: str
    patient: Patient | None = None
    detail: str = ""
    warning: str = ""
    may_release: bool = False


@dataclass(frozen=True)
class Section:
    title: str
    hint: str
    rows: Sequence[Row]
    is_ticked: bool = True
    """Whether handing over is what one usually wants."""


def sections_of(left: Left) -> list[Section]:
    """What one person has in hand in one unit. The patients are noted as seen."""
    sections = [
        Section(
            _("You have taken these to enter"),
            _("Finish them, let them go, or hand them over. What you have begun is marked “check the system first”."),
            _item_rows(left.held, held=True),
        ),
        Section(_("Taken over from a colleague"), "", _item_rows(left.taken_over)),
        Section(_("Questions that wait for your answer"), "", [_question_row(one) for one in left.questions]),
        Section(
            _("Your questions that are answered"),
            _("The follow-up can be entered now."),
            _item_rows([one.item for one in left.answered]),
        ),
        Section(_("Unclear forms you found, not solved"), "", [_orphan_row(one) for one in left.orphans]),
        Section(
            _("Results without a recipient, not solved"),
            _("Hand over who goes on looking. An urgent one is handed to a physician now."),
            [_stray_row(one) for one in left.strays],
        ),
        Section(
            _("Numbered forms not logged or counted"),
            _("Log what is written on them, or count the blank ones."),
            [_series_row(series, sheets) for series, sheets in left.sheets.items()],
        ),
        Section(
            _("Yours to enter first"),
            _("You did this yourself. It stays yours if you do not tick it."),
            _item_rows(left.own),
            is_ticked=False,
        ),
    ]
    return [section for section in sections if section.rows]


def rows_of(handover: Handover) -> list[Row]:
    """What was handed over and is still to be done, with the way to it. The patients are noted as seen."""
    here = [line for line in handover.lines if line.item is None or line.item.action.unit_id == handover.unit_id]
    items = [line.item for line in here if line.item and line.question is None]
    by_series: dict[SheetSeries, list[Sheet]] = {}
    for line in here:
        if line.sheet:
            by_series.setdefault(line.sheet.series, []).append(line.sheet)
    left = {series: [one for one in unlogged_sheets(series.id) if one in rows] for series, rows in by_series.items()}
    return [
        *_item_rows([item for item in items if not item.is_finished]),
        *(_question_row(line.question) for line in here if line.question and not line.question.answered_at),
        *(_orphan_row(line.orphan) for line in here if line.orphan and line.orphan.solution is None),
        *(_stray_row(line.stray) for line in here if line.stray and not line.stray.is_solved),
        *(_series_row(series, rows) for series, rows in left.items() if rows),
    ]


def read_things(values: Iterable[str]) -> Things:
    """What was ticked: `item-12 item-13`, `question-4`, `orphan-1`, `series-7`, `stray-3`. The rest is passed over."""
    found: dict[str, list[int]] = {"item": [], "question": [], "orphan": [], "series": [], "stray": []}
    for word in " ".join(values).split():
        sort, _dash, number = word.partition("-")
        if sort in found and number.isascii() and number.isdigit() and len(number) < 10:
            found[sort].append(int(number))
    return Things(*(tuple(dict.fromkeys(found[sort])) for sort in found))


def _item_rows(items: Iterable[Item], held: bool = False) -> list[Row]:
    """One row for each patient and system: they are worked on one page."""

    def place(item: Item) -> tuple[str, str, bool]:
        return str(item.action.patient_id), item.system, item.action.outage.drill

    return [_item_row(list(group), held) for _place, group in groupby(sorted(items, key=place), key=place)]


def _item_row(items: Sequence[Item], held: bool) -> Row:
    now = utcnow()
    first = items[0]
    action = first.action
    saw_patients([action.patient_id], action.unit_id)
    marked = [item for item in items if attention_of(item, now)[0] or (held and item.begun_at)]
    details = [target_name(first.system), _times(item.action for item in items)]
    if held and first.holder(now):
        details.append(_("yours until %(time)s", time=clock_time(first.claimed_until)))
    return Row(
        things=" ".join(f"item-{item.id}" for item in items),
        what=_what(first) if len(items) == 1 else plural("%(num)s follow-up", "%(num)s follow-ups", len(items)),
        url=url_for(
            "item.patient",
            patient_id=action.patient_id,
            system=first.system,
            outage=action.outage_id,
            unit=action.unit.code,
            item=first.id,
        ),
        link=_("Finish"),
        patient=action.patient,
        detail=" · ".join(details),
        warning=_begun(len(marked)) if held and marked else (_("Check the system first") if marked else ""),
        may_release=held,
    )


def _begun(count: int) -> str:
    return plural("%(num)s is begun", "%(num)s are begun", count)


def _question_row(question: Question) -> Row:
    action = question.item.action
    saw_patients([action.patient_id], action.unit_id)
    return Row(
        things=f"question-{question.id}",
        what=question.question,
        url=url_for("item.questions"),
        link=_("To the question"),
        patient=action.patient,
        detail=_("%(name)s asked %(time)s", name=question.asked_by.name, time=clock_time(question.asked_at)),
    )


def _orphan_row(orphan: OrphanSheet) -> Row:
    return Row(
        things=f"orphan-{orphan.id}",
        what=orphan.serial or _("A form without a number"),
        url=url_for("orphan_sheet.show", orphan_id=orphan.id),
        link=_("Solve"),
        detail=_("found %(time)s", time=clock_time(orphan.found_at)),
    )


def _stray_row(stray: StrayResult) -> Row:
    if stray.patient_id:
        saw_patients([stray.patient_id], stray.unit_id)
    return Row(
        things=f"stray-{stray.id}",
        what=stray.sender,
        url=url_for("stray_result.show", stray_id=stray.id),
        link=_("Solve"),
        patient=stray.patient,
        detail=_("came %(time)s", time=clock_time(stray.arrived_at)),
        warning=_("Urgent") if stray.urgent else "",
    )


def _series_row(series: SheetSeries, sheets: Sequence[Sheet]) -> Row:
    ranges = [str(part) for part in sheet_ranges(sheet.serial for sheet in sheets)]
    return Row(
        things=f"series-{series.id}",
        what=_(
            "%(count)s: %(kind)s",
            count=plural("%(num)s form", "%(num)s forms", len(sheets)),
            kind=kind_label(routine_of(series.outage) if series.outage else current_routine(), series.kind),
        ),
        url=url_for("sheet.series", series_id=series.id),
        link=_("To the forms"),
        detail=", ".join(ranges[:RANGES_SHOWN]) + (" …" if len(ranges) > RANGES_SHOWN else ""),
    )


def _what(item: Item) -> str:
    spec = routine_of(item.action.outage).item(item.action.kind, item.item, item.action.fields)
    label = spec.label.in_language(language())
    return f"{label}: {item.action.subject}" if item.action.subject else label


def _times(actions: Iterable[Action]) -> str:
    performed = sorted(action.performed_at for action in actions)
    first, last = clock_time(performed[0]), clock_time(performed[-1])
    return first if first == last else f"{first} – {last}"
