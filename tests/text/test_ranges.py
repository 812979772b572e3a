"""Lists and ranges of whole numbers, as people write them."""

from __future__ import annotations

import pytest

from bottlecalc.errors import BottlecalcError
from bottlecalc.text.ranges import RangeError, Sizes, parse_axis, parse_sizes


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("16", [16]),
        ("16,32,64", [16, 32, 64]),
        ("8:32:8", [8, 16, 24, 32]),
        ("8:33:8", [8, 16, 24, 32]),
        ("3:6", [3, 4, 5, 6]),
        ("64:1024:*2", [64, 128, 256, 512, 1024]),
        ("1:100:*10, 7,7", [1, 10, 100, 7]),
        ("1_000", [1000]),
    ],
)
def test_lists_and_ranges(text: str, values: list[int]) -> None:
    assert list(parse_axis("mid", text)) == values


@pytest.mark.parametrize(
    "text", ["", "a", "8:", "8:16:", "8:16:*", "1,,2", "-8", "1.5", "8:9:10:1", "true", "٣"]
)
def test_malformed_lists(text: str) -> None:
    with pytest.raises(RangeError, match="is no list or range; give 16,32,64, 8:128:8"):
        parse_axis("mid", text)


@pytest.mark.parametrize("text", ["0", "16:8", "0:8", "8:16:0", "8:16:*1", "8:16:*0"])
def test_empty_lists(text: str) -> None:
    with pytest.raises(
        RangeError, match=r"(is no range that goes up|has a value below 1); give who"
    ):
        parse_axis("mid", text)


def test_sizes() -> None:
    assert parse_sizes("14,28") == Sizes([14, 28], [14, 28])
    assert parse_sizes("14,28x7,8:16:8") == Sizes([14, 28, 8, 16], [14, 7, 8, 16])
    assert len(parse_sizes("14,28x7,8:16:8")) == 4
    for text in ("x", "5x", "5x6x7", "5:7x3"):
        with pytest.raises(RangeError, match=r"size .* is no list or range; give 14,28x56"):
            parse_sizes(text)


def test_errors_speak_of_python_to_who_writes_python() -> None:
    with pytest.raises(RangeError, match=r"^mid_channels '8:' is no list or range") as error:
        parse_axis("mid", "8:")
    assert isinstance(error.value, BottlecalcError)
    assert isinstance(error.value, ValueError)
    with pytest.raises(RangeError, match=r"^size 'x' is no list or range"):
        parse_sizes("x")


def test_a_range_is_not_held_and_a_list_is_not_endless() -> None:
    assert parse_axis("mid", "1:4000000000000000000") == range(1, 4 * 10**18 + 1)
    with pytest.raises(RangeError, match="has more values than can be counted; give fewer"):
        parse_axis("mid", "1:5000000000000000000")
    for text in ("1:1000000000,5", "5,1:1000000"):
        with pytest.raises(RangeError, match="lists more than 1,000,000 values; give one range"):
            parse_axis("mid", text)
    with pytest.raises(RangeError, match="lists more than 1,000,000 values; give one range"):
        parse_sizes("1:1000000000,5x5")


def test_numbers_have_no_largest() -> None:
    huge = 10**400
    assert parse_axis("mid", f"{huge},2") == [huge, 2]
    assert parse_axis("mid", f"{huge}:{huge + 8}:8") == range(huge, huge + 9, 8)
    assert list(parse_axis("mid", f"1:{huge}:*10")) == [10**n for n in range(401)]
    assert parse_sizes(f"{huge}x2") == Sizes([huge], [2])
