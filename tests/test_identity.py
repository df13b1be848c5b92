"""Identity numbers: two independent libraries as oracles, and the traps they fall into."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from personnummer import personnummer
from stdnum.se import personnummer as stdnum

from tracker.config import Settings
from tracker.identity import (
    Fault,
    Identity,
    IdentityError,
    IdentityKind,
    ReserveFormat,
    luhn_check_digit,
    parse_identity,
    parse_identity_of_kind,
)

TODAY = date(2026, 11, 23)
FORMATS = Settings().reserve_numbers
births = st.dates(date(1890, 1, 1), TODAY)
birth_numbers = st.integers(1, 999)


def number_of(born: date, birth_number: int, coordination: bool = False) -> str:
    """Twelve digits with the right check digit."""
    day = born.day + (60 if coordination else 0)
    nine = f"{born:%y%m}{day:02d}{birth_number:03d}"
    return f"{born:%Y%m}{day:02d}{birth_number:03d}{luhn_check_digit(nine)}"


def fault_of(text: str, **more: object) -> Fault:
    with pytest.raises(IdentityError) as refused:
        parse_identity(text, TODAY, **more)  # type: ignore[arg-type]
    assert not re.search(r"[0-9]{4}", str(refused.value)), "a message never holds the number"
    assert refused.value.__cause__ is None
    return refused.value.fault


# --- what two other programs say ---------------------------------------------------------------------------------


@given(births, birth_numbers)
def test_a_personnummer_that_both_libraries_accept_is_accepted_and_kept_as_twelve_digits(
    born: date, birth_number: int
) -> None:
    number = number_of(born, birth_number)
    assert personnummer.valid(number)
    assert stdnum.is_valid(f"{number[2:8]}-{number[8:]}" if born.year > 1926 else f"{number[:8]}-{number[8:]}")
    assert parse_identity(number, TODAY) == Identity(IdentityKind.PERSONNUMMER, number)


@given(births, birth_numbers)
def test_a_samordningsnummer_is_told_from_a_personnummer_by_its_day(born: date, birth_number: int) -> None:
    number = number_of(born, birth_number, coordination=True)
    assert personnummer.valid(number)
    assert parse_identity(number, TODAY) == Identity(IdentityKind.SAMORDNINGSNUMMER, number)


@given(births, birth_numbers, st.integers(1, 9))
def test_a_wrong_last_digit_is_refused_as_both_libraries_refuse_it(born: date, birth_number: int, off: int) -> None:
    number = number_of(born, birth_number)
    wrong = f"{number[:11]}{(int(number[11]) + off) % 10}"
    assert not personnummer.valid(wrong)
    assert not stdnum.is_valid(f"{wrong[:8]}-{wrong[8:]}")
    assert fault_of(wrong) is Fault.CHECK_DIGIT


@given(births, birth_numbers, st.integers(2, 11), st.integers(1, 9))
def test_one_mistyped_digit_is_always_noticed(born: date, birth_number: int, place: int, off: int) -> None:
    number = number_of(born, birth_number)
    wrong = f"{number[:place]}{(int(number[place]) + off) % 10}{number[place + 1 :]}"
    with pytest.raises(IdentityError):
        parse_identity(wrong, TODAY)


@given(births, birth_numbers, st.integers(0, 12), st.text(alphabet="0123456789-+ ", max_size=2))
def test_nothing_is_accepted_that_the_library_for_both_kinds_refuses(
    born: date, birth_number: int, place: int, inserted: str
) -> None:
    number = number_of(born, birth_number)
    text = number[:place] + inserted + number[place + len(inserted) :]
    try:
        identity = parse_identity(text, TODAY)
    except IdentityError:
        return
    assert personnummer.valid(identity.number)


@given(st.text(max_size=30))
def test_any_text_is_either_a_number_or_a_named_fault(text: str) -> None:
    try:
        assert parse_identity(text, TODAY, FORMATS).number
    except IdentityError as error:
        assert error.fault in Fault
        assert text.strip() not in str(error) or not any(sign.isdigit() for sign in text)


# --- ways of writing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["199001012385", "19900101-2385", "900101-2385", "9001012385", " 19900101-2385 ", "19900101 2385", "19900101–2385"],
)
def test_every_usual_way_of_writing_gives_the_same_number(text: str) -> None:
    identity = parse_identity(text, TODAY)
    assert identity == Identity(IdentityKind.PERSONNUMMER, "199001012385")
    assert str(identity) == "19900101-2385"


@given(births, birth_numbers)
def test_ten_digits_mean_the_latest_birth_that_has_been(born: date, birth_number: int) -> None:
    number = number_of(born, birth_number)
    found = parse_identity(f"{number[2:8]}-{number[8:]}", TODAY).number
    year = int(found[:4])
    assert year % 100 == born.year % 100
    assert TODAY - timedelta(days=36525) < date(year, born.month, born.day) <= TODAY


@given(st.dates(date(1890, 1, 1), date(1926, 11, 23)), birth_numbers)
def test_a_plus_sign_means_a_hundred_years_or_more(born: date, birth_number: int) -> None:
    number = number_of(born, birth_number)
    assert parse_identity(f"{number[2:8]}+{number[8:]}", TODAY).number == number


def test_someone_born_today_has_a_number_and_someone_born_tomorrow_has_none() -> None:
    assert parse_identity(number_of(TODAY, 238), TODAY).number == number_of(TODAY, 238)
    assert fault_of(number_of(TODAY + timedelta(days=1), 238)) is Fault.FUTURE


def test_ten_digits_of_a_leap_day_are_looked_for_where_the_day_exists() -> None:
    number = number_of(date(2024, 2, 29), 238)
    assert parse_identity(number[2:], TODAY).number == number
    assert fault_of("230229" + "238" + str(luhn_check_digit("230229238"))) is Fault.DATE


# --- traps -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.FORMAT),
        ("199001012385x", Fault.FORMAT),
        ("1990010l2385", Fault.FORMAT),
        ("19900101\n2385", Fault.FORMAT),
        ("19900101--2385", Fault.FORMAT),
        ("19900101+2385", Fault.FORMAT),
        ("990101012385", Fault.FORMAT),
        ("١٩٩٠٠١٠١٢٣٨٥", Fault.FORMAT),
        ("１９９００１０１２３８５", Fault.FORMAT),
        ("179001012385", Fault.FORMAT),
        ("229001012385", Fault.FORMAT),
        ("199013012389", Fault.DATE),
        ("199002302389", Fault.DATE),
        ("199001002386", Fault.DATE),
        ("199001602389", Fault.DATE),
        ("199001922389", Fault.DATE),
        ("199001012384", Fault.CHECK_DIGIT),
        ("200001010008", Fault.FORMAT),
    ],
)
def test_what_is_wrong_is_named(text: str, fault: Fault) -> None:
    assert fault_of(text) is fault


def test_a_line_feed_at_the_end_is_taken_off_and_never_kept() -> None:
    """`personnummer` accepts the trailing line feed as part of the number."""
    assert parse_identity("199001012385\n", TODAY).number == "199001012385"


@pytest.mark.parametrize("century", ["17", "22"])
def test_other_centuries_than_the_living_are_refused_where_the_library_accepts_them(century: str) -> None:
    number = century + number_of(date(1990, 1, 1), 238)[2:]
    assert personnummer.valid(number), "if not, the trap is gone and this test with it"
    assert fault_of(number) is Fault.FORMAT


def test_a_samordningsnummer_is_accepted_where_the_other_library_refuses_it() -> None:
    number = number_of(date(1985, 4, 17), 239, coordination=True)
    assert not stdnum.is_valid(f"{number[:8]}-{number[8:]}"), "if so, the trap is gone and this test with it"
    assert parse_identity(number, TODAY).kind is IdentityKind.SAMORDNINGSNUMMER


# --- reserve numbers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("19900101-K12A", "19900101K12A"),
        ("19900101k12a", "19900101K12A"),
        ("SE900101-AB12", "SE900101AB12"),
    ],
)
def test_reserve_numbers_of_the_configured_formats_are_accepted_in_any_case(text: str, number: str) -> None:
    assert parse_identity(text, TODAY, FORMATS) == Identity(IdentityKind.RESERVE, number)


def test_a_reserve_number_with_a_check_digit_is_checked() -> None:
    eleven = "99201234567"
    good = f"{eleven}{luhn_check_digit(eleven[-9:])}"
    assert parse_identity(good, TODAY, FORMATS) == Identity(IdentityKind.RESERVE, good)
    wrong = good[:-1] + str((int(good[-1]) + 1) % 10)
    assert fault_of(wrong, reserve_formats=FORMATS) is Fault.CHECK_DIGIT


@given(births, birth_numbers)
def test_no_personnummer_is_taken_for_a_reserve_number(born: date, birth_number: int) -> None:
    number = number_of(born, birth_number)
    assert parse_identity(number, TODAY, FORMATS).kind is IdentityKind.PERSONNUMMER


@given(births, birth_numbers, st.integers(1, 9))
def test_a_mistyped_personnummer_does_not_pass_as_a_reserve_number(born: date, birth_number: int, off: int) -> None:
    number = number_of(born, birth_number)
    wrong = f"{number[:11]}{(int(number[11]) + off) % 10}"
    assert fault_of(wrong, reserve_formats=FORMATS) is Fault.CHECK_DIGIT


def test_without_configured_formats_there_are_no_reserve_numbers() -> None:
    assert fault_of("19900101K12A") is Fault.FORMAT


def test_a_region_can_have_a_format_of_its_own() -> None:
    own = [ReserveFormat(name="Own", pattern=r"R[0-9]{6}")]
    assert parse_identity("r 123-456", TODAY, own) == Identity(IdentityKind.RESERVE, "R123456")
    assert fault_of("R12345", reserve_formats=own) is Fault.FORMAT


def test_a_number_too_short_to_have_a_check_digit_is_refused() -> None:
    own = [ReserveFormat(name="Own", pattern=r"R[0-9]{6}", check="luhn")]
    assert fault_of("R123456", reserve_formats=own) is Fault.CHECK_DIGIT


def test_a_valid_personnummer_is_one_even_where_a_format_of_the_region_looks_like_it() -> None:
    own = [ReserveFormat(name="Own", pattern=r"[0-9]{12}")]
    assert parse_identity("199001012385", TODAY, own).kind is IdentityKind.PERSONNUMMER
    assert parse_identity("199001012384", TODAY, own).kind is IdentityKind.RESERVE


def test_a_format_that_is_no_regular_expression_is_refused() -> None:
    with pytest.raises(ValueError, match="not a regular expression"):
        ReserveFormat(name="Broken", pattern="[0-9")


# --- when the kind is told ---------------------------------------------------------------------------------------


def test_a_number_of_another_kind_than_told_is_refused() -> None:
    personal, coordination = number_of(date(1990, 1, 1), 238), number_of(date(1990, 1, 1), 238, coordination=True)
    for number, kind in ((personal, IdentityKind.SAMORDNINGSNUMMER), (coordination, IdentityKind.PERSONNUMMER)):
        with pytest.raises(IdentityError) as refused:
            parse_identity_of_kind(number, kind, TODAY)
        assert refused.value.fault is Fault.KIND


def test_a_reserve_number_is_told_by_its_kind_and_must_have_a_known_format() -> None:
    kind = IdentityKind.RESERVE
    assert parse_identity_of_kind("19900101-K12A", kind, TODAY, FORMATS).kind is kind
    with pytest.raises(IdentityError) as refused:
        parse_identity_of_kind("199001012385", kind, TODAY, FORMATS)
    assert refused.value.fault is Fault.FORMAT
