"""A form's number is typed at night with gloves on: what is meant is understood, what is wrong is caught."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.serial import WrongLetter, code_of, read_number, read_serial, write_serial

numbers = st.integers(min_value=1, max_value=999_999_999)


@pytest.mark.parametrize("typed", ["000421-H", "421h", " 421 H ", "000 421-h", "0421–H", "DT:000421-H", "dt:421h"])
def test_blanks_small_letters_zeros_and_hyphens_do_not_matter(typed: str) -> None:
    assert read_serial(typed) == "000421-H"


def test_it_never_holds_a_letter_that_looks_like_a_digit() -> None:
    assert {write_serial(number)[-1] for number in range(1, 100)}.isdisjoint("IOQ")


@given(numbers, st.data())
def test_one_wrong_digit_is_caught(number: int, data: st.DataObject) -> None:
    serial = write_serial(number)
    digits, letter = serial.split("-")
    place = data.draw(st.integers(0, len(digits) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != digits[place]]))
    with pytest.raises(WrongLetter):
        read_serial(f"{digits[:place]}{other}{digits[place + 1 :]}-{letter}")


@given(numbers, st.data())
def test_two_digits_that_changed_places_are_caught(number: int, data: st.DataObject) -> None:
    digits, letter = write_serial(number).split("-")
    one, two = sorted(data.draw(st.lists(st.integers(0, len(digits) - 1), min_size=2, max_size=2, unique=True)))
    swapped = [*digits]
    swapped[one], swapped[two] = swapped[two], swapped[one]
    typed = f"{''.join(swapped)}-{letter}"
    if digits[one] == digits[two]:
        assert read_serial(typed) == f"{digits}-{letter}"
    else:
        with pytest.raises(WrongLetter):
            read_serial(typed)


@given(numbers)
def test_what_a_code_says_is_read_back(number: int) -> None:
    assert read_serial(code_of(write_serial(number))) == write_serial(number)
    assert read_number(str(number)) == number


@pytest.mark.parametrize("typed", ["", "AVD10-0042", "K", "blankett 12", "199001012385-", "12345678901A", "42II"])
def test_a_number_of_something_else_is_none_of_ours(typed: str) -> None:
    assert read_serial(typed) is None
