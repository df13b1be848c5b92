"""The tables, one noun a file. Importing this package knows them all."""

from tracker.models.access import Access
from tracker.models.action import Action, ActionVersion, Confirmation, SendBack
from tracker.models.base import Base, has_id
from tracker.models.duty import Duty, DutyState
from tracker.models.event import ChainHead, Event
from tracker.models.item import FINISHED, Attention, Item, ItemState, Question
from tracker.models.login import ApiToken, LoginSession, OneTimeLink
from tracker.models.outage import Outage, OutageKind, OutageUnit, RoutineVersion, SystemOutage
from tracker.models.patient import Patient
from tracker.models.sign_off import SignOff
from tracker.models.unit import DutyRule, FactKind, ItemRule, LocalFact, Unit, UnitKind
from tracker.models.user import Membership, Role, User

__all__ = [
    "FINISHED",
    "Access",
    "Action",
    "ActionVersion",
    "ApiToken",
    "Attention",
    "Base",
    "ChainHead",
    "Confirmation",
    "Duty",
    "DutyRule",
    "DutyState",
    "Event",
    "FactKind",
    "Item",
    "ItemRule",
    "ItemState",
    "LocalFact",
    "LoginSession",
    "Membership",
    "OneTimeLink",
    "Outage",
    "OutageKind",
    "OutageUnit",
    "Patient",
    "Question",
    "Role",
    "RoutineVersion",
    "SendBack",
    "SignOff",
    "SystemOutage",
    "Unit",
    "UnitKind",
    "User",
    "has_id",
]
