"""Blocks of the user's own, as texts say them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bottlecalc import BlockError, OwnBlock, parse
from bottlecalc.blocks.families import FAMILIES
from bottlecalc.blocks.own import is_own

KEYS = st.from_regex(r"\A[a-z_][a-z0-9_]{0,8}\Z")
VALUES = st.sampled_from(
    ["64", "-3", "0.25", "true", "false", "relu", "nn.ReLU", '"a, b=c"', "'x'", "[1, [2, 3]]", "[]"]
)
TARGETS = st.sampled_from(["blocks.py:Own", "a/b-c.py:Own.Inner", "my.package:Own", "/x y/z.py:_"])


@given(TARGETS, st.dictionaries(KEYS, VALUES, max_size=4))
def test_what_is_written_is_read_again(target: str, texts: dict[str, str]) -> None:
    block = OwnBlock(target, tuple(texts.items()))
    assert is_own(str(block))
    assert OwnBlock.parse(str(block)) == block
    assert OwnBlock.parse(f" {block} ") == block
    assert hash(OwnBlock.parse(str(block))) == hash(block)
    assert list(block.arguments) == list(texts)


def test_values_are_of_toml_or_words() -> None:
    text = 'b.py:Own:a=64, b=0.5 ,c=true,d=relu,e="x,y",f=[3, [5, "]"]],g=\'"\',h={i = 1, j = 2}'
    assert OwnBlock.parse(text).arguments == {
        "a": 64, "b": 0.5, "c": True, "d": "relu", "e": "x,y", "f": [3, [5, "]"]], "g": '"',
        "h": {"i": 1, "j": 2},
    }  # fmt: skip


@pytest.mark.parametrize("text", ["blocks.py", "a.b:", "blocks.py:Own:in=3", r"C:\nets\own.py:Own"])
def test_a_file_or_a_package_is_told_from_a_family(text: str) -> None:
    assert is_own(text)


@pytest.mark.parametrize("text", [*FAMILIES, "plain:in=3.5,out=x.py", "botleneck:in=3", "", "3.5"])
def test_a_family_is_not_taken_for_one(text: str) -> None:
    assert not is_own(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "b.py:Own:a=[1,2",
            r"a = '\[1' in 'b.py:Own:a=\[1,2' is no value; give a number, ",
        ),
        (
            "b.py:Own:a=None",
            "a = 'None' in 'b.py:Own:a=None' is no value; TOML has none of that",
        ),
        ("b.py:Own:a=x y", "a = 'x y' in .* is no value; give .* or text in quotes: 'a=\"x y\"'"),
        ("b.py:Own:1a=3", "'1a' in 'b.py:Own:1a=3' is no argument; give key=value"),
        ("b.py:Own:a=1,", "'' in 'b.py:Own:a=1,' is no argument; give key=value"),
        ("b.py:Own:a=1,a=2", "a is given twice in 'b.py:Own:a=1,a=2'; give it once"),
        ("b.py:", "'b.py:' names no block of your own; give FILE.py:NAME or package.module:NAME,"),
        ("b.py:Own-er", "'b.py:Own-er' names no block of your own; give FILE.py:NAME"),
    ],
)
def test_what_is_none_says_so(text: str, sentence: str) -> None:
    with pytest.raises(BlockError, match=sentence):
        OwnBlock.parse(text)


def test_it_is_no_block_of_a_family() -> None:
    with pytest.raises(BlockError, match=r"^b\.py:Own has no closed form, which is needed here;"):
        parse("b.py:Own:in_channels=3")
