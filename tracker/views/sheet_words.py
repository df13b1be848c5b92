"""The words for how a form stands."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

STATES: dict[str, Any] = {
    "used": _l("Used"),
    "unlogged": _l("Not accounted for"),
    "orphan": _l("Unclear"),
    "settled": _l("Was unclear, solved"),
    "void": _l("Voided"),
    "missing": _l("Missing"),
    "blank": _l("Blank"),
}
