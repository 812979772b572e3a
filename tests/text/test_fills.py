"""Values of an input: read, spelled, and refused where a dtype has them not."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bottlecalc import Input, InputError
from bottlecalc.text.fills import RANGES, Fill, FillError
from bottlecalc.text.shapes import DTYPES, is_meant

FILLS = st.one_of(
    st.sampled_from(["zeros", "ones", "arange", "rand", "randn"]).map(Fill),
    st.integers(-(10**9), 10**9).map(lambda value: Fill("full", (value,))),
    st.floats(-1e9, 1e9).map(lambda value: Fill("full", (value,))),
    st.tuples(st.integers(-99, 99), st.integers(1, 99)).map(
        lambda pair: Fill("randint", (pair[0], sum(pair)))
    ),
)


@given(st.lists(st.integers(1, 999), min_size=1, max_size=4), st.sampled_from(DTYPES), FILLS)
def test_an_input_is_read_as_it_is_spelled(sides: list[int], dtype: str, fill: Fill) -> None:
    one = Input((*sides,), dtype, fill)
    refused = dtype in RANGES and _is_refused(fill, dtype, one.elements)
    assert refused or Input.parse(str(one)) == one


def _is_refused(fill: Fill, dtype: str, elements: int) -> bool:
    """Of whole numbers not all dtypes have all values."""
    try:
        fill.check(dtype, elements)
    except FillError:
        return True
    return False


@given(st.text(max_size=20))
def test_any_other_text_is_one_sentence(text: str) -> None:
    with suppress(FillError):
        assert str(Fill.parse(text)).startswith(text.strip()[:1])


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("2x3=full( -1.5 )", "2×3=full(-1.5)"),
        ("7:bool=full(true)", "7:bool=full(1)"),
        ("1x4:int64=randint(0, 1000)", "1×4:int64=randint(0,1000)"),
        ("5:uint8=full(255)", "5:uint8=full(255)"),
        ("2×5=full(-inf)", "2×5=full(-inf)"),
        ("256:uint8=arange", "256:uint8=arange"),
    ],
)
def test_spellings(text: str, spelled: str) -> None:
    assert str(Input.parse(text)) == spelled


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "1x3=",
            "'' is no fill of an input; give one of zeros, ones, full(7), arange, rand, randn",
        ),
        ("1x3=one", "'one' is no fill of an input"),
        ("1x3=ones(2)", "'ones(2)' is no fill of an input"),
        ("1x3=full", "'full' is no fill of an input"),
        ("1x3=full(a)", "'full(a)' is no fill of an input"),
        ("1x3=full(1,2)", "'full(1,2)' is no fill"),
        ("1x3=ones=ones", "'ones=ones' is no fill"),
        ("1x3=randint(5,5)", "'randint(5,5)' draws nothing; give randint(LEAST,BEYOND)"),
        ("1x3=randint(0,1.5)", "'randint(0,1.5)' draws nothing"),
        (
            "3:uint8=full(256)",
            "full(256) has 256, which is no uint8; give whole numbers from 0 to 2",
        ),
        ("3:int8=full(-129)", "full(-129) has -129, which is no int8"),
        ("3:int64=full(2.5)", "full(2.5) has 2.5, which is no int64"),
        ("257:uint8=arange", "arange has 256, which is no uint8"),
        ("3:bool=randint(0,3)", "randint(0,3) has 2, which is no bool"),
        ("3:int64=randn", "randn draws fractions, which int64 has not; give randint(0,2)"),
    ],
)
def test_what_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(InputError) as error:
        Input.parse(text)
    assert sentence in str(error.value)
    assert str(error.value).startswith(f"{text!r} is no input: ")


def test_what_is_meant_for_an_input() -> None:
    meant = ["1x3", "3", "1×3:int46", "1x3=foo", "1x3:int64=full(x)"]
    others = ["bilinear", "16:9", "3.5", "x", "1x", "0x3", "", "1x3 and more", "a=1x3"]
    assert [*map(is_meant, meant)] == [True] * len(meant)
    assert [*map(is_meant, others)] == [False] * len(others)
