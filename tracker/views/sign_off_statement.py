"""What a unit manager attests, sentence by sentence, with what is missing or left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tracker.i18n import plural
from tracker.i18n import text as _
from tracker.models import Unit
from tracker.queries.sign_off import Evidence


def statement_of(unit: Unit, evidence: Evidence) -> list[str]:
    return [*_always(unit, evidence.counts["actions"]["total"]), *_remarks(evidence)]


def _always(unit: Unit, total: int) -> Iterator[str]:
    if total:
        yield plural(
            "I have seen that the one action logged in %(unit)s is closed: every follow-up is done, or not needed "
            "for a reason that is given.",
            "I have seen that all %(num)s actions logged in %(unit)s are closed: every follow-up is done, or not "
            "needed for a reason that is given.",
            total,
            unit=unit.name,
        )
    else:
        yield _("I have seen that nothing was logged in %(unit)s in this outage.", unit=unit.name)
    yield _("I have seen that every action which is not voided is confirmed by a manager who did not do it all alone.")
    yield _("I have seen what was voided, corrected and not needed, and why.")
    yield _("As far as I know, all that the unit did on paper during the outage is logged.")


def _remarks(evidence: Evidence) -> Iterator[str]:
    counts = evidence.counts
    missing = counts["sheets"]["missing_sheets"]
    if missing:
        yield plural(
            "I have seen that %(num)s numbered form is missing, and why: %(serials)s.",
            "I have seen that %(num)s numbered forms are missing, and why: %(serials)s.",
            len(missing),
            serials=", ".join(sheet["serial"] for sheet in missing),
        )
    excused = counts["devices"]["excused"]
    if excused:
        yield plural(
            "I have seen that %(num)s device is left out, and why: %(names)s.",
            "I have seen that %(num)s devices are left out, and why: %(names)s.",
            len(excused),
            names=", ".join(device["name"] for device in excused),
        )
    if counts["patients"]["settled_patients"]:
        yield plural(
            "I have seen that %(num)s patient keeps a temporary label or reserve number, for a reason that is given.",
            "I have seen that %(num)s patients keep a temporary label or reserve number, for reasons that are given.",
            counts["patients"]["settled_patients"],
        )
    if counts["handovers"]["waiting"]:
        yield plural(
            "I have seen that nobody has taken over %(num)s hand-over.",
            "I have seen that nobody has taken over %(num)s hand-overs.",
            counts["handovers"]["waiting"],
        )
    if evidence.open_duties:
        yield plural(
            "I have seen that %(num)s duty of the unit is still open.",
            "I have seen that %(num)s duties of the unit are still open.",
            evidence.open_duties,
        )


@dataclass(frozen=True)
class LeftOut:
    """Something that is missing or was left out of the sign-off, and the reason that was given."""

    what: str
    reason: str


def left_out_of(counts: Mapping[str, Any]) -> list[LeftOut]:
    """From the evidence, or from the basis of a sign-off; one of last year may lack what is counted since."""
    found = [
        LeftOut(_("Form %(serial)s is missing", serial=sheet["serial"]), sheet["reason"])
        for sheet in counts.get("sheets", {}).get("missing_sheets", ())
    ]
    for device in counts.get("devices", {}).get("excused", ()):
        told = plural("%(num)s entry not sent", "%(num)s entries not sent", device["unsent"])
        found.append(
            LeftOut(
                _("Device %(name)s, %(unsent)s", name=device["name"], unsent=told),
                _("%(reason)s (%(name)s)", reason=device["reason"], name=device["by"]),
            )
        )
    settled = counts.get("patients", {}).get("settled_patients", 0)
    if settled:
        found.append(LeftOut(_("Patients with a temporary label or reserve number only"), str(settled)))
    waiting = counts.get("handovers", {}).get("waiting", 0)
    if waiting:
        found.append(LeftOut(_("Hand-overs that nobody has taken over"), str(waiting)))
    return found
