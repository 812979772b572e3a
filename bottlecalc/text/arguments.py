"""What ``--input`` and ``--arg`` say: ``name=`` and a shape, a value or an object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bottlecalc.errors import BottlecalcError
from bottlecalc.text import objects
from bottlecalc.text.calls import brief
from bottlecalc.text.objects import NAME, ObjectError
from bottlecalc.text.shapes import Input, InputError, is_meant
from bottlecalc.text.toml import TomlError, mend, read_value
from bottlecalc.text.values import read_inside

NOTHING = ("null", "None")
"""How nothing is written, for which TOML has no word."""

BY_PLACE = "*"
"""The key of what is given by place."""


class ArgumentTextError(BottlecalcError, ValueError):
    """An argument that is wrong; its text says why."""


def read_inputs(texts: Sequence[str]) -> tuple[list[Any], dict[str, Any]]:
    """What forward is given, by place and by name.

    Args:
        texts: each ``1x3x8x8``, a list or a table, or ``name=`` and a shape or a TOML value.

    Raises:
        InputError: one is none of these, or a name comes twice.

    >>> read_inputs(["n=3"])
    ([], {'n': 3})
    """
    by_place: list[Any] = []
    by_name: dict[str, Any] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (equals and name.isidentifier()):
            by_place.append(_positional(text.strip()))
        elif name in by_name:
            raise InputError(f"--input {name} is given twice; give it once")
        else:
            by_name[name] = _named(name, value)
    return by_place, by_name


def _positional(text: str) -> Any:
    if not text.startswith(("[", "{")):
        return _shape(text)
    try:
        return read_inside(read_value(text))
    except TomlError as error:
        raise InputError(
            f"--input {brief(text)!r} {error}; give a list or a table as TOML has it, shapes in"
            """ quotes, such as '["1x3", "1x5"]' or '{a = "1x3", b = [1, 2], c = "text"}'"""
        ) from None


def _shape(text: str) -> Input:
    try:
        return Input.parse(text)
    except InputError as error:
        if text[:1].isdigit() and "." not in text:
            raise
        more = "a number or a text is given by name: --input name=3, --input 'name=\"text\"'"
        raise InputError(f"{error.sentence}; {more}") from None


def _named(name: str, text: str) -> Any:
    if text in NOTHING:
        return None
    if is_meant(text) and not text.isdecimal():  # a number is one
        return Input.parse(text)
    try:
        return read_inside(read_value(text))
    except TomlError:
        shown = brief(text)
        raise InputError(
            f"--input {name}={shown}: {shown!r} is neither a shape nor a TOML value; give a shape,"
            f" such as {name}=1x3, or {mend(name, shown, '--input ').removeprefix('give ')}"
        ) from None


def read_arguments(texts: Sequence[str]) -> dict[str, Any]:
    """Read ``key=value`` texts, each value as in TOML, or null, or an object; ``*`` is by place.

    Raises:
        ArgumentTextError: one is not of that form, or a key comes twice.
    """
    arguments: dict[str, Any] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not (key.isidentifier() or key == BY_PLACE):
            raise ArgumentTextError(
                f"--arg {text!r} is no argument; give key=value, such as depth=6"
            )
        if key in arguments:
            raise ArgumentTextError(f"--arg {key} is given twice; give it once")
        arguments[key] = _argument(key, value.strip())
    return arguments


def _argument(key: str, text: str) -> Any:
    if text in NOTHING:
        return None
    try:
        return read_value(text)
    except TomlError:
        return _object(key, text)


def _object(key: str, text: str) -> Any:
    """An object, or a list or a table of such."""
    if NAME.match(text) or (text.startswith(("[", "{")) and NAME.search(text)):
        try:
            return objects.read(text)
        except ObjectError as error:
            raise ArgumentTextError(f"--arg {key}: {error.sentence}") from None
    shown = brief(text, 200)
    raise ArgumentTextError(
        f"--arg {key}={shown}: {shown!r} is no TOML value; {mend(key, shown, '--arg ')}"
    )
