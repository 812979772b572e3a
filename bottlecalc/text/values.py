"""What a model's forward is given: inputs, in lists and tables of them too, and constants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bottlecalc.text.calls import quoted, whole_number
from bottlecalc.text.shapes import Input, InputError

Value = Any
"""An input, a list or a table of values, or a constant."""

TAG = "bottlecalc.input"
"""By which JSON tells an input from a table."""

EXAMPLES = (
    "[1, 3, 224, 224], or [[…], […]] for several inputs, or { name = […] } for keywords,"
    ' or "1x128:int64" for another dtype'
)


def read_value(given: object) -> Value:
    """Read inputs as TOML has them: dimensions, ``"1x128:int64"``, or lists and tables of these.

    Raises:
        InputError: something is none of these.
    """
    if isinstance(given, str):
        return Input.parse(given)
    if isinstance(given, dict):
        return {key: read_value(one) for key, one in given.items()}
    if isinstance(given, list) and given:
        return Input(tuple(given)) if is_shape(given) else [read_value(one) for one in given]
    raise InputError(f"{quoted(given)} is no input; give {EXAMPLES}")


def read_constant(given: object) -> Value:
    """Read what is passed on as it is, but for text that is an input: ``"1x128:int64"``."""
    if isinstance(given, dict):
        return {key: read_constant(one) for key, one in given.items()}
    if isinstance(given, list):
        return [read_constant(one) for one in given]
    if not isinstance(given, str) or given.isdecimal():  # "3" is likelier a text
        return given
    try:
        return Input.parse(given)
    except InputError:
        return given


def is_shape(given: Sequence[object]) -> bool:
    """Whether these are dimensions, each at least 1."""
    return all(whole_number(side) is not None for side in given)


def mapped(value: Value, function: Callable[[Any], Any]) -> Value:
    """The same with each leaf of it, an input or a constant, put through a function."""
    if isinstance(value, Mapping):
        return {key: mapped(one, function) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [mapped(one, function) for one in value]
    return function(value)


def leaves(value: Value) -> Iterator[Any]:
    """The inputs and constants in it."""
    if isinstance(value, Mapping):
        value = [*value.values()]
    if isinstance(value, list | tuple):
        for one in value:
            yield from leaves(one)
    else:
        yield value


def inputs_of(value: Value) -> Iterator[Input]:
    """The inputs in it."""
    return (leaf for leaf in leaves(value) if isinstance(leaf, Input))


def spelled(value: Value) -> str:
    """As text: ``1×3×8×8``, ``[1×3×8×8, 1×3×4×4]``, ``{a: 1×3}``, ``False``."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {spelled(one)}' for key, one in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(spelled, value))}]"
    return str(value) if isinstance(value, Input) else repr(value)


def to_json(value: Value) -> Any:
    """As JSON can say it, and ``from_json`` reads it."""
    return mapped(value, lambda leaf: {TAG: str(leaf)} if isinstance(leaf, Input) else leaf)


def from_json(given: Any) -> Value:
    """What ``to_json`` said."""
    if isinstance(given, list):
        return [from_json(one) for one in given]
    if isinstance(given, dict) and given.keys() == {TAG}:
        return Input.parse(given[TAG])
    return {k: from_json(v) for k, v in given.items()} if isinstance(given, dict) else given
