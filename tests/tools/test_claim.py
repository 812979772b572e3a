"""Somebody's number, read at the precision at which it is written."""

from __future__ import annotations

import pytest

from bottlecalc.tools.claim import ClaimError, read_claim


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("4.1G", 4_050_000_000, 4_150_000_000),
        ("4.09 G", 4_085_000_000, 4_095_000_000),
        ("~4.1 GMACs", 4_050_000_000, 4_150_000_000),
        ("8.2 GFLOPs", 8_150_000_000, 8_250_000_000),
        ("4.1 B", 4_050_000_000, 4_150_000_000),
        ("25.6M", 25_550_000, 25_650_000),
        ("4,089,184,256", 4_089_184_256, 4_089_184_256),
        ("4_089_184_256", 4_089_184_256, 4_089_184_256),
        ("4089184256", 4_089_184_256, 4_089_184_256),
        ("4.1G..4.2G", 4_050_000_000, 4_250_000_000),
        ("4.1..4.2G", 4_050_000_000, 4_250_000_000),
        ("3.86G..3.9G", 3_855_000_000, 3_950_000_000),
        ("1.5T", 1_450_000_000_000, 1_550_000_000_000),
        ("2.5k", 2_450, 2_550),
        ("2.5 K", 2_450, 2_550),
        ("3.8×10^9", 3_750_000_000, 3_850_000_000),
        ("3.8x10**9 FLOPs", 3_750_000_000, 3_850_000_000),
        ("3.8 × 10⁹", 3_750_000_000, 3_850_000_000),
        ("3.8E9", 3_750_000_000, 3_850_000_000),
        ("3.8e+09", 3_750_000_000, 3_850_000_000),
        ("3.6 billion FLOPs", 3_550_000_000, 3_650_000_000),
        ("25.6 million parameters", 25_550_000, 25_650_000),
        ("4.1 Gmacs", 4_050_000_000, 4_150_000_000),
        ("4.1 GMAdds", 4_050_000_000, 4_150_000_000),
        ("4.1G mult-adds", 4_050_000_000, 4_150_000_000),
        ("8.2GF", 8_150_000_000, 8_250_000_000),
        ("≈4.1g", 4_050_000_000, 4_150_000_000),
        ("4.1-4.2G", 4_050_000_000, 4_250_000_000),
        ("4.1 G to 4.2 G", 4_050_000_000, 4_250_000_000),
        ("4.1 – 4.2 GFLOPs", 4_050_000_000, 4_250_000_000),
    ],
)
def test_a_number_stands_for_all_that_is_rounded_to_it(text: str, low: int, high: int) -> None:
    (interval,) = read_claim(text).intervals
    assert [int(interval.low), int(interval.high)] == [low, high]


def test_without_a_unit_it_may_be_in_millions_or_in_billions() -> None:
    assert [int(one.low) for one in read_claim("4.1").intervals] == [4_050_000, 4_050_000_000]


@pytest.mark.parametrize(
    ("value", "fit"),
    [
        (3_800_000_000, "rounded"), (3_849_999_999, "rounded"), (3_750_000_000, "rounded"),
        (3_857_973_248, "cut off"), (3_900_000_000, "no"), (3_749_999_999, "no"),
    ],
)  # fmt: skip
def test_what_is_cut_off_is_told_from_what_is_rounded(value: int, fit: str) -> None:
    assert read_claim("3.8G").fit(value) == fit


def test_what_lies_beyond_a_range_is_not_cut_off_to_it() -> None:
    values = (4_049_999_999, 4_050_000_000, 4_250_000_000, 4_250_000_001, 4_299_999_999)
    fits = [read_claim("4.1G..4.2G").fit(value) for value in values]
    assert fits == ["no", "rounded", "rounded", "no", "no"]


def test_an_exact_number_is_that_number_alone() -> None:
    sought = read_claim("4,089,184,256")
    fits = [sought.fit(4_089_184_256 + more) for more in (-1, 0, 1)]
    assert fits == ["no", "exact", "no"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "much",
        "4.1X",
        "4,1",
        "G",
        "-4G",
        "4.1G..",
        "4.2G..4.1G",
        "4.15G..4.1G",
        "4.1e",
        "1e-3",
        "4.1 Gx",
        "4.1G-",
        "to 4.1G",
        "4.1×10",
    ],
)
def test_what_is_no_number_is_one_sentence(text: str) -> None:
    with pytest.raises(ClaimError, match=r"is no (number|range); give") as error:
        read_claim(text)
    assert "\n" not in str(error.value)
