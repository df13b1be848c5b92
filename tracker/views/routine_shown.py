"""The routine made ready to be read: phases, duties, and what each kind of action leaves behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tracker import labels
from tracker.guard import current_unit, current_user
from tracker.i18n import language, plural
from tracker.i18n import lazy_text as _l
from tracker.i18n import text as _
from tracker.models import Unit
from tracker.queries.routine_search import duty_anchor, item_anchor, kind_anchor, passage_anchor
from tracker.routine.spec import AUTHOR, DutySpec, FieldSpec, ItemSpec, KindSpec, Passage, Routine

PHASES = ("notice", "before", "during", "after", "dependencies", "restored", "contacts")
_DUE = {
    "at once": _l("At once"),
    "at once if expected over 30 min": _l("At once, if it is expected to pass 30 minutes"),
    "start": _l("When the outage begins"),
    "daily": _l("Every day"),
    "standing": _l("Always, outage or not"),
    "none": _l("No set time"),
}
_OUTAGES = {"acute": _l("Acute outage"), "planned": _l("Planned outage"), "both": "", "always": ""}


@dataclass(frozen=True)
class PassageShown:
    passage: Passage
    anchor: str
    mine: bool


@dataclass(frozen=True)
class DutyShown:
    duty: DutySpec
    anchor: str
    due: str
    who: str
    mine: bool


@dataclass(frozen=True)
class PhaseShown:
    id: str
    title: str
    passages: list[PassageShown]
    duties: list[DutyShown]


@dataclass(frozen=True)
class ItemShown:
    item: ItemSpec
    anchor: str
    who: str
    here: str
    """Who takes it in the unit one works in, where that unit's local routine says otherwise."""
    target: str
    place: str
    needs: str
    after: str
    when: str


@dataclass(frozen=True)
class KindShown:
    kind: KindSpec
    anchor: str
    who: str
    items: list[ItemShown]


def phases_shown(passages: Iterable[Passage], duties: Iterable[DutySpec]) -> list[PhaseShown]:
    role = current_user().role.value
    read = [
        PassageShown(passage, passage_anchor(number), role in passage.roles) for number, passage in enumerate(passages)
    ]
    ticked = [_duty(duty) for duty in duties]
    return [
        PhaseShown(
            phase,
            str(labels.PHASES[phase]),
            [entry for entry in read if entry.passage.phase == phase],
            [entry for entry in ticked if entry.duty.phase == phase],
        )
        for phase in PHASES
        if any(entry.passage.phase == phase for entry in read) or any(entry.duty.phase == phase for entry in ticked)
    ]


def _duty(duty: DutySpec) -> DutyShown:
    user, unit = current_user(), current_unit()
    role = duty.role
    for rule in unit.duty_rules if unit else ():
        if rule.duty == duty.id:
            role = rule.role
    mine = role in (user.role.value, "staff") or (role == "unit_manager" and bool(user.managed_unit_ids))
    due = [str(_OUTAGES[duty.outage]), due_in_words(duty.due)]
    return DutyShown(duty, duty_anchor(duty), " · ".join(part for part in due if part), labels.role(role), mine)


def due_in_words(due: str) -> str:
    """When a duty is due, as the routine says it."""
    if due.startswith("-"):
        return plural("%(num)s day before", "%(num)s days before", int(due[1:].split()[0]))
    if due.endswith("working days"):
        return plural("Within %(num)s working day", "Within %(num)s working days", int(due.split()[0]))
    return str(_DUE[due])


def kind_shown(routine: Routine, kind: KindSpec) -> KindShown:
    unit = current_unit()
    return KindShown(
        kind,
        kind_anchor(kind),
        ", ".join(labels.role(role) for role in kind.logged_by),
        [_item(routine, kind, item, number, unit) for number, item in enumerate(kind.items)],
    )


def _item(routine: Routine, kind: KindSpec, item: ItemSpec, number: int, unit: Unit | None) -> ItemShown:
    rules = unit.item_rules if unit and item.unit_may_reassign else []
    here = next((rule.role for rule in rules if (rule.kind, rule.item) == (kind.id, item.item)), "")
    after = next((other for other in kind.items if other.item == item.after), None)
    when = ""
    if item.when:
        field = kind.field_by_id[item.when.field]
        answers = _(" or ").join(_answer(field, value) for value in item.when.equals)
        when = _("If “%(field)s” is “%(answer)s”", field=field.label.in_language(language()), answer=answers)
    return ItemShown(
        item=item,
        anchor=item_anchor(kind, number),
        who=_("Whoever did it") if item.role == AUTHOR else labels.roles(item.role),
        here=labels.role(here) if here else "",
        target=_target(routine, kind, item.system),
        place=routine.place_label(item.system, item.place, language()) if item.place else "",
        needs=", ".join(_target(routine, kind, need) for need in item.needs),
        after=after.label.in_language(language()) if after else "",
        when=when,
    )


def _answer(field: FieldSpec, value: str | bool) -> str:
    label = field.choice_label(value)
    return label.in_language(language()) if label else _("yes") if value is True else _("no")


def _target(routine: Routine, kind: KindSpec, target: str) -> str:
    """A target by name; one that a field of the action chooses, by what can be chosen."""
    if not target.startswith("{"):
        return routine.target_name(target, language())
    choices = kind.field_by_id[target.strip("{}")].choices
    return _(" or ").join(choice.label.in_language(language()) for choice in choices)
