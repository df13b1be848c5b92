"""A file becomes cells: what the ward's grids are filled from."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import Workbook
from werkzeug.test import TestResponse

from tests.page import Api

Client = Callable[[str], Api]


def send(client: Api, content: bytes, name: str) -> TestResponse:
    files: dict[str, Any] = {"file": (io.BytesIO(content), name)}
    return client.client.post("/api/v1/table", data=files, headers=client.headers)


def workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Rond"
    sheet.append(["Säng", "Läkemedel", "Dos"])
    sheet.append([2, "Alvedon", 0.5])
    sheet.append([10, "=A2", None])
    sheet.row_dimensions[3].hidden = True
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_a_workbook_comes_back_as_text_with_what_is_hidden_or_faulty(api: Client) -> None:
    answer = send(api("nurse"), workbook(), "rond.xlsx")
    assert answer.status_code == 200
    [sheet] = answer.get_json()["sheets"]
    assert sheet["name"] == "Rond"
    header, first, second = sheet["rows"]
    assert header == {"number": 1, "cells": ["Säng", "Läkemedel", "Dos"], "hidden": False, "faults": {}}
    assert first["cells"] == ["2", "Alvedon", "0.5"]
    assert second["hidden"]
    assert list(second["faults"]) == ["1"]


@pytest.mark.parametrize("coding", ["utf-8-sig", "cp1252", "utf-16"])
def test_a_text_file_is_read_in_the_codings_that_excel_writes(api: Client, coding: str) -> None:
    answer = send(api("secretary"), "Säng;Namn\n1;Åsa Öberg\n".encode(coding), "lista.csv")
    assert [row["cells"] for row in answer.get_json()["sheets"][0]["rows"]] == [["Säng", "Namn"], ["1", "Åsa Öberg"]]


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"PK\x03\x04nonsense", "rond.xlsx"), (b"%PDF-1.7", "rond.pdf"), (b"1;2\n" * 1001, "lista.csv"), (b"", "")],
)
def test_what_is_no_list_is_refused_at_the_file(api: Client, content: bytes, name: str) -> None:
    answer = send(api("nurse"), content, name)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.get_json()["errors"]] == ["/file"]


def test_only_those_who_log_may_have_a_file_read(api: Client) -> None:
    assert send(api("director"), b"1;2\n", "lista.csv").status_code == 403


def test_an_empty_file_has_no_rows(api: Client) -> None:
    assert send(api("nurse"), b"\n\n", "lista.csv").get_json() == {"sheets": []}
