"""What goes otherwise than planned in the demo: questions, what is not needed, corrections and mistakes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

QUESTIONS: tuple[tuple[str, str, str, str], ...] = (
    (
        "melior.chemistry-order",
        "move-from-dr-edi",
        "Det finns två läkare med samma efternamn. Vilken av dem beställde?",
        "",
    ),
    ("elvis.visit", "register-visit", "Kvittots nummer går inte att läsa. Kan du se efter i kassalådan?", ""),
    ("elvis.booking", "make-booking", "Tiden är redan upptagen. Får den flyttas till kl. 11.00?", ""),
    ("pmo.referral-other", "register-sent-referral", "Kopian saknas i mappen. Skickades alla bilagor?", ""),
    (
        "clinic24.booked-visit",
        "change-to-phone",
        "Vilket nummer nåddes patienten på?",
        "På mobilnumret som står i tidboken.",
    ),
    (
        "melior.medication-administration",
        "document-administration",
        "Dosen finns redan på kl. 20 i läkemedelslistan. Är det samma?",
        "Nej, det här är en extra dos kl. 22, ordinerad per telefon.",
    ),
    (
        "elvis.emergency-contact",
        "register-contact",
        "Står två olika ankomsttider på blanketten. Vilken gäller?",
        "Den tidigare, den andra är när patienten fick rum.",
    ),
)
"""Kind, item, question, and the answer; an empty answer: still waiting for one."""

NOT_NEEDED: tuple[tuple[str, str, str], ...] = (
    ("melior.prescription", "send-e-prescription", "Patienten fick läkemedlet med sig från jourdosförrådet."),
    ("pmo.prescription", "send-e-prescription", "Läkaren har redan sänt receptet från Pascal."),
    ("clinic24.drop-in", "reconcile-queue", "Patienten togs bort ur kön av leverantören."),
    ("elvis.booking", "make-booking", "Patienten har ringt och tackat nej till tiden."),
    ("svarsdatabasen.chemistry-order", "watch-result", "Svaret gavs per telefon och är infört."),
    ("pmo.radiology-referral", "watch-fax-reply", "Undersökningen avbokades."),
    ("provisio.surgery-request", "check-carried-to-elvis", "Operationen ställdes in."),
    ("medspeech.dictation", "dock-dpm", "Diktatet är inspelat på nytt i MedSpeech."),
)


@dataclass(frozen=True)
class Change:
    """A correction of the first fitting action, `done`: after it was entered, which must then be amended."""

    kind: str
    reason: str
    done: bool
    fields: dict[str, Any] = field(default_factory=dict)
    hours: float = 0
    """How much earlier it was done than first told."""
    other_patient: bool = False


CORRECTIONS = (
    Change("melior.medication-administration", "Fel dos angiven, det gavs en tablett.", True, {"dose": 1}),
    Change("elvis.visit", "Fel belopp, patienten hade frikort.", True, {"payment": "undecided", "fee": None}),
    Change("pmo.note", "Fel arm angiven.", True, {"measurements": "BT 138/82 sittande vänster arm, puls 72"}),
    Change("melior.medication-administration", "Fel klockslag, dosen gavs en timme tidigare.", False, hours=1),
    Change("elvis.emergency-contact", "Fel triagefärg.", False, {"triage_level": "orange"}),
    Change("pmo.lab-order", "Loggad på fel patient.", False, other_patient=True),
)
VOIDS: tuple[tuple[str, bool, str], ...] = (
    ("melior.medication-administration", True, "Loggad två gånger av misstag."),
    ("clinic24.vaccination-arrival", True, "Patienten kom aldrig, fel rad på listan."),
    ("elvis.booking", False, "Dubblett, bokningen fanns redan."),
    ("melior.note", False, "Loggad på fel patient, ny är skriven."),
)
"""Kind, whether it had been entered already (and must be removed), and why."""

SEND_BACKS: tuple[tuple[str, str], ...] = (
    ("melior.medication-administration", "Tiden i Melior är inskrivningens, inte den då dosen gavs."),
    ("pmo.prescription", "Receptet ligger på fel vårdkontakt."),
)
