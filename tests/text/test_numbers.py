"""Numbers as people write them, and as they read them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bottlecalc.text.numbers import (
    QuantityError,
    change,
    number,
    parse_quantity,
    percent,
    ratio,
    share_of_limit,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("25k", 25_000),
        ("4.2M", 4_200_000),
        ("1.5G", 1_500_000_000),
        ("25_000", 25_000),
        ("2T", 2 * 10**12),
        ("0.5k", 500),
        ("25K", 25_000),
        ("25e3", 25_000),
        ("2.5E+3", 2500),
        ("2_500e-2", 25),
        ("9.007199254740993e15", 2**53 + 1),
        ("1e60", 10**60),
        (" 7 ", 7),
        ("1" + 60 * "0", 10**60),
    ],
)
def test_quantities(text: str, value: int) -> None:
    assert parse_quantity(text) == value


@pytest.mark.parametrize(
    "text",
    [
        *("", "k", "25 kilo", "-5", "0.0001k", "25kk", "٣", "1.k", "_5"),
        *("1e", "e3", "1e-3", "1e3k", "1e99999", "1e٣"),
    ],
)
def test_no_quantities(text: str) -> None:
    with pytest.raises(QuantityError):
        parse_quantity(text)


def test_what_is_wrong_with_a_quantity_is_said_and_of_what() -> None:
    with pytest.raises(QuantityError, match=r"^--max-params '20x' has the unknown unit 'x'; the u"):
        parse_quantity("20x", "--max-params")
    with pytest.raises(QuantityError, match=r"^'1\.5' is no whole number; give one, such as 25k"):
        parse_quantity("1.5")
    with pytest.raises(QuantityError, match=r"^'1e-3' is no whole number; give one, such as 25k"):
        parse_quantity("1e-3")


@given(st.integers(0, 10**400))
def test_a_quantity_is_exact_at_any_size(value: int) -> None:
    assert parse_quantity(str(value)) == value
    assert parse_quantity(f"{value}k") == 1000 * value
    assert number(value).replace(",", "") == str(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(24, 5), "4.80×"),
        (Fraction(12345, 10), "1,234.50×"),
        (Fraction(1, 10), "0.10×"),
        (Fraction(1, 1000), "0.001×"),
        (Fraction(10**6), "1,000,000×"),
        (Fraction(10**400), f"{10**400:,}×"),
    ],
)
def test_ratios(value: Fraction, text: str) -> None:
    assert ratio(value) == text


def test_shares_and_changes() -> None:
    assert (percent(967, 999), percent(1, 0), percent(10**400, 10**400)) == ("96.8%", "–", "100.0%")
    assert (change(-116, 20_000), change(424_448, 60_000_000)) == ("-0.58%", "+0.71%")
    assert change(-(10**400), 10**400) == "-100.00%"


@pytest.mark.parametrize(
    ("value", "limit", "text"),
    [
        (2_047_752, 2_048_486, "99.9%"),
        (2_048_485, 2_048_486, "99.9%"),
        (2_048_486, 2_048_486, "100.0%"),
        (2_048_487, 2_048_486, "100.1%"),
        (967, 999, "96.8%"),
        (10**400 + 1, 10**400, "100.1%"),
        (513_802_240, 10, "5,138,022,400.0%"),
        (0, 0, "–"),
        (3, 0, "–"),
    ],
)
def test_a_limit_is_used_up_only_where_it_is(value: int, limit: int, text: str) -> None:
    assert share_of_limit(value, limit) == text
