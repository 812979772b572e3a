"""What ``--input`` and ``--arg`` say, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bottlecalc import Input, InputError
from bottlecalc.errors import BottlecalcError
from bottlecalc.text.arguments import ArgumentTextError, read_arguments, read_inputs
from bottlecalc.text.fills import Fill
from bottlecalc.text.objects import Object

IDS = Input((1, 128), "int64")

INPUTS: list[tuple[list[str], list[Any], dict[str, Any]]] = [
    (["1x3x8x8"], [Input((1, 3, 8, 8))], {}),
    (["3"], [Input((3,))], {}),
    (["input_ids=1x128:int64", "n=3"], [], {"input_ids": IDS, "n": 3}),
    (['mode="tensor"', "flag=true"], [], {"mode": "tensor", "flag": True}),
    (["1x4", "mask=null", "other=None"], [Input((1, 4))], {"mask": None, "other": None}),
    (["n=3:float32", 'm="3"'], [], {"n": Input((3,)), "m": Input((3,))}),
    (["sizes=[1, 2]", "s=2.5"], [], {"sizes": [1, 2], "s": 2.5}),
    (["ids = 1x128:int64"], [], {"ids": IDS}),
    (
        ['{image = "1x3x5x7", meta = [1, 2], mode = "tensor"}'],
        [{"image": Input((1, 3, 5, 7)), "meta": [1, 2], "mode": "tensor"}],
        {},
    ),
    (['["1x1x28x28", "1x1x14x14"]'], [[Input((1, 1, 28, 28)), Input((1, 1, 14, 14))]], {}),
    (
        ["x=1x3=ones", "2:int64=full(10)"],
        [Input((2,), "int64", Fill("full", (10,)))],
        {"x": Input((1, 3), fill=Fill("ones"))},
    ),
    (['b={x = {y = ["1x2", "16:9"]}}'], [], {"b": {"x": {"y": [Input((1, 2)), "16:9"]}}}),
]


@pytest.mark.parametrize(("texts", "by_place", "by_name"), INPUTS)
def test_inputs(texts: list[str], by_place: list[Any], by_name: dict[str, Any]) -> None:
    assert read_inputs(texts) == (by_place, by_name)


REFUSED = [
    (["x=1x3", "x=1x4"], "--input x is given twice; give it once"),
    (["x=1x3:int46"], "unknown dtype 'int46' in '1x3:int46'"),
    (["mode=tensor"], "--input mode=tensor: 'tensor' is neither a shape nor a TOML value; give a"),
    (["flag=True"], "such as flag=1x3, or --input flag=true"),
    (["true"], "'true' is no input; give its dimensions"),
    (["true"], "a number or a text is given by name: --input name=3"),
    (["{a = 1"], "--input '{a = 1' is no TOML: "),
    (["[" * 5000], "is nested too deeply; give a list or a table as TOML has it"),
    (["x="], "--input x=: '' is neither a shape nor a TOML value"),
    (["x-y=1x3"], "'x-y=1x3' is no input"),
    (['{a = "1x3:int46"}'], "unknown dtype 'int46'"),
]


@pytest.mark.parametrize(("texts", "sentence"), REFUSED)
def test_inputs_that_are_refused(texts: list[str], sentence: str) -> None:
    with pytest.raises(InputError) as error:
        read_inputs(texts)
    assert sentence in str(error.value)


ARGUMENTS: list[tuple[str, Any]] = [
    ("depth=6", 6),
    ("weights=null", None),
    ("weights=None", None),
    ("dtype=torch:bfloat16", Object("torch:bfloat16")),
    ("config=m:Config(a=1)", Object("m:Config", True, (), {"a": 1})),
    ("config=net.py:Config()", Object("net.py:Config", True)),
    ('name="m:Config()"', "m:Config()"),
    ("layers=[m:A(), 3]", [Object("m:A", True), 3]),
    ("*=[16, 8, 4]", [16, 8, 4]),
]


@pytest.mark.parametrize(("text", "value"), ARGUMENTS)
def test_arguments(text: str, value: Any) -> None:
    assert read_arguments([text]) == {text.partition("=")[0]: value}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a", "--arg 'a' is no argument; give key=value, such as depth=6"),
        ("**=1", "--arg '**=1' is no argument"),
        ("a=five", "--arg a=five: 'five' is no TOML value; give a number"),
        ("a=m:C(1 2)", "--arg a: 'm:C(1 2)' is no value: ')' or ',' is missing before '2)'"),
        ("a=True", "give --arg a=true"),
    ],
)
def test_arguments_that_are_refused(text: str, sentence: str) -> None:
    with pytest.raises(ArgumentTextError) as error:
        read_arguments([text])
    assert sentence in str(error.value)


LETTERS = st.text("ax1:=[]{}(),\"'. mnult-\\0\n×", max_size=25)


@pytest.mark.parametrize("read", [read_inputs, read_arguments])
@given(text=LETTERS | st.text(max_size=25))
def test_any_text_is_read_or_one_sentence(read: Callable[[list[str]], Any], text: str) -> None:
    with suppress(BottlecalcError):
        read([text])
