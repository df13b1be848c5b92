"""The few looks that a cell of a workbook can have."""

from __future__ import annotations

from typing import Any, Literal

from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side

INK = "16262E"
QUIET = "4E626B"
LINE = "B9C6CA"
HEAD = "0F4C5C"
DRILL = "4B3F9E"
BAND = "F1F6F6"
KEPT = "E6EBED"
OPEN = "FFFDF2"
GROUP = "DCE9E9"
WARN = "8A2A00"

Look = Literal[
    "text", "strong", "kept", "tick", "warn", "title", "drill", "head", "quiet", "plain", "number", "group", "heading"
]


def paint(cell: Any, look: Look, band: bool, head: str) -> None:
    """Give a cell its look; `band`: shaded, `head`: the colour of headings."""
    top = Alignment(vertical="top", wrap_text=True)
    cell.font = Font(name="Calibri", size=10, color=INK)
    cell.alignment = top
    if look not in ("title", "heading", "plain", "quiet", "drill", "warn"):
        side = Side(style="thin", color=LINE)
        cell.border = Border(left=side, right=side, top=side, bottom=side)
    if band:
        cell.fill = PatternFill("solid", fgColor=BAND)
    match look:
        case "head":
            cell.font = Font(name="Calibri", size=10, bold=True, color="FFFFFF")
            cell.fill = PatternFill("solid", fgColor=head)
            cell.alignment = Alignment(vertical="center", wrap_text=True)
        case "kept":
            cell.font = Font(name="Calibri", size=10, color=QUIET)
            cell.fill = PatternFill("solid", fgColor=KEPT)
        case "strong":
            cell.font = Font(name="Calibri", size=10, bold=True, color=INK)
        case "title":
            cell.font = Font(name="Calibri", size=18, bold=True, color=head)
            cell.alignment = Alignment(vertical="center")
        case "heading":
            cell.font = Font(name="Calibri", size=13, bold=True, color=head)
            cell.alignment = Alignment(vertical="center")
        case "drill":
            cell.font = Font(name="Calibri", size=13, bold=True, color="FFFFFF")
            cell.fill = PatternFill("solid", fgColor=DRILL)
            cell.alignment = Alignment(vertical="center")
        case "warn":
            cell.font = Font(name="Calibri", size=10, bold=True, color=WARN)
            cell.alignment = Alignment(vertical="top")
        case "plain":
            cell.alignment = Alignment(vertical="top")
        case "quiet":
            cell.font = Font(name="Calibri", size=10, color=QUIET)
            cell.alignment = Alignment(vertical="top")
        case "group":
            cell.font = Font(name="Calibri", size=11, bold=True, color=INK)
            cell.fill = PatternFill("solid", fgColor=GROUP)
            cell.border = Border(top=Side(style="medium", color=QUIET), bottom=Side(style="thin", color=LINE))
            cell.alignment = Alignment(vertical="center")
        case "number":
            cell.alignment = Alignment(vertical="top", horizontal="right")
    if look == "tick":  # what is filled in by hand is seen to be
        cell.fill = PatternFill("solid", fgColor=OPEN)
        cell.protection = Protection(locked=False)
