"""Identity numbers of patients: personnummer, samordningsnummer and configured reserve numbers.

Sources: Skatteverket SKV 704 (personnummer: date, birth number, Luhn check digit) and folkbokföringslagen 18 a §
(samordningsnummer: the day plus 60). Kept as twelve ASCII digits; a reserve number as its format writes it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

_SHAPE = re.compile(r"(?P<century>18|19|20)?(?P<date>[0-9]{6})(?P<sign>[-+])?(?P<last>[0-9]{4})", re.ASCII)


class IdentityKind(StrEnum):
    PERSONNUMMER = "personnummer"
    SAMORDNINGSNUMMER = "samordningsnummer"
    RESERVE = "reserve"
    UNKNOWN = "unknown"


class Fault(StrEnum):
    FORMAT = "format"
    DATE = "date"
    FUTURE = "future"
    CHECK_DIGIT = "check_digit"
    KIND = "kind"


class IdentityError(ValueError):
    """A number that is wrong; `fault` says how. The number itself is never part of the message."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class ReserveFormat(BaseModel):
    """One format of reserve numbers that the region uses (settings: `reserve_numbers`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    pattern: str
    """A regular expression for the whole number, without spaces and hyphens, in capitals."""
    check: Literal["none", "luhn"] = "none"
    """`luhn`: the last of the ten last digits is their Luhn check digit."""

    @field_validator("pattern")
    @classmethod
    def compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return value


@dataclass(frozen=True)
class Identity:
    kind: IdentityKind
    number: str

    def __str__(self) -> str:
        """As it is printed: `19900101-2385`."""
        if self.kind in (IdentityKind.PERSONNUMMER, IdentityKind.SAMORDNINGSNUMMER):
            return f"{self.number[:8]}-{self.number[8:]}"
        return self.number


def parse_identity(text: str, today: date, reserve_formats: Sequence[ReserveFormat] = ()) -> Identity:
    """The identity that `text` names, whichever kind it is.

    Raises IdentityError with what is wrong.
    """
    compact = text.strip().replace(" ", "")
    match = _SHAPE.fullmatch(compact.replace("–", "-"))
    if match is None:
        reserve = _parse_reserve(compact, reserve_formats)
        if reserve is None:
            raise IdentityError(Fault.FORMAT)
        return reserve
    try:
        return _parse_official(match, today)
    except IdentityError:
        reserve = _parse_reserve(compact, reserve_formats)
        if reserve is not None:
            return reserve
        raise


def parse_identity_of_kind(
    text: str, kind: IdentityKind, today: date, reserve_formats: Sequence[ReserveFormat] = ()
) -> Identity:
    """The same, when the kind is told as well; raises IdentityError(KIND) if the number is of another kind."""
    if kind is IdentityKind.RESERVE:
        reserve = _parse_reserve(text.strip().replace(" ", ""), reserve_formats)
        if reserve is None:
            raise IdentityError(Fault.FORMAT)
        return reserve
    identity = parse_identity(text, today)
    if identity.kind is not kind:
        raise IdentityError(Fault.KIND)
    return identity


def luhn_check_digit(digits: str) -> int:
    """The Luhn digit that follows `digits` (SKV 704: weights 2, 1, 2, … from the left of nine digits)."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        product = int(digit) * (2 if position % 2 == 0 else 1)
        total += product - 9 if product > 9 else product
    return -total % 10


def _parse_official(match: re.Match[str], today: date) -> Identity:
    digits = match["date"] + match["last"]
    day = int(digits[4:6])
    kind = IdentityKind.SAMORDNINGSNUMMER if day > 60 else IdentityKind.PERSONNUMMER
    if day > 60:
        day -= 60
    century = match["century"]
    if century and match["sign"] == "+":
        raise IdentityError(Fault.FORMAT)
    if match["last"].startswith("000"):  # no birth number: what systems write when the real one is not known
        raise IdentityError(Fault.FORMAT)
    year = int(century + digits[:2]) if century else _full_year(int(digits[:2]), match["sign"] == "+", digits, today)
    try:
        born = date(year, int(digits[2:4]), day)
    except ValueError:
        raise IdentityError(Fault.DATE) from None
    if born > today:
        raise IdentityError(Fault.FUTURE)
    if luhn_check_digit(digits[:9]) != int(digits[9]):
        raise IdentityError(Fault.CHECK_DIGIT)
    return Identity(kind, f"{year:04d}{digits[2:]}")


def _full_year(two_digits: int, over_hundred: bool, digits: str, today: date) -> int:
    """The latest year that makes the person born by today; a plus sign means a hundred years or more."""
    year = today.year - (today.year - two_digits) % 100
    day = int(digits[4:6]) % 60 if int(digits[4:6]) > 60 else int(digits[4:6])
    if (year, int(digits[2:4]), day) > (today.year, today.month, today.day):
        year -= 100
    return year - 100 if over_hundred else year


def _parse_reserve(compact: str, formats: Sequence[ReserveFormat]) -> Identity | None:
    number = compact.replace("-", "").upper()
    for reserve in formats:
        if re.fullmatch(reserve.pattern, number, re.ASCII):
            if reserve.check == "luhn":
                last_ten = re.sub(r"\D", "", number)[-10:]
                if len(last_ten) < 10 or luhn_check_digit(last_ten[:9]) != int(last_ten[9]):
                    raise IdentityError(Fault.CHECK_DIGIT)
            return Identity(IdentityKind.RESERVE, number)
    return None
