"""The demo's units, people and local routines. Every person is made up."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.models import FactKind, Role, UnitKind
from tracker.services.unit import LocalRoutine, UnitEntry
from tracker.services.user import UserEntry

PASSWORD = "Papper-26-timmar"  # noqa: S105 - printed for everybody who tries the demo
GAVLE, HUDIKSVALL, BOLLNAS = "Gävle", "Hudiksvall", "Bollnäs"
_HOSPITAL = ("melior", "svarsdatabasen", "elvis", "medspeech")
_SURGERY = (*_HOSPITAL, "provisio")
_PRIMARY = ("clinic24", "pmo", "svarsdatabasen", "elvis", "medspeech")

UNITS = (
    UnitEntry("AKM-G", "Akutmottagningen Gävle", GAVLE, UnitKind.EMERGENCY, _HOSPITAL),
    UnitEntry("AVD-10", "Medicinavdelning 10", GAVLE, UnitKind.WARD, _HOSPITAL),
    UnitEntry("AVD-51", "Kirurgavdelning 51", GAVLE, UnitKind.WARD, _SURGERY),
    UnitEntry("OP-G", "Operationsavdelningen Gävle", GAVLE, UnitKind.SURGERY, _SURGERY),
    UnitEntry("ORT-G", "Ortopedmottagningen", GAVLE, UnitKind.CLINIC, (*_SURGERY, "clinic24")),
    UnitEntry("RTG-G", "Röntgen Gävle", GAVLE, UnitKind.RADIOLOGY, ("svarsdatabasen", "elvis")),
    UnitEntry("FYS-G", "Klinisk fysiologi Gävle", GAVLE, UnitKind.PHYSIOLOGY, ("svarsdatabasen", "elvis")),
    UnitEntry("LAB-G", "Laboratoriemedicin Gävle", GAVLE, UnitKind.LABORATORY, ("svarsdatabasen", "melior")),
    UnitEntry("HC-G", "Hälsocentralen Gavleån", GAVLE, UnitKind.HEALTH_CENTRE, _PRIMARY),
    UnitEntry("AKM-H", "Akutmottagningen Hudiksvall", HUDIKSVALL, UnitKind.EMERGENCY, _HOSPITAL),
    UnitEntry("AVD-2", "Medicinavdelning 2", HUDIKSVALL, UnitKind.WARD, _HOSPITAL),
    UnitEntry("HC-H", "Hälsocentralen Strandgatan", HUDIKSVALL, UnitKind.HEALTH_CENTRE, _PRIMARY),
    UnitEntry("OP-B", "Operationsavdelningen Bollnäs", BOLLNAS, UnitKind.SURGERY, _SURGERY),
    UnitEntry("AVD-R", "Rehabiliteringsavdelningen", BOLLNAS, UnitKind.WARD, _HOSPITAL),
    UnitEntry("HC-B", "Hälsocentralen Ljusnan", BOLLNAS, UnitKind.HEALTH_CENTRE, _PRIMARY),
)
OUTPATIENT = frozenset({"ORT-G", "FYS-G", "HC-G", "HC-H", "HC-B", "OP-B"})
"""Units that are open in office hours only."""
_HEALTH_CENTRES = ("HC-G", "HC-B", "HC-H")

USERS = (
    UserEntry("ssk", "Nina Forsberg", Role.NURSE, ("AVD-10", "AVD-51")),
    UserEntry("lakare", "Oskar Norén", Role.PHYSICIAN, ("AVD-10",)),
    UserEntry("sekreterare", "Susanne Åberg", Role.SECRETARY, ("AVD-10", "AVD-51")),
    UserEntry("chef", "Margareta Lindqvist", Role.NURSE, ("AVD-10",), ("AVD-10", "AVD-51")),
    UserEntry("fysio", "Johan Falk", Role.OTHER_CLINICIAN, ("AVD-10", "AVD-51", "AVD-R")),
    UserEntry("usk", "Tove Engström", Role.UNIT_STAFF, ("AVD-10", "AVD-51", "ORT-G")),
    UserEntry("akut", "Robin Nyberg", Role.EMERGENCY_STAFF, ("AKM-G",)),
    UserEntry("rontgen", "Daniel Kvist", Role.RADIOLOGY, ("RTG-G",)),
    UserEntry("fyslab", "Åsa Brandt", Role.PHYSIOLOGY, ("FYS-G",)),
    UserEntry("lab", "Viktor Ohlsson", Role.LABORATORY, ("LAB-G",)),
    UserEntry("direktor", "Birgitta Hallgren", Role.DIRECTOR),
    UserEntry("it", "Ivar Bäckman", Role.IT_OPERATIONS),
    UserEntry("admin", "Stefan Rask", Role.ADMINISTRATOR),
    UserEntry("ssk.natt", "Erik Sandström", Role.NURSE, ("AVD-10", "AVD-51")),
    UserEntry("ssk.akut", "Amira Hassan", Role.NURSE, ("AKM-G",)),
    UserEntry("ssk.kirurgi", "Lotta Bergqvist", Role.NURSE, ("AVD-51",)),
    UserEntry("ssk.op", "Jonas Wikström", Role.NURSE, ("OP-G", "OP-B")),
    UserEntry("ssk.ortoped", "Helena Ek", Role.NURSE, ("ORT-G",)),
    UserEntry("ssk.hudik", "Karin Östlund", Role.NURSE, ("AVD-2", "AKM-H")),
    UserEntry("ssk.bollnas", "Petra Hedman", Role.NURSE, ("AVD-R",)),
    UserEntry("ssk.hc", "Sofia Lindahl", Role.NURSE, _HEALTH_CENTRES),
    UserEntry("lakare.akut", "Leila Rahimi", Role.PHYSICIAN, ("AKM-G",)),
    UserEntry("lakare.kirurgi", "Gustav Ahlin", Role.PHYSICIAN, ("AVD-51", "OP-G")),
    UserEntry("lakare.ortoped", "Mikael Sund", Role.PHYSICIAN, ("ORT-G", "OP-B", "AVD-R")),
    UserEntry("lakare.narkos", "Per Lagergren", Role.PHYSICIAN, ("OP-G", "OP-B")),
    UserEntry("lakare.hudik", "Ingrid Nordell", Role.PHYSICIAN, ("AVD-2", "AKM-H")),
    UserEntry("lakare.hc", "Anders Viklund", Role.PHYSICIAN, ("HC-G", "HC-B")),
    UserEntry("lakare.hc2", "Fatima Demir", Role.PHYSICIAN, ("HC-H",)),
    UserEntry("sekr.akut", "Marie Holm", Role.SECRETARY, ("AKM-G", "AKM-H")),
    UserEntry("sekr.op", "Camilla Persson", Role.SECRETARY, ("OP-G", "OP-B", "ORT-G")),
    UserEntry("sekr.hudik", "Gunilla Sjöström", Role.SECRETARY, ("AVD-2", "AVD-R")),
    UserEntry("sekr.hc", "Annika Berglund", Role.SECRETARY, _HEALTH_CENTRES),
    UserEntry("kurator", "Emma Lund", Role.OTHER_CLINICIAN, _HEALTH_CENTRES),
    UserEntry("reception", "Hanna Löf", Role.UNIT_STAFF, _HEALTH_CENTRES),
    UserEntry("akut.hudik", "Lisa Moberg", Role.EMERGENCY_STAFF, ("AKM-H",)),
    UserEntry("chef.akut", "Henrik Dahlberg", Role.NURSE, (), ("AKM-G", "AKM-H")),
    UserEntry("chef.op", "Eva Stenberg", Role.PHYSICIAN, (), ("OP-G", "ORT-G")),
    UserEntry("chef.diagnostik", "Lars-Erik Fors", Role.RADIOLOGY, ("RTG-G",), ("RTG-G", "FYS-G", "LAB-G")),
    UserEntry("chef.hudik", "Monica Jonsson", Role.NURSE, (), ("AVD-2",)),
    UserEntry("chef.bollnas", "Thomas Gran", Role.PHYSICIAN, (), ("OP-B", "AVD-R")),
    UserEntry("chef.hc", "Cecilia Wallin", Role.PHYSICIAN, (), _HEALTH_CENTRES),
)


@dataclass(frozen=True)
class Local:
    """A unit's local routine and who has set it."""

    unit: str
    manager: str
    routine: LocalRoutine


LOCAL_ROUTINES = (
    Local(
        "AVD-10",
        "chef",
        LocalRoutine(
            item_roles={
                ("melior.chemistry-order", "move-from-dr-edi"): "nurse",
                ("melior.chemistry-order", "watch-fax-reply"): "secretary",
            },
            duty_roles={"empty-dr-edi": "nurse", "stock-dpms": "secretary"},
            facts=[
                (FactKind.FAX, "Faxsvar, expeditionen", "026-15 41 10"),
                (FactKind.PHONE, "Ansvarig sjuksköterska", "026-15 41 11"),
                (FactKind.PLACE, "Pappersblanketter", "Skåp 3 i expeditionen, röd pärm"),
                (FactKind.PLACE, "Receptblock", "Läkemedelsrummet, låst skåp"),
            ],
            signs_on_paper=True,
            systems=_HOSPITAL,
        ),
    ),
    Local(
        "HC-G",
        "chef.hc",
        LocalRoutine(
            item_roles={
                ("pmo.lab-order", "act-on-reply"): "physician",
                ("clinic24.booked-visit", "change-to-phone"): "nurse",
            },
            duty_roles={"handle-forms": "secretary"},
            facts=[
                (FactKind.FAX, "Faxsvar, receptionen", "026-15 60 12"),
                (FactKind.PLACE, "DPM, sex stycken", "Sekreterarrummet, märkta 06–11"),
            ],
            signs_on_paper=False,
            systems=_PRIMARY,
        ),
    ),
)
