"""The first sheet: which outage, what was chosen, how much there is, and how the workbook is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from openpyxl.worksheet.hyperlink import Hyperlink

from exports import words
from exports.look import Look
from exports.rows import ReentryRow, listed_name, local
from exports.sheet import Book, Column, Sheet
from tracker import labels
from tracker.extensions import db
from tracker.i18n import text as _
from tracker.models import Outage, Patient, User
from tracker.queries.history import history_head
from tracker.queries.item import ItemFilter
from tracker.queries.routine import routine_of
from tracker.queries.unit import units_by_id

_COLUMNS = (Column("", 32), *(Column("", 17) for _number in range(9)))


def filter_in_words(chosen: ItemFilter, outage: Outage, language: str) -> list[tuple[str, str]]:
    """What was chosen, a line for each thing: `(Unit, Avdelning 10)`."""
    routine = routine_of(outage)
    everything = _("All")
    kinds = [routine.kinds[kind].label.in_language(language) for kind in chosen.kinds if kind in routine.kinds]
    lines = [
        (_("Units"), ", ".join(unit.name for unit in units_by_id(chosen.unit_ids))),
        (
            _("Systems"),
            ", ".join(routine.target_name(system, language) for system in chosen.systems) or everything,
        ),
        (_("Roles"), ", ".join(labels.role(role) for role in chosen.roles) or everything),
        (_("States"), ", ".join(labels.state(state) for state in chosen.states) or everything),
    ]
    if kinds:
        lines.append((_("What was done"), ", ".join(kinds)))
    patient = db.session.get(Patient, chosen.patient_id) if chosen.patient_id else None
    if patient:
        lines.append((_("Patient"), f"{patient.number} {listed_name(patient)}"))
    if chosen.older_than:
        lines.append((_("Performed before"), f"{local(chosen.older_than):%Y-%m-%d %H:%M}"))
    return lines


def count_table(rows: Sequence[ReentryRow]) -> pd.DataFrame:
    """How many follow-ups: systems down, in their order, and states across, in the order of the work; with sums."""
    frame = pd.DataFrame({"system": [row.system for row in rows], "state": [row.state for row in rows]}, dtype="str")
    counts = pd.crosstab(frame["system"], frame["state"])
    systems = list(dict.fromkeys(frame["system"]))
    states = [state for state in words.STATES if state in counts.columns]
    counts = counts.reindex(index=systems, columns=states, fill_value=0)
    counts["total"] = counts.sum(axis="columns")
    counts.loc["total"] = counts.sum(axis="index")
    return counts


class SummarySheet:
    def __init__(self, book: Book, outage: Outage, chosen: ItemFilter, made_by: User, language: str) -> None:
        self.book, self.outage, self.chosen, self.made_by, self.language = book, outage, chosen, made_by, language
        self.sheet: Sheet = book.add_sheet(book.free_title(_("Summary")), _COLUMNS)
        self.sheet.sheet_view.showGridLines = False
        self._rows = 0

    def write(self, rows: Sequence[ReentryRow], titles: Mapping[str, str]) -> None:
        """`titles`: the name of each system's sheet."""
        self._line([self.book.title], ["title"])
        if self.outage.drill:
            warning = [_("DRILL – practice only. Nothing here goes into any record."), *[""] * 6]
            self._line(warning, ["drill"] * len(warning))
        self._line([_("Contains patient data: keep it as you keep the record, and shred prints.")], ["warn"])
        self._gap()
        self._facts(rows)
        self._systems()
        self._counts(rows, titles)
        self._instructions()
        self.sheet.print_area = f"A1:J{self._rows}"

    def _facts(self, rows: Sequence[ReentryRow]) -> None:
        length, head = history_head()
        for label, value in (
            (_("Outage"), self.outage.name),
            (_("Number"), str(self.outage.id)),
            (_("Kind"), str(labels.OUTAGE_KINDS[self.outage.kind.value]) + (_(", drill") if self.outage.drill else "")),
            (_("Made"), f"{words.now_local():%Y-%m-%d %H:%M}"),
            (_("Made by"), f"{self.made_by.name}, {labels.role(self.made_by.role.value)}"),
            *filter_in_words(self.chosen, self.outage, self.language),
            (_("Follow-ups"), str(len(rows))),
            (_("Patients"), str(len({row.patient_id for row in rows}))),
            (_("History"), _("%(lines)s lines, the last: %(hash)s", lines=length, hash=head)),
        ):
            self._line([label, value], ["quiet", "plain"])

    def _systems(self) -> None:
        self._heading(_("Systems that have been down"))
        routine = routine_of(self.outage)
        self._line([_("System"), _("Down since"), _("Back")], ["head"] * 3)
        for stretch in sorted(self.outage.systems, key=lambda row: row.down_at):
            name = routine.target_name(stretch.system, self.language)
            back = local(stretch.restored_at) or _("Still down")
            self._line([name, local(stretch.down_at), back], ["strong", "text", "text"])

    def _counts(self, rows: Sequence[ReentryRow], titles: Mapping[str, str]) -> None:
        self._heading(_("Follow-ups in this workbook"))
        if not rows:
            self._line([_("No follow-up fits the choice.")], ["plain"])
            return
        counts = count_table(rows)
        states = [labels.state(state) for state in counts.columns[:-1]]
        self._line([_("Sheet"), *states, _("Total")], ["head"] * (len(states) + 2))
        for system, numbers in counts.iterrows():
            is_sum = system == "total"
            looks: list[Look] = ["strong"]
            looks += ["number"] * len(numbers)
            values = [_("Total") if is_sum else titles[str(system)], *(int(number) for number in numbers)]
            cells: list[Any] = [
                self.book.cell(self.sheet, value, look, band=is_sum) for value, look in zip(values, looks, strict=True)
            ]
            if not is_sum:
                place = titles[str(system)].replace("'", "''")
                cells[0].hyperlink = Hyperlink(ref="", location=f"'{place}'!A1")
            self.sheet.append(cells)
            self._rows += 1

    def _instructions(self) -> None:
        self._heading(_("How to use the workbook"))
        for number, text in enumerate(
            (
                _("Each sheet is one system. Rows are sorted by patient, so that a record is opened once."),
                _("Read “Know first”: what waits, what was asked, and what may be entered already."),
                _("Enter only what is ready. What waits becomes ready when its system is back."),
                _("Tick what you have done, with reference, signature and time. The comment says why not, or asks."),
                _("Then read the workbook in (under Lists). Until then the application knows nothing of the ticks."),
                _("Sort, filter and delete rows as you like, but leave “Row code”: the rows are known by it."),
                _("“Text for the record”, to the right of what is printed, can be copied as it stands."),
                _("This list was right when it was made. Look in the application for later changes."),
            ),
            start=1,
        ):
            self._line([f"{number}. {text}"], ["plain"])

    def _heading(self, text: str) -> None:
        self._gap()
        self._line([text], ["heading"])

    def _gap(self) -> None:
        self.sheet.append([])
        self._rows += 1

    def _line(self, values: Sequence[Any], looks: Sequence[Look]) -> None:
        self.book.append(self.sheet, values, looks)
        self._rows += 1
