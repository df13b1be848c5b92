"""A list of patients from cells: the columns found by the words of a header, in Swedish or English, else by content."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from exports.cell_table import CellRow
from tracker.i18n import lazy_text as _l
from tracker.services.action_cell import split_moment
from tracker.services.placement_import import COLUMNS, ListRow

_SEARCHED = 15
"""The header is among so many first rows: above it stand titles and dates of print."""
_ENOUGH = 0.6
"""A column is of a sort when so many of its cells are."""
# fmt: off
_WORDS: dict[str, tuple[str, ...]] = {
    "identity": ("personnummer", "personnr", "persnr", "pnr", "personid", "patientid", "patientnummer", "identitet",
                 "identitetsnummer", "idnummer", "idnr", "samordningsnummer", "reservnummer", "födelsenummer", "id",
                 "identity", "identitynumber", "personalidentitynumber", "personalnumber", "patientnumber"),
    "name": ("namn", "patient", "patientnamn", "patientensnamn", "name", "patientname", "fullname"),
    "first": ("förnamn", "tilltalsnamn", "firstname", "givenname"),
    "last": ("efternamn", "lastname", "surname", "familyname"),
    "bed": ("säng", "sängplats", "sängnr", "sängnummer", "plats", "vårdplats", "bädd", "bed", "bednumber"),
    "room": ("sal", "rum", "rumsnr", "salnr", "room", "ward room"),
    "time": ("tid", "klockslag", "kl", "klockan", "starttid", "start", "bokadtid", "besökstid", "time", "bookedtime",
             "appointment", "starttime"),
    "day": ("datum", "dag", "besöksdatum", "bokaddag", "date", "day"),
    "clinician": ("vårdgivare", "läkare", "behandlare", "resurs", "mottagare", "hos", "bokadhos", "ansvarig",
                  "pal", "clinician", "provider", "doctor", "physician", "with", "resource"),
    "protected": ("skyddad", "skyddadidentitet", "skyddadepersonuppgifter", "sekretess", "sekretessmarkering",
                  "protected", "protectedidentity"),
}
# fmt: on
_BY_WORD = {word: key for key, words in _WORDS.items() for word in words}
_NUMBER = re.compile(r"(?:\d{2})?\d{6}\s*[-+–]?\s*\d{4}", re.ASCII)
_LOOKS_LIKE_NUMBER = re.compile(r"\d[\d\s+–-]{6,}[\dA-Z]{2,}", re.ASCII | re.IGNORECASE)
_CLOCK = re.compile(r"(?:kl\.? ?)?\d{1,2}[:.]\d{2}(?::\d{2})?", re.ASCII | re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_][^\d]+")
_BED = re.compile(r"(?:[A-Za-zåäöÅÄÖ]{0,6} ?\d{1,3}|\d{1,3} ?[:.-] ?\d{1,2})[A-Za-z]?|korr\w*|entr\w*", re.IGNORECASE)


@dataclass(frozen=True)
class PatientList:
    rows: tuple[ListRow, ...]
    hidden: int
    """Rows that were hidden in the workbook; they are read like the others."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """What each column was called, by our name for it; empty where it was found by content."""
    unknown: tuple[str, ...] = ()
    """Headers that mean nothing here; their columns are left out."""


def read_patient_list(cells: Sequence[CellRow]) -> PatientList:
    """The rows of every sheet. Nothing is refused here: what is wrong with a row is found when it is planned."""
    rows: list[ListRow] = []
    columns: dict[str, str] = {}
    unknown: list[str] = []
    for _sheet, group in groupby(cells, key=lambda row: row.sheet):
        found = list(group)
        head = _head(found)
        if head is not None:
            places = _places_by_head(found[head])
            columns |= {key: found[head].cells[place] for key, place in places.items()}
            unknown += [text for place, text in enumerate(found[head].cells) if text and place not in places.values()]
            found = found[head + 1 :]
        else:
            places = _places_by_content(found)
        rows += [_row(row, places) for row in found if _repeats_no_head(row)]
    return PatientList(tuple(rows), sum(row.hidden for row in rows), columns, tuple(dict.fromkeys(unknown)))


def _word(text: str) -> str:
    return _BY_WORD.get(re.sub(r"[\W_]+", "", text).casefold(), "")


def _head(rows: Sequence[CellRow]) -> int | None:
    """Where the header stands: a row with the identity's or two other words, and no number of a person."""
    for place, row in enumerate(rows[:_SEARCHED]):
        words = {_word(text) for text in row.cells} - {""}
        if ("identity" in words or len(words) > 1) and not any(_NUMBER.fullmatch(text) for text in row.cells):
            return place
    return None


def _repeats_no_head(row: CellRow) -> bool:
    """A long printed list has its header again on every page."""
    words = [_word(text) for text in row.cells if text]
    return len(words) < 2 or not all(words)


def _places_by_head(row: CellRow) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, text in enumerate(row.cells):
        if key := _word(text):
            places.setdefault(key, place)
    return places


def _places_by_content(rows: Sequence[CellRow]) -> dict[str, int]:
    """Each sort in the column where most cells are of it, the surest sort first."""
    tests: tuple[tuple[str, Callable[[str], bool]], ...] = (
        ("identity", lambda text: bool(_LOOKS_LIKE_NUMBER.fullmatch(text)) and not split_moment(text)[0]),
        ("time", lambda text: bool(_CLOCK.fullmatch(text)) or all(split_moment(text))),
        ("day", lambda text: bool(split_moment(text)[0])),
        ("bed", lambda text: bool(_BED.fullmatch(text))),
        ("name", lambda text: bool(_NAME.fullmatch(text))),
        ("clinician", lambda text: bool(_NAME.fullmatch(text))),
    )
    places: dict[str, int] = {}
    width = max((len(row.cells) for row in rows), default=0)
    for key, fits in tests:
        for place in range(width):
            texts = [row.cell(place) for row in rows if row.cell(place)]
            if place not in places.values() and texts and sum(map(fits, texts)) >= _ENOUGH * len(texts):
                places[key] = place
                break
    if "identity" not in places and width:
        free = [place for place in range(width) if place not in places.values()]
        places["identity"] = free[0] if free else width
    return places


def _row(row: CellRow, places: Mapping[str, int]) -> ListRow:
    cells = {key: row.cell(place) for key, place in places.items()}
    names = [cells.get("first", ""), cells.get("last", "")]
    # "sal" and "säng" are one place together; either alone is the place
    beds = [cells.get("room", ""), cells.get("bed", "")]
    faults = {_column(key): row.faults[place] for key, place in places.items() if place in row.faults}
    told = {
        "identity": cells.get("identity", ""),
        "name": cells.get("name") or " ".join(name for name in names if name),
        "bed": ":".join(bed for bed in beds if bed),
        "day": cells.get("day", ""),
        "time": cells.get("time", ""),
        "clinician": cells.get("clinician", ""),
        "protected": cells.get("protected", ""),
    }
    if not any(told.values()) and any(row.cells):
        faults.setdefault("identity", _l("There is nothing in this row's columns that belongs to a patient."))
    return ListRow(row.sheet, row.number, {key: told[key] for key in COLUMNS}, row.hidden, faults)


def _column(key: str) -> str:
    return {"first": "name", "last": "name", "room": "bed"}.get(key, key)
