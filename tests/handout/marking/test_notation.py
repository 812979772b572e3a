"""Answers as pupils, keyboards and spreadsheets write them."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bottlecalc.handout.marking.notation import MOST_DIGITS, read_answer

SPELLINGS = [
    ("23,040", 23040), (" 15 360 ", 15360), ("１５３６０", 15360), ("15_360", 15360),
    ("９'999", 9999), ("9’999", 9999), ("23\u00a0040", 23040), ("23\u202f040", 23040),
    ("1638400 MACs", 1638400), ("23040 个", 23040), ("23040个参数", 23040), ("2.304e7", 23040000),
    ("2.304E+07", 23040000), ("163.84万", 1638400), ("0.16384千万", 1638400), ("23.04M", 23040000),
    ("23.04 MMACs", 23040000), ("23.04 million", 23040000), ("2.304×10⁷", 23040000),
    ("2.304 * 10**7", 23040000), ("3·3·80·32", 23040), ("=3*3*80*32", 23040),
    ("3x3x80x32", 23040), ("3 × 3 × 80 × 32 = 23,040", 23040), ("(3*3*80*32)", 23040),
    ("$3 \\cdot 3 \\cdot 80 \\cdot 32$", 23040), ("３＊３＊８０＊３２", 23040),
    ("m = 32", 32), ("32 channels", 32), ("答案：15,360", 15360), ("MACs: 640", 640),
    ('="23040"', 23040), ("“23040”", 23040), ("23040.", 23040), ("23040.0", 23040),
    ("1.638.400", 1638400), ("٢٣٠٤٠", 23040), ("\u200b23040\ufeff", 23040), ("+5", 5), ("-5", -5),
    ("163万8400", 1638400), ("2萬3040个", 23040), ("4.8×", Fraction(24, 5)),
    ("4.8倍", Fraction(24, 5)), ("5 pixels", 5),
    ("023040", 23040), ("4.8", Fraction(24, 5)), (".5", Fraction(1, 2)),
]  # fmt: skip


@pytest.mark.parametrize(("written", "value"), SPELLINGS)
def test_numbers_are_read_as_people_write_them(written: str, value: Fraction) -> None:
    assert read_answer(written).value == value


LETTERS = (
    *("B", "b", "B.", "（B）", "B)", "Ｂ", "选B", "答案：B", "Block b", "option B", "B 块", "“B”"),
    *("(b).", "B、"),
)


@pytest.mark.parametrize("written", LETTERS)
def test_letters_are_read_as_people_write_them(written: str) -> None:
    assert read_answer(written).value == "B"


@pytest.mark.parametrize(
    ("written", "doubt"),
    [
        ("23.040", "thousands"), ("1.024*32", "thousands"), ("23,04", "comma"),
        ("1,5M", "comma"), ("1.638,400", "comma"), ("2304,0000", "comma"), ("3*3=8", "sides"),
        ("about 7", "unknown"), ("A or B", "unknown"), ("3²·80", "unknown"), ("1 5", "unknown"),
        ("2^10", "unknown"), ("½", "unknown"), ("1+2", "unknown"),
        ("2万3", "unknown"), ("1.5万3040", "unknown"), ("5x", "unknown"), ("3-1", "unknown"),
        ("=", "unknown"), ("?", "unknown"), ("=HYPERLINK(1)", "unknown"), ("nan", "unknown"),
        ("inf", "unknown"), ("__import__('os')", "unknown"), ("9" * 31, "long"), ("1e99", "long"),
        ("9" * 201, "long"), ("*".join(["2"] * 31), "long"), ("*".join(["9" * 30] * 2), "long"),
    ],
)  # fmt: skip
def test_what_could_be_two_things_or_none_has_no_value(written: str, doubt: str) -> None:
    read = read_answer(written)
    assert (read.value, read.doubt, read.blank) == (None, doubt, False)


@pytest.mark.parametrize("written", ["", " ", "-", "–", "—", "\u3000", "\u200b"])
def test_nothing_is_no_answer(written: str) -> None:
    assert read_answer(written).blank


@pytest.mark.parametrize(
    ("written", "measure"),
    [
        ("5 MACs", "macs"), ("5 MFLOPs", "flops"), ("5次乘加运算", "macs"), ("5 个参数", "params"),
        ("5 params", "params"), ("5 channels", ""), ("5", ""), ("FLOPs = 5", "flops"),
    ],
)  # fmt: skip
def test_what_is_counted_is_told(written: str, measure: str) -> None:
    assert read_answer(written).measure == measure


def test_the_last_digit_of_a_rounded_form_is_known() -> None:
    steps = {text: read_answer(text).step for text in ("2.3M", "2.3e7", "1.6×10^6", "163.84万")}
    assert steps == {"2.3M": 10**5, "2.3e7": 10**6, "1.6×10^6": 10**5, "163.84万": 100}
    assert read_answer("23,040").step is None
    assert read_answer("3*80*10^3").step is None


SEPARATORS = st.sampled_from([",", " ", "_", "'", "’", "\u00a0", "\u2009", "，"])
UNITS = st.sampled_from(["", " MACs", "个", " parameters", " 次", "次运算"])
ENDS = st.sampled_from(["", ".", "。", " "])


def grouped(value: int, separator: str) -> str:
    return f"{value:,}".replace(",", separator)


def wide(text: str) -> str:
    return "".join(chr(ord(one) + 0xFEE0) if one.isdecimal() else one for one in text)


@given(st.integers(1, 10**12), SEPARATORS, UNITS, ENDS, st.booleans())
def test_every_spelling_of_a_number_is_that_number(
    value: int, separator: str, unit: str, end: str, is_wide: bool
) -> None:
    text = f"{grouped(value, separator)}{unit}{end}"
    assert read_answer(wide(text) if is_wide else text).value == value


@given(
    st.integers(1, 10**12), st.sampled_from([("万", 4), ("K", 3), ("M", 6), ("亿", 8), ("e6", 6)])
)
def test_every_unit_says_it_exactly(value: int, unit: tuple[str, int]) -> None:
    name, power = unit
    whole, part = divmod(value, 10**power)
    text = f"{whole}.{part:0{power}d}{name}"
    assert read_answer(text).value == value, text


@given(
    st.lists(st.integers(1, 999), min_size=1, max_size=8),
    st.sampled_from(["*", "·", "×", " x ", "⋅", "∙"]),
    st.sampled_from(["", "="]),
)
def test_every_product_is_its_number(factors: list[int], times: str, before: str) -> None:
    expected = 1
    for factor in factors:
        expected *= factor
    assert read_answer(before + times.join(map(str, factors))).value == expected


@given(st.one_of(st.text(), st.from_regex(r"[-+=0-9.,·*×eEkM万 ()^]{0,40}", fullmatch=True)))
def test_no_text_is_beyond_it(text: str) -> None:
    read = read_answer(text)
    assert read.text == text
    if isinstance(read.value, str):
        assert re.fullmatch("[A-Z]", read.value)
    elif read.value is not None:
        assert abs(read.value) < 10**MOST_DIGITS
        assert not read.doubt
