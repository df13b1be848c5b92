"""The tables, one noun a file. Importing this package knows them all."""

from tracker.models.access import Access
from tracker.models.acknowledgement import Acknowledgement
from tracker.models.action import Action, ActionVersion, Confirmation, SendBack
from tracker.models.action_import import ActionImport
from tracker.models.arrival_check import Arrival, ArrivalCheck
from tracker.models.base import Base, has_id
from tracker.models.chase import Chase
from tracker.models.device import Device, DeviceExcuse, DeviceUnit
from tracker.models.duty import Duty, DutyState
from tracker.models.event import ChainHead, Event
from tracker.models.handover import Handover, HandoverLine
from tracker.models.item import FINISHED, Attention, Item, ItemState, Question, Risk
from tracker.models.login import ApiToken, LoginSession, OneTimeLink
from tracker.models.orphan_sheet import OrphanAttempt, OrphanFault, OrphanSheet, OrphanSolution
from tracker.models.outage import Outage, OutageKind, OutageUnit, RoutineVersion, SystemOutage
from tracker.models.patient import Patient
from tracker.models.patient_contact import ContactOutcome, PatientContact
from tracker.models.patient_link import PatientLink
from tracker.models.placement import PatientMove, Placement
from tracker.models.risk_word import RiskWord
from tracker.models.sheet import Sheet, SheetSeries, SheetState
from tracker.models.sign_off import SignOff
from tracker.models.stray_result import StrayAttempt, StrayResult, StraySolution
from tracker.models.tick_import import TickImport
from tracker.models.unit import DutyRule, FactKind, ItemRule, LocalFact, Unit, UnitKind
from tracker.models.user import Membership, Role, User

__all__ = [
    "FINISHED",
    "Access",
    "Acknowledgement",
    "Action",
    "ActionImport",
    "ActionVersion",
    "ApiToken",
    "Arrival",
    "ArrivalCheck",
    "Attention",
    "Base",
    "ChainHead",
    "Chase",
    "Confirmation",
    "ContactOutcome",
    "Device",
    "DeviceExcuse",
    "DeviceUnit",
    "Duty",
    "DutyRule",
    "DutyState",
    "Event",
    "FactKind",
    "Handover",
    "HandoverLine",
    "Item",
    "ItemRule",
    "ItemState",
    "LocalFact",
    "LoginSession",
    "Membership",
    "OneTimeLink",
    "OrphanAttempt",
    "OrphanFault",
    "OrphanSheet",
    "OrphanSolution",
    "Outage",
    "OutageKind",
    "OutageUnit",
    "Patient",
    "PatientContact",
    "PatientLink",
    "PatientMove",
    "Placement",
    "Question",
    "Risk",
    "RiskWord",
    "Role",
    "RoutineVersion",
    "SendBack",
    "Sheet",
    "SheetSeries",
    "SheetState",
    "SignOff",
    "StrayAttempt",
    "StrayResult",
    "StraySolution",
    "SystemOutage",
    "TickImport",
    "Unit",
    "UnitKind",
    "User",
    "has_id",
]
