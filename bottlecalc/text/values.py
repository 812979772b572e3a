"""What a model's forward is given: inputs, in lists and tables of them too, and constants."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from bottlecalc.text.calls import quoted, whole_number
from bottlecalc.text.shapes import Input, InputError, is_meant

Value = Any
"""An input, a list or a table of values, or a constant."""

TAG = "bottlecalc.input"
"""By which JSON tells an input from a table."""

EXAMPLES = (
    "[1, 3, 224, 224], or [[…], […]] for several inputs, or { name = […] } for keywords,"
    ' or "1x128:int64" for another dtype'
)


def read_value(given: object) -> Value:
    """Read one input by place as TOML has it: dimensions, or ``"1x128:int64=ones"``, or a list or a
    table, whose inside is read by ``read_inside``.

    Raises:
        InputError: it is none of these.
    """
    if isinstance(given, str):
        return Input.parse(given)
    if isinstance(given, dict) or (isinstance(given, list) and given):
        return read_named(given)
    raise InputError(f"{quoted(given)} is no input; give {EXAMPLES}")


def read_named(given: object) -> Value:
    """Read what an argument is given by name: a list of integers is dimensions, all else as inside.

    Raises:
        InputError: dimensions are less than 1, or a text is meant for an input and is none.
    """
    if isinstance(given, list) and given and all(type(side) is int for side in given):
        if is_shape(given):
            return Input(tuple(given))
        raise InputError(f"{quoted(given)} is no input; give {EXAMPLES}")
    return read_inside(given)


def read_inside(given: object) -> Value:
    """Read what is inside of an input: shapes are text there, and lists and numbers are values.

    Raises:
        InputError: a text is meant for an input and is none.

    >>> read_inside({"image": "1x3x8x8", "meta": [1, 2], "mode": "fast"})["meta"]
    [1, 2]
    """
    if isinstance(given, dict):
        return {key: read_inside(one) for key, one in given.items()}
    if isinstance(given, list):
        return [read_inside(one) for one in given]
    return Input.parse(given) if isinstance(given, str) and is_meant(given) else given


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
    if isinstance(value, dict):
        return {key: mapped(one, function) for key, one in value.items()}
    if isinstance(value, list | tuple):
        items = [mapped(one, function) for one in value]
        if isinstance(value, list):
            return items
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    return function(value)


def leaves(value: Value) -> Iterator[Any]:
    """The inputs and constants in it."""
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list | tuple):
        for one in value:
            yield from leaves(one)
    else:
        yield value


def inputs_of(value: Value) -> Iterator[Input]:
    """The inputs in it."""
    return (leaf for leaf in leaves(value) if isinstance(leaf, Input))


def placed(value: Value, name: str = "") -> Iterator[Input]:
    """The inputs in it, each with its name there: ``image``, ``batch.0``.

    >>> [one.name for one in placed({"a": [Input((2,)), 3, Input((1,))]})]
    ['a.0', 'a.2']
    """
    if isinstance(value, Input):
        yield replace(value, name=name)
        return
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list | tuple):
        items = enumerate(value)
    for key, one in items:
        yield from placed(one, f"{name}.{key}" if name else str(key))


def spelled(value: Value, spell: Callable[[object], str] = repr) -> str:
    """As text: ``1×3×8×8``, ``[1×3×8×8, 1×3×4×4]``, ``{a: 1×3}``, ``False``.

    Args:
        value: any.
        spell: what is no input.
    """
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {spelled(one, spell)}' for key, one in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(spelled(one, spell) for one in value)}]"
    return str(value) if isinstance(value, Input) else spell(value)


def listed(inputs: Iterable[Input]) -> str:
    """Several, each with its name where it has one: ``1×3, mask=1×9:int64``."""
    return ", ".join(f"{one.name}={one}" if one.name else str(one) for one in inputs)


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
