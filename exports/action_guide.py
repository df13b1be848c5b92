"""The first sheet of a workbook for logging: how it works, in a few sentences, and a way to every sheet."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from exports.look import DRILL, HEAD, paint
from exports.sheet import clean
from exports.words import now_local
from tracker.i18n import text as _
from tracker.models import Outage, Unit

_WIDTH = 96


def fill_guide(
    sheet: Worksheet, outage: Outage, unit: Unit, titles: Sequence[str], address: str, handed_back: bool
) -> None:
    """Write the sheet; `handed_back`: it is of rows to be mended, not of new ones."""
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width = 4
    sheet.column_dimensions["B"].width = _WIDTH
    _line(sheet, _("Rows to mend") if handed_back else _("Log what was done on paper"), "title", 30)
    if outage.drill:
        _line(sheet, _("DRILL: nothing here is real."), "drill", 22)
    _line(sheet, _("Unit: %(unit)s", unit=unit.name), "strong")
    _line(sheet, _("Outage: %(outage)s", outage=outage.name), "strong")
    _line(sheet, _("Made %(time)s", time=f"{now_local():%Y-%m-%d %H:%M}"), "quiet")
    for number, step in enumerate(_mending() if handed_back else _steps(), start=1):
        _numbered(sheet, number, step)
    _line(
        sheet, _("Read it in at %(address)s. You see everything before anything is logged.", address=address), "strong"
    )
    _line(
        sheet,
        _("The paper is the original: keep it. This file holds patient data: delete it when it is read in."),
        "warn",
    )
    _line(sheet, _("The sheets"), "heading", 24)
    for title in titles:
        cell = _line(sheet, title, "plain")
        cell.hyperlink = f"#'{title.replace(chr(39), chr(39) * 2)}'!B3"
        cell.font = Font(name="Calibri", size=11, color="0B5B66", underline="single")
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToHeight = 0
    if sheet.sheet_properties.pageSetUpPr is not None:
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.sheet_properties.tabColor = DRILL if outage.drill else HEAD


def _steps() -> tuple[str, ...]:
    return (
        _("One row for each thing that was done. Each kind has its own sheet: see the tabs below, or the list here."),
        _(
            "Headings with * must be filled in. A yellow cell is still missing, a grey one is not asked for. "
            "Click a cell to see what goes there."
        ),
        _(
            "Choose the patient from the list, or type the number. If the number is not known: a label that tells the "
            "patient apart here, such as Unknown man 1."
        ),
        _("Write the time as 07:15 or 0715: the time on the paper, when it was done."),
        _("Choose who did it. Somebody who is not in the list: type the name and choose the role."),
        _("You may sort, filter, copy rows and add rows below. Do not merge cells. Save as .xlsx."),
        _("Reading the same file twice adds nothing. You can read it in, fill in more, and read it in again."),
    )


def _mending() -> tuple[str, ...]:
    return (
        _("These rows were not logged. What is wrong stands in the first column, and in a note on each coloured cell."),
        _("Mend the cells, save, and read the file in. Rows that were logged already are not here."),
        _("Delete a row that shall not be logged."),
    )


def _line(sheet: Worksheet, text: str, look: str, height: float | None = None) -> Cell:
    row = sheet.max_row + 1 if sheet.cell(1, 1).value or sheet.cell(1, 2).value or sheet.max_row > 1 else 1
    cell = sheet.cell(row, 2, clean(text))
    cell.data_type = "s"
    paint(cell, look if look != "strong" else "plain", False, HEAD)  # type: ignore[arg-type]
    if look == "strong":
        cell.font = Font(name="Calibri", size=12, bold=True)
    if look in ("strong", "warn", "plain"):
        cell.alignment = Alignment(vertical="top", wrap_text=True)
    sheet.row_dimensions[row].height = height or _height(text)
    return cell


def _numbered(sheet: Worksheet, number: int, text: str) -> None:
    cell = _line(sheet, text, "plain")
    cell.font = Font(name="Calibri", size=11)
    head = sheet.cell(cell.row, 1, number)
    head.font = Font(name="Calibri", size=11, bold=True, color=HEAD)
    head.alignment = Alignment(vertical="top", horizontal="center")


def _height(text: str) -> float:
    """Room for the text: spreadsheets do not grow a row by themselves for every reader."""
    return 17.0 * max(1, -(-len(text) // (_WIDTH - 4))) + 2
