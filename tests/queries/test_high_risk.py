"""The routine's high-risk list: what it takes in, and the harmless words that it leaves."""

from __future__ import annotations

import pytest

from tests.region import declare, item_of, log, sample_fields
from tests.services.test_second_check import dose_of
from tracker.extensions import current_routine

pytestmark = pytest.mark.usefixtures("context")


@pytest.mark.parametrize(
    ("drug", "category"),
    [
        ("Morfin Meda", "opioid"),
        ("Inj. oxikodon", "opioid"),
        ("NovoRapid", "insulin"),
        ("Waran", "anticoagulant"),
        ("Heparin LEO", "anticoagulant"),
        ("Addex-Kaliumklorid", "potassium"),
        ("Glukos med Kalium", "potassium"),
        ("Metotrexat", "chemotherapy"),
        ("Erytrocytkoncentrat", "blood"),
        ("Alvedon", ""),
        ("Hirudoid (heparinoid)", ""),
        ("Kaliumpermanganat", ""),
        ("Plasmalyte", ""),
        ("Trombyl (trombocythämmare)", ""),
        ("Metoprolol", ""),
    ],
)
def test_the_list_takes_in_what_a_pharmacist_would_and_no_harmless_words(drug: str, category: str) -> None:
    assert dose_of(drug).high_risk == category


@pytest.mark.parametrize(
    ("said", "is_high_risk"),
    [
        ("Penicillin", True),
        ("Inga kända utom penicillin", True),
        ("Inga kända", False),
        ("Nej.", False),
        ("Okänt", False),
        ("-", False),
    ],
)
def test_an_allergies_field_is_high_risk_unless_it_says_that_there_are_none(said: str, is_high_risk: bool) -> None:
    kind = current_routine().kinds["provisio.surgery-request"]
    fields = sample_fields(kind, {"allergies": said}) | {"allergies": said}
    action = log(declare("provisio"), kind.id, actor="secretary", fields=fields)
    assert item_of(action, "enter-request").high_risk == ("allergy" if is_high_risk else "")
    assert item_of(action, "check-carried-to-elvis").high_risk == ""
