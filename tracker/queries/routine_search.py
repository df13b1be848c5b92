"""Searching the routine: plain words, whatever their case and accents, in the user's language."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tracker.routine.spec import DutySpec, ItemSpec, KindSpec, Passage, Routine, SystemSpec

MAX_WORDS = 8


class Sort(StrEnum):
    PASSAGE = "passage"
    KIND = "kind"
    ITEM = "item"
    DUTY = "duty"
    CONTACT = "contact"


@dataclass(frozen=True)
class Entry:
    """One piece of the routine that can be found, and where on its page it stands."""

    system: str
    """Empty: it is common to every system."""
    sort: Sort
    anchor: str
    title: str
    text: str
    section: str
    derived: bool
    more: str = ""
    """Searched, not shown."""


@dataclass(frozen=True)
class Piece:
    """A stretch of text; `found` if it is one of the words searched for."""

    text: str
    found: bool


def search_routine(routine: Routine, query: str, language: str) -> list[Entry]:
    """The entries in which every word occurs, system by system; in each, those with the words in the title first."""
    words = words_of(query)
    if not words:
        return []
    order = {system: number for number, system in enumerate(("", *routine.system_by_id))}
    hits: list[tuple[int, int, int, Entry]] = []
    for entry in _entries(routine, language):
        whole = fold(f"{entry.title} {entry.text} {entry.more} {entry.section}")
        if all(word in whole for word in words):
            title = fold(entry.title)
            hits.append((order[entry.system], -sum(word in title for word in words), len(hits), entry))
    return [hit[3] for hit in sorted(hits, key=lambda hit: hit[:3])]


def words_of(query: str) -> list[str]:
    """The folded words of a query, at most eight."""
    return list(dict.fromkeys(fold(query).split()))[:MAX_WORDS]


def fold(text: str) -> str:
    """The text without case and accents, so that `lakare` finds `Läkare`."""
    return "".join(_fold_character(character) for character in text)


def pieces(text: str, query: str) -> list[Piece]:
    """The text cut up so that the words found can be marked."""
    folded = [_fold_character(character) for character in text]
    starts: list[int] = []
    """For every character of the folded text, the character of the text it came from."""
    for number, part in enumerate(folded):
        starts += [number] * len(part)
    whole = "".join(folded)
    marked = [False] * len(text)
    for word in words_of(query):
        at = whole.find(word)
        while at >= 0:
            for position in range(at, at + len(word)):
                marked[starts[position]] = True
            at = whole.find(word, at + len(word))
    found: list[Piece] = []
    begin = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or marked[end] != marked[begin]:
            found.append(Piece(text[begin:end], marked[begin]))
            begin = end
    return found


def passage_anchor(number: int) -> str:
    return f"passage-{number + 1}"


def kind_anchor(kind: KindSpec) -> str:
    return f"kind-{kind.id.replace('.', '-')}"


def item_anchor(kind: KindSpec, number: int) -> str:
    return f"{kind_anchor(kind)}-{number + 1}"


def duty_anchor(duty: DutySpec) -> str:
    return f"duty-{duty.id.replace('.', '-')}"


def _fold_character(character: str) -> str:
    parts = unicodedata.normalize("NFKD", character.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def _entries(routine: Routine, language: str) -> Iterator[Entry]:
    for number, passage in enumerate(routine.region_passages):
        yield _passage("", passage, number, language)
    for duty in routine.region_duties:
        yield _duty("", duty, language)
    for contact in routine.contacts:
        more = f"{contact.phone} {''.join(filter(str.isdigit, contact.phone))} {contact.email or ''}"
        text = f"{contact.hours.in_language(language)}: {contact.phone}"
        title = contact.name.in_language(language)
        yield Entry("", Sort.CONTACT, "contacts", title, text, contact.section, False, more)
    for system in routine.systems:
        yield from _of_system(routine, system, language)


def _of_system(routine: Routine, system: SystemSpec, language: str) -> Iterator[Entry]:
    for number, passage in enumerate(system.passages):
        yield _passage(system.id, passage, number, language, system.name)
    for kind in system.kinds:
        text = kind.help.in_language(language) if kind.help else ""
        label = kind.label.in_language(language)
        yield Entry(
            system.id, Sort.KIND, kind_anchor(kind), label, text, kind.section, kind.basis == "derived", system.name
        )
        for number, item in enumerate(kind.items):
            yield _item(routine, system, kind, item, number, language)
    for duty in system.duties:
        yield _duty(system.id, duty, language, system.name)


def _passage(system: str, passage: Passage, number: int, language: str, more: str = "") -> Entry:
    return Entry(
        system,
        Sort.PASSAGE,
        passage_anchor(number),
        passage.title.in_language(language),
        passage.text.in_language(language),
        passage.section,
        passage.basis == "derived",
        more,
    )


def _item(routine: Routine, system: SystemSpec, kind: KindSpec, item: ItemSpec, number: int, language: str) -> Entry:
    place = routine.place_label(item.system, item.place, language) if item.place else ""
    target = routine.target_name(item.system, language)
    return Entry(
        system.id,
        Sort.ITEM,
        item_anchor(kind, number),
        item.label.in_language(language),
        item.instruction.in_language(language) if item.instruction else "",
        item.section,
        item.basis == "derived",
        f"{kind.label.in_language(language)} {target} {place} {system.name}",
    )


def _duty(system: str, duty: DutySpec, language: str, more: str = "") -> Entry:
    text = duty.text.in_language(language)
    return Entry(system, Sort.DUTY, duty_anchor(duty), text, "", duty.sections[0], duty.basis == "derived", more)
