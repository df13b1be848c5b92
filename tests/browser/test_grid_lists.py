"""Lists taken into a grid: pasted cells and files, with nothing guessed wrongly and nothing dropped."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import Workbook
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import LogIn, Site
from tests.browser.grid_ward import DOSE, NAMES, furnish_ward, identity, logged, open_grid, paste

pytestmark = pytest.mark.browser
_TAKE = """async ({ text, kindName }) => {
  const base = "/static/js/ward/";
  const [cells, mapping, intake, bundles] = await Promise.all(
    ["grid/cells.js", "grid/mapping.js", "grid/intake.js", "bundle.js"].map((name) => import(base + name)));
  const { bundle, routine } = await bundles.loadBundle();
  const kind = routine.kinds.find((one) => one.id === kindName);
  const rows = cells.readText(text);
  const mapped = mapping.mapColumns(rows, kind, bundle.patients);
  const taken = intake.takeIn(rows, mapped, { layout: { kind, labels: false }, patients: bundle.patients });
  return { headed: mapped.headed, columns: mapped.columns, rows: taken.map(({ person, values, unplaced, faults }) => (
    { name: person?.name ?? null, values, unplaced, fault: faults.patient ?? null })) };
}"""


def take(page: Page, text: str, kind: str = DOSE) -> dict[str, Any]:
    taken: dict[str, Any] = page.evaluate(_TAKE, {"text": text, "kindName": kind})
    return taken


def test_lists_are_understood_by_header_or_by_content_and_the_rest_is_kept(log_in: LogIn, site: Site) -> None:
    furnish_ward(site, 3, drugs=0)
    page = log_in("nurse")
    ten = identity(1)[2:8] + "-" + identity(1)[8:]

    headed = take(
        page,
        "Säng\tPersonnummer\tPatient\tLäkemedel\tDos\tEnhet\tAdm.väg\tOrd. tid\tLeverantör\n"
        "1\t\t\tAlvedon 500 mg\t1\tg\tperoralt\t20.00\tApotea\n"
        "\t\t\tWaran\t2,5\ttabl.\t\t8:00\t\n"
        f"2\t{ten}\t\tImovane\t7,5 mg\t\t\t22\t",
    )
    assert headed["headed"]
    assert headed["columns"] == ["bed", "number", "name", "drug", "dose", "dose_unit", "route", "scheduled_time", ""]
    first, second, third = headed["rows"]
    alvedon = {"drug": "Alvedon", "strength": "500 mg", "dose": "1", "dose_unit": "g", "route": "peroralt"}
    assert (first["name"], first["values"]) == (NAMES[0], {**alvedon, "scheduled_time": "20:00"})
    assert first["unplaced"] == [["Leverantör", "Apotea"]]
    assert second["name"] == NAMES[0], "an empty bed means the patient above"
    assert second["values"] == {"drug": "Waran", "dose": "2,5", "dose_unit": "tablet", "scheduled_time": "08:00"}
    assert third["name"] == NAMES[1]
    assert {"dose": "7,5", "dose_unit": "mg"}.items() <= third["values"].items()
    assert third["values"]["scheduled_time"] == "22", "what is no time stays to be seen"

    bare = take(page, f"{identity(0)};Fragmin;5000 E\n{identity(2)};Alvedon;1 g\n")
    assert (bare["headed"], bare["columns"]) == (False, ["number", "drug", "dose"])
    assert [row["values"]["dose_unit"] for row in bare["rows"]] == ["unit", "g"]

    quoted = take(page, 'Namn,Läkemedel,Dos,Enhet\n"Alm, Anna","Alvedon, munsönderfallande",1,g\n')
    assert [(row["name"], row["values"]["drug"]) for row in quoted["rows"]] == [
        (NAMES[0], "Alvedon, munsönderfallande")
    ]


def test_nobody_is_guessed_where_bed_and_name_disagree(log_in: LogIn, site: Site) -> None:
    furnish_ward(site, 3, drugs=0)
    page = log_in("nurse")
    taken = take(
        page, f"Säng\tNamn\tLäkemedel\n1\t{NAMES[1]}\tWaran\n9\t{NAMES[2]}\tWaran\n\t\tAlvedon\n7\tKim Nyman\tWaran\n"
    )
    assert [row["name"] for row in taken["rows"]] == [None, NAMES[2], NAMES[2], None]
    assert taken["rows"][0]["fault"]
    assert taken["rows"][3]["fault"]


def test_a_pasted_list_is_shown_mapped_mended_and_saved(log_in: LogIn, site: Site) -> None:
    furnish_ward(site, 2, drugs=0)
    page = log_in("nurse")
    open_grid(page, "round")
    paste(
        page, "Säng\tLäkemedel\tDos\tEnhet\tHylla\n1\tAlvedon\t1\tg\tA4\n2\tWaran\t2\tnypa\t\nKim Nyman\tWaran\t1\tmg\t"
    )
    expect(page.locator("#sheet-column-1")).to_have_value("drug")
    expect(page.locator("#sheet-column-4")).to_have_value("")
    page.keyboard.press("Enter")
    expect(page.locator("tr.sheet-row")).to_have_count(3)
    expect(page.locator(".sheet-unplaced")).to_contain_text("Hylla: A4")
    page.locator("[data-act=note]").click()
    for button in page.locator("[data-mark=given]").all():
        button.click()
    page.keyboard.press("Control+s")
    expect(page.locator(".state-done")).to_have_count(1)
    faults = page.locator(".sheet .fault")
    expect(faults).to_have_count(2)  # the unit that nobody knows, and the patient who is in no bed
    page.locator("select[aria-invalid]").select_option("tablet")
    stranger = page.locator(".sheet-head input")
    stranger.fill(NAMES[1])
    stranger.press("Enter")
    page.keyboard.press("Control+s")
    expect(page.locator(".state-done")).to_have_count(3)
    told = sorted(
        (one["name"], one["fields"]["drug"], one["fields"]["dose_unit"], one["note"]) for one in logged(site, DOSE)
    )
    assert told == sorted(
        [(NAMES[0], "Alvedon", "g", "Hylla: A4"), (NAMES[1], "Waran", "tablet", ""), (NAMES[1], "Waran", "mg", "")]
    )


def test_what_stands_in_the_round_already_is_not_there_twice_after_pasting(log_in: LogIn, site: Site) -> None:
    furnish_ward(site, 2)
    page = log_in("nurse")
    open_grid(page, "round")
    paste(page, "Säng\tLäkemedel\tDos\tEnhet\n1\tAlvedon 500mg\t0,5\tg\n1\tImovane\t5\tmg\n1\tImovane\t5\tmg\n")
    page.keyboard.press("Enter")
    expect(page.locator("tr.sheet-row")).to_have_count(8)
    expect(page.locator("[data-cell=dose]").first).to_have_value("0,5")
    expect(page.locator(".sheet-doubt")).to_have_count(1)  # Imovane, which the list itself has twice
    page.locator("[data-act=all]").first.click()
    page.keyboard.press("Control+s")
    expect(page.locator(".state-done")).to_have_count(4)
    drugs = sorted(one["fields"]["drug"] for one in logged(site, DOSE))
    assert drugs == ["Alvedon", "Fragmin", "Imovane", "Metoprolol"]


def test_a_file_is_taken_in_and_a_text_file_also_without_the_server(log_in: LogIn, site: Site) -> None:
    furnish_ward(site, 2, drugs=0)
    page = log_in("nurse")
    open_grid(page, "round")
    book = Workbook()
    assert book.active is not None
    book.active.append(["Säng", "Läkemedel", "Dos", "Enhet"])
    book.active.append([1, "Alvedon", 0.5, "g"])
    content = io.BytesIO()
    book.save(content)

    def choose(name: str, text: bytes) -> None:
        page.locator(".sheet-import").evaluate("(part) => { part.open = true; }")
        page.set_input_files("#sheet-file", FilePayload(name=name, mimeType="application/octet-stream", buffer=text))

    choose("rond.xlsx", content.getvalue())
    page.locator(".sheet-preview .btn-primary").click()
    expect(page.locator("tr.sheet-row")).to_have_count(1)
    page.context.set_offline(True)
    choose("rond.csv", "Säng;Läkemedel;Dos;Enhet\r\n2;Åsalin;1;mg\r\n".encode("cp1252"))
    page.locator(".sheet-preview .btn-primary").click()
    expect(page.locator("tr.sheet-row")).to_have_count(2)
    expect(page.locator("[data-cell=drug]").last).to_have_value("Åsalin")
    choose("rond.xlsx", content.getvalue())
    expect(page.locator(".sheet-import .fault")).to_be_visible()
    choose("tom.csv", b"\n")
    expect(page.locator(".sheet-import .fault")).to_be_visible()
    assert logged(site, DOSE) == []
