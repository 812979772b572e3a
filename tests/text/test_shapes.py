"""Inputs of models: how they are written, and read."""

from __future__ import annotations

import pytest

from bottlecalc import Input, InputError
from bottlecalc.text.shapes import DTYPES, shape


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1x3x224x224", Input((1, 3, 224, 224))),
        ("1x128:int64", Input((1, 128), "int64")),
        ("7", Input((7,))),
    ],
)
def test_inputs_are_read(text: str, expected: Input) -> None:
    assert Input.parse(text) == expected
    assert Input.parse(str(expected)) == expected


@pytest.mark.parametrize("dtype", DTYPES)
def test_an_inputs_text_is_read_again(dtype: str) -> None:
    given = Input((2, 3, 5), dtype)
    assert Input.parse(str(given)) == given
    assert given.elements == 30


@pytest.mark.parametrize("text", ["", "1x", "x3", "1,3", "-1x3", "1x3.5", "١x3", "1x0", "1x3\n"])
def test_other_inputs_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no input; give its dimensions, such as 1x3x224x224"):
        Input.parse(text)


@pytest.mark.parametrize("text", ["1x3:int", "1x3:", "1x3:float"])
def test_unknown_dtypes_are_refused(text: str) -> None:
    dtype = text.partition(":")[2]
    sentence = rf"unknown dtype '{dtype}' in '{text}'; the dtypes are float"
    with pytest.raises(InputError, match=sentence):
        Input.parse(text)


def test_shapes_are_written_with_the_sign_that_is_wanted() -> None:
    assert shape((1, 64, 56, 56)) == "1×64×56×56"
    assert shape((1, 64, 56, 56), "x") == "1x64x56x56"
    assert (str(Input(())), Input(()).elements) == ("scalar", 1)
