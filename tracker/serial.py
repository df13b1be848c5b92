"""Serials of paper forms: a running number and a letter worked out from it, as `000421-K`.

The letter is the number modulo 23. A digit that is read wrong, and two that changed places, always give another
letter, because 23 is a prime that no such change is a multiple of. The letters I, O and Q are left out: they look like
digits.
"""

from __future__ import annotations

import re

_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_CODE = "DT:"
"""What stands before a serial in a QR code, so that no other code is taken for one."""
_SHAPE = re.compile(r"([0-9]{1,9})([A-Z])", re.ASCII)


class WrongLetter(ValueError):
    """It has the shape of a serial, and the letter does not fit the number."""


def write_serial(number: int) -> str:
    """`000421-K`: at least six digits, so that serials of one series line up."""
    return f"{number:06}-{_LETTERS[number % len(_LETTERS)]}"


def read_serial(text: str) -> str | None:
    """The serial that was typed or scanned, with or without blanks, zeros, hyphen and capitals; None if it is none.

    Raises WrongLetter when it was meant as one and is not right.
    """
    found = _SHAPE.fullmatch(_plain(text))
    if found is None:
        return None
    serial = write_serial(int(found[1]))
    if serial[-1] != found[2]:
        raise WrongLetter(text)
    return serial


def read_number(text: str) -> int | None:
    """The running number of a serial, or of a number that was typed without its letter; None if it is neither.

    Raises WrongLetter.
    """
    plain = _plain(text)
    if plain.isascii() and plain.isdigit() and len(plain) <= 9:
        return int(plain)
    serial = read_serial(text)
    return number_of(serial) if serial else None


def number_of(serial: str) -> int:
    return int(serial.partition("-")[0])


def code_of(serial: str) -> str:
    """What the QR code of a form says."""
    return f"{_CODE}{serial}"


def _plain(text: str) -> str:
    told = text.strip().upper().removeprefix(_CODE)
    return re.sub(r"[\s\u00a0\-\u2010-\u2015]", "", told)
