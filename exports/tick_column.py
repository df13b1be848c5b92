"""The columns of the re-entry workbook that are read back, by what their headings may say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from exports.words import in_language
from tracker.i18n import LANGUAGES
from tracker.i18n import lazy_text as _l
from tracker.services.action_column import tidy_heading

ROW_KEY = "row_key"
HEADINGS: dict[str, Any] = {
    ROW_KEY: _l("Row code"),
    "number": _l("No."),
    "patient_number": _l("Patient number"),
    "patient": _l("Patient"),
    "performed": _l("Performed"),
    "kind": _l("What was done"),
    "task": _l("What to do"),
    "fields": _l("Fields, in the order they are typed"),
    "tick": _l("Tick"),
    "reference": _l("Reference"),
    "signature": _l("Signature"),
    "time": _l("Time"),
    "comment": _l("Comment"),
}


def place_columns(headings: Sequence[str]) -> tuple[dict[str, int], dict[int, str]]:
    """Where each column stands, and second columns of the same name, by place.

    A heading is known in either language, also when a word was added to it: “Comment / reason”.
    """
    places: dict[str, int] = {}
    again: dict[int, str] = {}
    for is_exact in (True, False):
        for place, text in enumerate(headings):
            key = _exact().get(tidy_heading(text)) if is_exact else _alike(text)
            if key is None or place in places.values() or place in again:
                continue
            if key not in places:
                places[key] = place
            elif is_exact:
                again[place] = key
    return places, again


@cache
def _exact() -> dict[str, str]:
    known: dict[str, str] = {}
    for one in LANGUAGES:
        with in_language(one):
            known |= {tidy_heading(str(heading)): key for key, heading in HEADINGS.items()}
    return known


def _alike(text: str) -> str | None:
    """The column whose whole heading stands among the words; None if there is none, or more than one."""
    words = tidy_heading(text)
    found = {
        key for heading, key in _exact().items() if re.search(rf"(?<!\w){re.escape(heading)}(?!\w)", words) and words
    }
    longest = {key for key in found if not any(key != other and key in other for other in found)}
    return longest.pop() if len(longest) == 1 else None
