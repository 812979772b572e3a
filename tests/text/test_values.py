"""What forward is given: read, spelled, and told to another process."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bottlecalc.text.fills import Fill
from bottlecalc.text.shapes import Input, InputError
from bottlecalc.text.values import (
    from_json,
    inputs_of,
    read_constant,
    read_value,
    spelled,
    to_json,
)

IDS = Input((1, 9), "int64")
CASES: list[tuple[Any, Any, str]] = [
    ([1, 3], Input((1, 3)), "1×3"),
    ("1x9:int64", IDS, "1×9:int64"),
    (["1x3", "1x9:int64"], [Input((1, 3)), IDS], "[1×3, 1×9:int64]"),
    ([[1, 3], "1x9:int64"], [[1, 3], IDS], "[[1, 3], 1×9:int64]"),
    ({"a": ["2", "3"]}, {"a": [Input((2,)), Input((3,))]}, "{a: [2, 3]}"),
    ({"a": [2, 3], "mode": "16:9"}, {"a": [2, 3], "mode": "16:9"}, "{a: [2, 3], mode: '16:9'}"),
    ("1x9:int64=arange", Input((1, 9), "int64", Fill("arange")), "1×9:int64=arange"),
]


@pytest.mark.parametrize(("given", "value", "text"), CASES)
def test_inputs(given: Any, value: Any, text: str) -> None:
    assert read_value(given) == value
    assert spelled(value) == text
    assert from_json(json.loads(json.dumps(to_json(value)))) == value


@pytest.mark.parametrize("given", [3, None, True, [], [0], [-1], "x", {"a": "1x9:int46"}])
def test_what_is_no_input(given: Any) -> None:
    with pytest.raises(InputError, match=r"no input; give|unknown dtype 'int46'"):
        read_value(given)


@pytest.mark.parametrize(
    "given", [3, 2.5, True, "text", "3", [1, 8], {"input": ""}, {"a": [True, "x"]}]
)
def test_constants_are_as_they_are(given: Any) -> None:
    assert read_constant(given) == given
    assert from_json(json.loads(json.dumps(to_json(given)))) == given
    assert [*inputs_of(given)] == []


def test_an_input_among_constants() -> None:
    value = read_constant({"flags": [True, "1x9:int64"], "input": {"input": "1x9:int64"}})
    assert value == {"flags": [True, IDS], "input": {"input": IDS}}
    assert [*inputs_of(value)] == [IDS, IDS]
    assert from_json(json.loads(json.dumps(to_json(value)))) == value
