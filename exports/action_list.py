"""The hidden sheet of lists that the drop-downs of a workbook choose from."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from exports.sheet import clean


class Lists:
    """One list a column; the same list stands once."""

    def __init__(self, sheet: Worksheet) -> None:
        self._sheet = sheet
        self._ranges: dict[tuple[str, ...], str] = {}

    def add(self, values: Sequence[str]) -> str:
        """The range that a drop-down names; empty if there is nothing to choose."""
        texts = tuple(clean(value) for value in values)
        if not texts:
            return ""
        if texts not in self._ranges:
            place = len(self._ranges) + 1
            for line, text in enumerate(texts, start=1):
                cell = self._sheet.cell(line, place, text)
                cell.data_type = "s"
                cell.number_format = "@"
            letter = get_column_letter(place)
            self._ranges[texts] = f"'{self._sheet.title}'!${letter}$1:${letter}${len(texts)}"
        return self._ranges[texts]
