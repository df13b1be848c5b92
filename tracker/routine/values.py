"""Values of an action's fields: checking what came in, and writing it out for people.

Kept as JSON: a number as int or float, yes/no as bool, a time as `HH:MM`, a date as `YYYY-MM-DD`, a date-time in UTC
ISO 8601, everything else as text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from tracker.routine.spec import FieldSpec, FieldType, KindSpec

MAX_TEXT = 200
MAX_LONG_TEXT = 4000
_FAX = re.compile(r"\+?[0-9][0-9 ()/-]{3,24}", re.ASCII)
_YES_NO = {"true": True, "yes": True, "ja": True, "false": False, "no": False, "nej": False}


class Fault:
    """Codes of what can be wrong with a value; forms and the API put them into words."""

    REQUIRED = "required"
    UNKNOWN_FIELD = "unknown_field"
    NOT_ASKED = "not_asked"
    TEXT = "text"
    TOO_LONG = "too_long"
    CHOICE = "choice"
    NUMBER = "number"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    YES_NO = "yes_no"
    DATETIME = "datetime"
    DATE = "date"
    TIME = "time"
    FAX = "fax"


def check_values(kind: KindSpec, raw: Mapping[str, Any], zone: ZoneInfo) -> tuple[dict[str, Any], dict[str, str]]:
    """The typed values of `raw` and the faults, by field id. A naive date-time is taken to be in `zone`."""
    faults = {name: Fault.UNKNOWN_FIELD for name in raw if name not in kind.field_by_id}
    values: dict[str, Any] = {}
    for field in kind.fields:
        given = raw.get(field.id)
        if isinstance(given, str):
            given = given.strip()
        if given is None or given == "":
            continue
        value, fault = parse_value(field, given, zone)
        if fault:
            faults[field.id] = fault
        else:
            values[field.id] = value
    shown = {field.id for field in kind.shown_fields(values)}
    for field in kind.fields:
        if field.id in shown and field.required and field.id not in values:
            faults.setdefault(field.id, Fault.REQUIRED)
        if field.id not in shown and field.id in values:
            faults.setdefault(field.id, Fault.NOT_ASKED)
    return values, faults


def check_finish(
    fields: tuple[FieldSpec, ...], raw: Mapping[str, Any], zone: ZoneInfo
) -> tuple[dict[str, Any], dict[str, str]]:
    """The same for what is told when an item is finished."""
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for field in fields:
        given = raw.get(field.id)
        if isinstance(given, str):
            given = given.strip()
        if given is None or given == "":
            if field.required:
                faults[field.id] = Fault.REQUIRED
            continue
        value, fault = parse_value(field, given, zone)
        if fault:
            faults[field.id] = fault
        else:
            values[field.id] = value
    return values, faults


def parse_value(field: FieldSpec, given: Any, zone: ZoneInfo) -> tuple[Any, str | None]:
    """One value and its fault, of which one is None."""
    match field.type:
        case FieldType.NUMBER:
            return _number(field, given)
        case FieldType.YES_NO:
            value = given if isinstance(given, bool) else _YES_NO.get(str(given).lower())
            return (value, None) if value is not None else (None, Fault.YES_NO)
        case FieldType.CHOICE:
            known = isinstance(given, str) and given in {choice.id for choice in field.choices}
            return (given, None) if known else (None, Fault.CHOICE)
    if not isinstance(given, str):
        return None, Fault.TEXT
    match field.type:
        case FieldType.DATETIME:
            return parse_datetime(given, zone)
        case FieldType.DATE:
            return _iso(given, date, Fault.DATE)
        case FieldType.TIME:
            return _time(given)
        case FieldType.FAX:
            return (given, None) if _FAX.fullmatch(given) else (None, Fault.FAX)
        case FieldType.LONG_TEXT:
            return (given, None) if len(given) <= MAX_LONG_TEXT else (None, Fault.TOO_LONG)
    return (given, None) if len(given) <= MAX_TEXT else (None, Fault.TOO_LONG)


def parse_datetime(given: str, zone: ZoneInfo) -> tuple[str | None, str | None]:
    try:
        value = datetime.fromisoformat(given)
        if value.tzinfo is None:
            value = value.replace(tzinfo=zone)
        return value.astimezone(UTC).isoformat(), None
    except (ValueError, OverflowError):  # the first and the last day of the calendar have no time in UTC
        return None, Fault.DATETIME


def _number(field: FieldSpec, given: Any) -> tuple[Any, str | None]:
    if isinstance(given, bool):
        return None, Fault.NUMBER
    text = str(given).replace("\u00a0", "").replace(" ", "").replace(",", ".")
    if not re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,6})?", text, re.ASCII):
        return None, Fault.NUMBER
    value = float(text)
    if field.minimum is not None and value < field.minimum:
        return None, Fault.TOO_SMALL
    if field.maximum is not None and value > field.maximum:
        return None, Fault.TOO_LARGE
    return (int(value) if value.is_integer() else value), None


def _iso(given: str, shape: type[date], fault: str) -> tuple[str | None, str | None]:
    try:
        return shape.fromisoformat(given).isoformat(), None
    except ValueError:
        return None, fault


def _time(given: str) -> tuple[str | None, str | None]:
    text = given.replace(".", ":")
    if re.fullmatch(r"[0-9]{4}", text, re.ASCII):
        text = f"{text[:2]}:{text[2:]}"
    try:
        return time.fromisoformat(text.zfill(5)).strftime("%H:%M"), None
    except ValueError:
        return None, Fault.TIME


def write_value(field: FieldSpec, value: Any, language: str, zone: ZoneInfo) -> str:
    """One value as people read it: choices by label, decimals and times as Sweden writes them."""
    if value is None or value == "":
        return ""
    match field.type:
        case FieldType.CHOICE:
            label = field.choice_label(value)
            return label.in_language(language) if label else str(value)
        case FieldType.YES_NO:
            return {True: "ja", False: "nej"}[value] if language == "sv" else {True: "yes", False: "no"}[value]
        case FieldType.NUMBER:
            number = str(value).replace(".", ",") if language == "sv" else str(value)
            return f"{number} {field.unit}" if field.unit else number
        case FieldType.DATETIME:
            return datetime.fromisoformat(value).astimezone(zone).strftime("%Y-%m-%d %H:%M")
    return str(value)


def write_sentence(kind: KindSpec, values: Mapping[str, Any], language: str, zone: ZoneInfo) -> str:
    """The kind's sentence with these values; a part in brackets goes when a field in it is empty."""
    shown = {field.id: field for field in kind.shown_fields(values)}
    written = {field_id: write_value(field, values.get(field_id), language, zone) for field_id, field in shown.items()}

    def fill(text: str) -> str:
        return re.sub(r"\{([a-z][a-z0-9_]*)\}", lambda match: written.get(match[1], ""), text)

    def optional(match: re.Match[str]) -> str:
        names = re.findall(r"\{([a-z][a-z0-9_]*)\}", match[1])
        return fill(match[1]) if all(written.get(name) for name in names) else ""

    text = re.sub(r"\[([^\[\]]*)\]", optional, kind.sentence.in_language(language))
    text = re.sub(r"\s+([.,;:])", r"\1", re.sub(r"\s{2,}", " ", fill(text))).strip()
    return re.sub(r"([.?!])\.", r"\1", text)
