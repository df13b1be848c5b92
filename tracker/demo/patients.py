"""The demo's patients: made-up names with numbers of the tax agency's test series, which are given to nobody.

Birth numbers 238 and 239 are reserved for tests on every date; 980 to 999 on dates before the 1930s. An odd birth
number is a man's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tracker.identity import IdentityKind, luhn_check_digit
from tracker.services.patient import PatientEntry


@dataclass(frozen=True)
class DemoPatient:
    entry: PatientEntry
    sex: str
    units: tuple[str, ...]
    """Where the patient is cared for; an empty one: outpatients of any unit."""


# fmt: off
_WOMEN = (
    "Anna", "Maria", "Elsa", "Karin", "Astrid", "Ingrid", "Vera", "Alma", "Saga", "Ebba", "Märta", "Greta", "Linnea",
    "Siv", "Barbro", "Fatima", "Zahra", "Aino",
)
# fmt: on
# fmt: off
_MEN = (
    "Lars", "Karl", "Nils", "Olof", "Gunnar", "Bertil", "Hugo", "Axel", "Elias", "Sixten", "Åke", "Rune", "Kjell",
    "Ahmed", "Yusuf", "Matti", "Göran", "Tage",
)
# fmt: on
# fmt: off
_NAMES = (
    "Sjöberg", "Nordin", "Ström", "Hedlund", "Sundin", "Öberg", "Lövgren", "Eklund", "Hägg", "Wallgren", "Kallström",
    "Nyman", "Hallin", "Bodin", "Rask", "Åström", "Jonsson", "Ali", "Korhonen", "Mattsson",
)
# fmt: on
_HOMES = (
    *(("AVD-10", 9), ("AVD-2", 8), ("AVD-51", 7), ("AVD-R", 6), ("AKM-G", 10), ("AKM-H", 8)),
    *(("HC-G", 9), ("HC-H", 8), ("HC-B", 8), ("ORT-G", 9), ("OP-G", 5), ("OP-B", 5)),
)
_ALSO_IN = {
    "AKM-G": ("RTG-G", "LAB-G"),
    "AKM-H": ("RTG-G",),
    "AVD-10": ("FYS-G", "LAB-G"),
    "AVD-2": ("LAB-G",),
    "OP-G": ("AVD-51",),
}
"""Departments that meet patients of other units."""


def number(born: date, birth_number: int, coordination: bool = False) -> str:
    """Twelve digits with the right check digit."""
    day = born.day + (60 if coordination else 0)
    nine = f"{born:%y%m}{day:02d}{birth_number:03d}"
    return f"{born:%Y%m}{day:02d}{birth_number:03d}{luhn_check_digit(nine)}"


def make_patients() -> list[DemoPatient]:
    """Every patient, always the same ones."""
    patients: list[DemoPatient] = []
    homes = [unit for unit, count in _HOMES for _ in range(count)]
    for place, unit in enumerate(homes):
        woman = place % 2 == 0
        born = date(1934 + place * 37 % 68, 1 + place * 5 % 12, 1 + place * 11 % 28)
        first = (_WOMEN if woman else _MEN)[place * 7 % 18]
        name = f"{first} {_NAMES[place * 3 % 20]}"
        entry = PatientEntry(identity=number(born, 238 if woman else 239), name=name)
        patients.append(DemoPatient(entry, "f" if woman else "m", (unit, *_ALSO_IN.get(unit, ()))))
    return patients + _special()


def _special() -> list[DemoPatient]:
    """Very old, with a coordination number, a reserve number, a protected identity, a long name, or unknown."""
    unknown = IdentityKind.UNKNOWN
    return [
        DemoPatient(PatientEntry(identity=number(date(1921, 3, 9), 980), name="Hulda Norberg"), "f", ("AVD-R",)),
        DemoPatient(PatientEntry(identity=number(date(1926, 11, 2), 981), name="Verner Hedin"), "m", ("AVD-2",)),
        DemoPatient(
            PatientEntry(identity=number(date(1988, 6, 14), 239, coordination=True), name="Piotr Kowalski"),
            "m",
            ("AKM-G", "RTG-G"),
        ),
        DemoPatient(
            PatientEntry(identity=number(date(1995, 2, 20), 238, coordination=True), name="Oksana Melnyk"),
            "f",
            ("HC-G",),
        ),
        DemoPatient(
            PatientEntry(identity="19790518M01C", identity_kind=IdentityKind.RESERVE, name="Tomás Herrera"),
            "m",
            ("AKM-G", "AVD-51"),
        ),
        DemoPatient(
            PatientEntry(identity=number(date(1984, 9, 27), 238), name="Elin Sandgren", protected=True),
            "f",
            ("AVD-10",),
        ),
        DemoPatient(
            PatientEntry(
                identity=number(date(1969, 12, 24), 238),
                name="Maria-Magdalena Charlotta Emanuelsdotter von Schwartzenberg-Lindenkrona",
            ),
            "f",
            ("AVD-10", "HC-B"),
        ),
        DemoPatient(PatientEntry(identity="Okänd man 1, ca 40 år", identity_kind=unknown), "m", ("AKM-G",)),
        DemoPatient(PatientEntry(identity="Okänd kvinna 1, ca 25 år", identity_kind=unknown), "f", ("AKM-G",)),
    ]
