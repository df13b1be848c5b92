"""Cells as people leave them: numbers that are texts, texts that are numbers, hidden, merged and calculated ones."""

from __future__ import annotations

import io
from datetime import date, datetime, time

import pytest
from openpyxl import Workbook

from exports.cell_table import MAX_ROWS, read_cells, read_pasted
from tracker.errors import Invalid


def saved(book: Workbook) -> io.BytesIO:
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def texts(content: bytes, name: str = "lista.csv") -> list[tuple[str, ...]]:
    return [row.cells for row in read_cells(io.BytesIO(content), name)]


def test_a_cell_reads_as_it_would_be_typed() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([199001012385, 199001012385.0, 2.5, 0.1 + 0.2, " a\u00a0b ", True])
    sheet.append([date(2026, 11, 23), datetime(2026, 11, 23, 14, 5), datetime(2026, 11, 23), time(9, 5)])
    rows = read_cells(saved(book), "x.xlsx")
    assert rows[0].cells == ("199001012385", "199001012385", "2.5", "0.3", "a b", "true")
    assert rows[1].cells == ("2026-11-23", "2026-11-23 14:05", "2026-11-23", "09:05")


def test_hidden_rows_and_empty_ones_keep_their_numbers_and_hidden_sheets_are_left_out() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Avd 10"
    sheet["A2"], sheet["A5"], sheet["C5"] = "två", "fem", "c"
    sheet.row_dimensions[5].hidden = True
    lists = book.create_sheet("listor")
    lists["A1"], lists.sheet_state = "val", "hidden"
    found = [(row.sheet, row.number, row.cells, row.hidden) for row in read_cells(saved(book), "x.xlsx")]
    assert found == [("Avd 10", 2, ("två",), False), ("Avd 10", 5, ("fem", "", "c"), True)]


def test_merged_cells_and_formulas_without_a_result_are_faults_at_the_cell() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["D1"], sheet["D2"] = "x", "=1+1", "y"
    sheet.merge_cells("A1:C2")
    first, second = read_cells(saved(book), "x.xlsx")
    assert sorted(first.faults) == [0, 1, 2, 3]
    assert sorted(second.faults) == [0, 1, 2]
    assert "merged" in str(first.faults[0]) and "formula" in str(first.faults[3])


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_text_in_every_coding_and_with_every_separator(coding: str, separator: str) -> None:
    text = f"Säng{separator}Namn\r\n4{separator}Åke Öst\r\n"
    assert texts(text.encode(coding)) == [("Säng", "Namn"), ("4", "Åke Öst")]


def test_commas_in_numbers_and_names_do_not_split_a_row() -> None:
    assert texts(b"a;b;c\n1;1,5;2\n2;x, y;3\n") == [("a", "b", "c"), ("1", "1,5", "2"), ("2", "x, y", "3")]
    assert texts(b"sep=,\na,b\n") == [("a", "b")]
    assert [row.cells for row in read_pasted('1\t"två\nrader"\n2\tb')] == [("1", "två\nrader"), ("2", "b")]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\xd0\xcf\x11\xe0gammal", "lista.xls"),
        (b"PK\x03\x04nothing", "lista.xlsx"),
        (b"text", "bild.png"),
        (b"\x00\x01\x02\x00", "lista.csv"),
        (b"a;b\n" * (MAX_ROWS + 1), "lista.csv"),
    ],
)
def test_what_cannot_or_should_not_be_opened_is_refused(content: bytes, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_cells(io.BytesIO(content), name)
    assert list(refusal.value.faults) == ["/file"]
