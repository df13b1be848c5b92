"""The outage and the ticks of the workbooks in files/: saved once by LibreOffice, fitting any new database."""

from __future__ import annotations

import uuid
from datetime import datetime

from tests.exports.action_book import saved
from tests.exports.reading import heading
from tests.exports.tick_book import DOSE, line_of, melior, taken, write
from tests.region import TEST_NUMBERS, declare, log, sample_fields, user
from tracker.clock import utcnow
from tracker.extensions import current_routine, db
from tracker.models import Action, Item, Outage
from tracker.services.outage import restore_system

ROWS = 9


def known_outage() -> Outage:
    """The first outage of a new database, with nine doses whose ids are always the same."""
    outage = declare("melior")
    assert outage.id == 1
    kind = current_routine().kinds[DOSE]
    for place, identity in enumerate(sorted(TEST_NUMBERS)):
        fields = sample_fields(kind, {"drug": f"Alvedon {place}"})
        log(outage, DOSE, identity=identity, fields=fields, action_id=uuid.UUID(int=place + 1))
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    db.session.commit()
    return outage


def dose_item(place: int) -> Item:
    return db.session.get_one(Action, uuid.UUID(int=place + 1)).items[0]


def fill_file(outage: Outage) -> bytes:
    """Ticked, re-sorted, filtered, with rows deleted, copied, edited and robbed of their code, a sheet added."""
    book = taken(outage, language="sv")
    sheet = melior(book)
    sheet.cell(1, heading(sheet).index("Signatur") + 4).value = "Radkod"
    at = {place: line_of(sheet, dose_item(place)) for place in range(ROWS)}
    moment = datetime(2026, 11, 23, 14, 5)
    write(sheet, at[0], Bocka_av="Klar", Referens="M-1", Signatur="NN", Tid=moment)
    write(sheet, at[1], Bocka_av="Behövs inte", Signatur="Nora Nyström", Tid="23/11 2026 14.10", Kommentar="Fanns")
    write(sheet, at[2], Bocka_av="Fråga", Kommentar="=Vilken styrka?", Tid=46349.586806)
    write(sheet, at[3], Bocka_av="Klar", Kommentar="tre")
    write(sheet, at[4], Bocka_av="Klar", Referens="kopia")
    write(sheet, at[5], Bocka_av="Klar", Radkod=None)
    sheet.cell(at[2], heading(sheet).index("Kommentar") + 1).data_type = "s"
    sheet.append([cell.value for cell in sheet[at[3]]])
    sheet.append([cell.value for cell in sheet[at[4]]])
    write(sheet, sheet.max_row, Referens="annan kopia")
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    lines = [line for place, line in enumerate(reversed(lines)) if line[0] != dose_item(6).id]
    sheet.delete_rows(2, sheet.max_row)
    for place, line in enumerate(lines, start=2):
        for column, value in enumerate(line, start=1):
            sheet.cell(place, column).value = value
            if isinstance(value, str) and value.startswith("="):
                sheet.cell(place, column).data_type = "s"
    sheet.row_dimensions[3].hidden = True
    notes = book.create_sheet("Anteckningar")
    notes.append(["Ring", "avd 10", "om dos 2"])
    return saved(book)
