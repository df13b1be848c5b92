"""Ways to break the bundled routine, and what must be said of each."""

from __future__ import annotations

from typing import NamedTuple

NOTE = 'id = "melior.note"'
ENTER_NOTE = 'item = "enter-note"'


class Fault(NamedTuple):
    file: str
    old: str
    new: str
    after: str
    """`old` is replaced where it first stands after this text."""
    message: tuple[str, ...]
    """What the message must hold."""


FAULTS: dict[str, Fault] = {
    "not-toml": Fault("pmo.toml", "[system]", "[system", "", ("pmo.toml: not valid TOML:", "(at line ")),
    "unknown-key": Fault(
        "melior.toml",
        "required = true",
        "requierd = true",
        NOTE,
        ("melior.toml: kinds[melior.note].fields[form].requierd:", "Extra inputs are not permitted"),
    ),
    "wrong-type": Fault(
        "melior.toml",
        "required = true",
        'required = "yes"',
        NOTE,
        ("melior.toml: kinds[melior.note].fields[form].required:", "valid boolean"),
    ),
    "missing-key": Fault(
        "melior.toml",
        'subject = "note_type"\n',
        "",
        NOTE,
        ("melior.toml: kinds[melior.note].subject:", "Field required"),
    ),
    "unknown-field-type": Fault(
        "melior.toml",
        'type = "choice"',
        'type = "dropdown"',
        NOTE,
        ("melior.toml: kinds[melior.note].fields[form].type:", "dropdown"),
    ),
    "limit-since-a-text": Fault(
        "clinic24.toml",
        'since = "requested_at"',
        'since = "question"',
        "",
        ("clinic24.toml: kinds[clinic24.consultation]", "no field 'question' that is a date and time"),
    ),
    "list-of-an-unknown-item": Fault(
        "medspeech.toml",
        'items = ["dock-dpm", "hand-over-tape"]',
        'items = ["dock-dmp"]',
        "",
        ("medspeech.toml: lists[dictations]: steps[dock].rows:", "no kind has a follow-up 'dock-dmp'"),
    ),
    "list-sorted-by-an-unknown-field": Fault(
        "medspeech.toml",
        '"-minutes"',
        '"-length"',
        "",
        ("medspeech.toml: lists[dictations]: steps[type].sort_by:", "no kind has a field 'length'"),
    ),
    "unknown-role": Fault(
        "melior.toml",
        'role = "author"',
        'role = "porter"',
        ENTER_NOTE,
        ("melior.toml: kinds[melior.note].items[enter-note].role:", "unknown role 'porter'"),
    ),
    "unknown-role-logs": Fault(
        "melior.toml",
        'logged_by = ["nurse"',
        'logged_by = ["porter"',
        NOTE,
        ("melior.toml: kinds[melior.note]:", "logged_by: unknown role 'porter'"),
    ),
    "unknown-kind-of-work": Fault(
        "melior.toml",
        'kind_of_work = "enter"',
        'kind_of_work = "type"',
        ENTER_NOTE,
        ("melior.toml: kinds[melior.note].items[enter-note].kind_of_work:", "type"),
    ),
    "condition-on-no-field": Fault(
        "melior.toml",
        'when = { field = "form"',
        'when = { field = "shape"',
        ENTER_NOTE,
        ("melior.toml: kinds[melior.note]:", "items.enter-note.when: no field 'shape'"),
    ),
    "condition-on-no-choice": Fault(
        "melior.toml",
        'equals = "paper" }',
        'equals = "papyrus" }',
        ENTER_NOTE,
        ("melior.toml: kinds[melior.note]:", "'form' never has the value 'papyrus'"),
    ),
    "condition-not-required": Fault(
        "melior.toml",
        "required = true",
        "required = false",
        NOTE,
        ("melior.toml: kinds[melior.note]:", "items.enter-note.when: field 'form' must be required"),
    ),
    "no-such-predecessor": Fault(
        "melior.toml",
        'after = "move-from-dr-edi"',
        'after = "move-from-edi"',
        'id = "melior.chemistry-order"',
        ("melior.toml: kinds[melior.chemistry-order]:", "items.sign-result.after: no item 'move-from-edi'"),
    ),
    "sentence-names-no-field": Fault(
        "melior.toml",
        "{note_type}",
        "{nota_type}",
        NOTE,
        ("melior.toml: kinds[melior.note]:", "sentence.sv: no field 'nota_type'"),
    ),
    "subject-is-no-field": Fault(
        "melior.toml",
        'subject = "note_type"',
        'subject = "title"',
        NOTE,
        ("melior.toml: kinds[melior.note]:", "subject: no field 'title'"),
    ),
    "typing-order-names-no-field": Fault(
        "melior.toml",
        "fields = [",
        'fields = ["colour", ',
        ENTER_NOTE,
        ("melior.toml: kinds[melior.note]:", "items.enter-note.fields: no field 'colour'"),
    ),
    "unknown-target": Fault(
        "melior.toml",
        'system = "melior"',
        'system = "meliora"',
        ENTER_NOTE,
        ("melior.toml: kinds[melior.note].items[enter-note]:", "unknown system 'meliora'"),
    ),
    "unknown-need": Fault(
        "melior.toml",
        'needs = ["melior"]',
        'needs = ["meliora"]',
        ENTER_NOTE,
        ("melior.toml: kinds[melior.note].items[enter-note]:", "unknown system 'meliora'"),
    ),
    "placeholder-target-is-no-field": Fault(
        "medspeech.toml",
        'system = "{record_system}"',
        'system = "{record}"',
        "",
        ("medspeech.toml: kinds[medspeech.dictation]:", "items.type-dictation: no field 'record'"),
    ),
    "place-without-label": Fault(
        "melior.toml",
        'place = "record note"',
        'place = "scrap book"',
        ENTER_NOTE,
        ("melior.toml: kinds[melior.note].items[enter-note].place:", "'scrap book' has no label under [places]"),
    ),
    "two-kinds-with-one-id": Fault(
        "melior.toml",
        NOTE,
        'id = "melior.dictation"',
        "",
        ("melior.toml: kinds[melior.dictation].id: used twice",),
    ),
    "kind-in-the-wrong-file": Fault(
        "melior.toml",
        NOTE,
        'id = "pmo.nota"',
        "",
        ("melior.toml: kinds[pmo.nota].id: must begin with 'melior'",),
    ),
    "two-duties-with-one-id": Fault(
        "melior.toml",
        'id = "print-templates"',
        'id = "print-handout-lists"',
        "",
        ("melior.toml: duties[print-handout-lists].id: used twice",),
    ),
    "duty-of-no-system": Fault(
        "melior.toml",
        'systems = ["melior"]',
        'systems = ["meliora"]',
        'id = "print-templates"',
        ("melior.toml: duties[print-templates].systems: unknown system 'meliora'",),
    ),
    "duty-due-at-no-time": Fault(
        "melior.toml",
        'due = "start"',
        'due = "soon"',
        'id = "print-templates"',
        ("melior.toml: duties[print-templates].due:", "should match pattern"),
    ),
    "duty-of-no-role": Fault(
        "communication.toml",
        'role = "staff"',
        'role = "porter"',
        'id = "check-plexus"',
        ("communication.toml: duties[check-plexus].role:", "unknown role 'porter'"),
    ),
    "passage-beside-no-kind": Fault(
        "medspeech.toml",
        'kinds = ["medspeech.dictation"',
        'kinds = ["medspeech.diktat"',
        "[[passages]]",
        ("medspeech.toml: passages[", "].kinds: unknown kind 'medspeech.diktat'"),
    ),
    "offered-for-no-system": Fault(
        "medspeech.toml",
        'offered_when_down = ["medspeech"',
        'offered_when_down = ["medspoke"',
        "",
        ("medspeech.toml: kinds[medspeech.dictation].offered_when_down: unknown system 'medspoke'",),
    ),
    "two-choices-with-one-id": Fault(
        "medspeech.toml",
        '{ id = "tape"',
        '{ id = "dpm"',
        "",
        ("medspeech.toml: kinds[medspeech.dictation].fields[medium]:", "two choices have the same id"),
    ),
    "two-fields-with-one-id": Fault(
        "medspeech.toml",
        'id = "tape_number"',
        'id = "device_number"',
        "",
        ("medspeech.toml: kinds[medspeech.dictation]:", "two fields have the same id"),
    ),
    "shown-before-what-decides-it": Fault(
        "medspeech.toml",
        'id = "medium"\n',
        'id = "medium"\nshown_when = { field = "dictation_type", equals = "visit" }\n',
        "",
        ("medspeech.toml: kinds[medspeech.dictation]:", "fields.medium.shown_when: 'dictation_type' must stand before"),
    ),
    "unit-of-a-text": Fault(
        "medspeech.toml",
        'id = "device_number"\n',
        'id = "device_number"\nunit = "mg"\n',
        "",
        ("medspeech.toml: kinds[medspeech.dictation].fields[device_number]:", "only a number has a unit"),
    ),
    "file-of-another-system": Fault(
        "pmo.toml",
        'id = "pmo"',
        'id = "pmoo"',
        "",
        ("pmo.toml: system.id:", "'pmoo'"),
    ),
    "no-systems": Fault(
        "communication.toml",
        "systems = [",
        "systems = []\nothers = [",
        "",
        ("communication.toml: routine.systems:", "at least 1 item"),
    ),
}
