"""The reading part of a downtime pack: cover, contents, who to call, duties, and the routine of the unit's systems."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tracker import labels
from tracker.i18n import text as _
from tracker.models import FactKind, Unit
from tracker.routine.spec import DutySpec, Passage, Routine

ROOM = 255
"""Millimetres of one side."""
_LETTERS = 88
"""Letters in a line, counted on the safe side."""
PHASES = ("notice", "before", "during", "dependencies", "restored", "after")
_FACTS = (FactKind.PHONE, FactKind.FAX, FactKind.PLACE)


@dataclass(frozen=True)
class Block:
    """One piece of text that is not split between two sides."""

    shape: str
    """`title`, `part`, `head`, `text`, `step`, `entry`, `contact`, `duty` or `passage`."""
    text: str
    more: str = ""
    aside: str = ""
    height: float = 0


@dataclass(frozen=True)
class Entry:
    """A line of the contents."""

    label: str
    serials: str
    count: int
    page: int


def pack_blocks(unit: Unit, routine: Routine, language: str, entries: Sequence[Entry], day: str) -> list[Block]:
    """Everything to read, in the order it is needed."""
    return [
        _block("title", _("Downtime pack"), unit.name, f"{unit.site} · {day}", height=30),
        _block("text", _("For use when the record systems are down. Keep it where everybody finds it.")),
        _block("head", _("How to use it")),
        *(_block("step", text) for text in _steps()),
        _block("head", _("Forms in this pack")),
        *(_block("entry", entry.label, entry.serials, f"{entry.count}|{entry.page}", height=6) for entry in entries),
        _block("part", _("Who to call"), height=16),
        *_contacts(unit, routine, language),
        _block("part", _("Duties"), height=16),
        *_duties(unit, routine, language),
        _block("part", _("The routine"), height=16),
        *_passages(unit, routine, language),
    ]


def paginate(blocks: Iterable[Block]) -> list[list[Block]]:
    """Blocks on sides. A part begins a side of its own; a heading is never the last on one."""
    sides: list[list[Block]] = [[]]
    left = float(ROOM)
    for block in blocks:
        if (block.shape == "part" and sides[-1]) or block.height > left:
            carried = [sides[-1].pop()] if sides[-1] and sides[-1][-1].shape == "head" else []
            sides.append(carried)
            left = ROOM - sum(one.height for one in carried)
        sides[-1].append(block)
        left -= block.height
    return sides


def _steps() -> list[str]:
    return [
        _("Take the form for what you do. Each form has a number of its own: never copy a form that has a number."),
        _("Write the patient's identity number in the boxes, the time, your name and your role. Write clearly."),
        _("What must be told stands in bold. Tick boxes with a cross. Leave empty what you do not know."),
        _("Log the form in the downtime tracker as soon as you can, by scanning its code or typing its number."),
        _("A spoilt form: draw a line across it and keep it. It is marked void in the tracker."),
        _("When it is over, every form is accounted for: logged, void, or blank and back in the pack."),
    ]


def _contacts(unit: Unit, routine: Routine, language: str) -> Iterator[Block]:
    for contact in routine.contacts:
        aside = contact.hours.in_language(language) + (f" · {contact.email}" if contact.email else "")
        yield _block("contact", contact.name.in_language(language), contact.phone, aside, height=15)
    if unit.local_facts:
        yield _block("head", unit.name)
    for kind in _FACTS:
        for fact in unit.local_facts:
            if fact.kind is kind:
                yield _block("contact", fact.label, fact.value, height=9 + 5 * (len(fact.label + fact.value) // 80))


def _duties(unit: Unit, routine: Routine, language: str) -> Iterator[Block]:
    mine = [duty for duty in routine.duties.values() if _concerns(duty, unit)]
    own_role = {rule.duty: rule.role for rule in unit.duty_rules}
    for phase in PHASES:
        chosen = [duty for duty in mine if duty.phase == phase]
        if chosen:
            yield _block("head", str(labels.PHASES[phase]))
        for duty in chosen:
            names = [routine.target_name(system, language) for system in duty.systems if system != "any"]
            told = [", ".join(names), labels.role(own_role.get(duty.id, duty.role)), f"§ {', '.join(duty.sections)}"]
            yield _block("duty", duty.text.in_language(language), aside=" · ".join(part for part in told if part))


def _passages(unit: Unit, routine: Routine, language: str) -> Iterator[Block]:
    parts: list[tuple[str, Sequence[Passage]]] = [(_("Every outage"), routine.region_passages)]
    parts += [(system.name, system.passages) for system in routine.systems if system.id in unit.systems]
    for name, passages in parts:
        for phase in PHASES:
            chosen = [passage for passage in passages if passage.phase == phase]
            if chosen:
                yield _block("head", f"{name}: {str(labels.PHASES[phase]).lower()}")
            for passage in chosen:
                title = f"{passage.title.in_language(language)} § {passage.section}"
                yield _block("passage", title, passage.text.in_language(language))


def _concerns(duty: DutySpec, unit: Unit) -> bool:
    """A duty of the unit itself, for an outage of any system or of one that the unit uses."""
    if duty.scope == "region" or (duty.scope != "unit" and duty.scope.split(" ")[0] != unit.kind.value):
        return False
    return "any" in duty.systems or not set(duty.systems).isdisjoint(unit.systems)


def _block(shape: str, text: str, more: str = "", aside: str = "", height: float = 0) -> Block:
    if not height:
        lines = [part for part in (text, more, aside) if part]
        height = 5.2 * sum(math.ceil(len(part) / _LETTERS) for part in lines) + (7 if shape == "head" else 3.2)
    return Block(shape, text, more, aside, height)
