"""Files that are not the workbooks they say they are."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from flask import Flask

from exports.upload import check_upload
from tests.english import speak_english
from tests.exports.test_account_workbook import NEW_UNIT, upload, workbook
from tests.page import Browser
from tracker.errors import Invalid

Fetch = Callable[[str | None], Browser]


@pytest.fixture(autouse=True)
def english(app: Flask) -> None:
    speak_english(app)


def packed(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "tom.xlsx"),
        (b"not a workbook", "text.xlsx"),
        (workbook(), "konton.xls"),
        (workbook(), "konton.xlsx.exe"),
        (packed({"[Content_Types].xml": b"<x", "xl/workbook.xml": b"<y"}), "broken.xlsx"),
        (packed({"a.txt": b"x"}), "other.xlsx"),
        (workbook()[:-200], "cut.xlsx"),
    ],
)
def test_a_file_that_is_no_workbook_is_refused_in_plain_words(browser: Fetch, content: bytes, name: str) -> None:
    page = upload(browser("admin"), content, name)
    assert page.status == 422
    assert 'id="file-error"' in page.html


def test_no_file_at_all_is_said_at_the_field(browser: Fetch) -> None:
    page = browser("admin").post("/users/import", {})
    assert page.status == 422
    assert 'id="file-error"' in page.html


def test_a_file_that_unpacks_to_too_much_is_not_opened() -> None:
    bomb = packed({"[Content_Types].xml": b"", "xl/big.xml": b"0" * 3_000_000})
    assert len(bomb) < 10_000
    with pytest.raises(Invalid):
        check_upload(io.BytesIO(bomb), "a.xlsx", max_unpacked=2_000_000)
    check_upload(io.BytesIO(bomb), "a.xlsx", max_unpacked=4_000_000)
    many = packed({"[Content_Types].xml": b"", **{f"m{number}": b"" for number in range(1000)}})
    with pytest.raises(Invalid):
        check_upload(io.BytesIO(many), "a.xlsx")


def test_a_workbook_with_entities_in_it_is_refused(browser: Fetch) -> None:
    with zipfile.ZipFile(io.BytesIO(workbook([NEW_UNIT]))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    for name in ("xl/worksheets/sheet1.xml", "xl/workbook.xml"):
        sheet = members[name].split(b"?>", 1)[-1] if members[name].startswith(b"<?xml") else members[name]
        assert upload(browser("admin"), packed({**members, name: laughs + sheet})).status == 422
