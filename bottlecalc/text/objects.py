"""Objects that a class is built with, written as calls: ``transformers:GPT2Config(n_layer=2)``.

Names and values alone: nothing is evaluated, and nothing is imported here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bottlecalc.errors import BottlecalcError
from bottlecalc.text.calls import brief
from bottlecalc.text.toml import DEEPEST, TomlError, read_value

TAG = "bottlecalc.object"
"""By which JSON tells an object from a table."""

KEY = "object"
"""The one key of a table that stands for an object or for nothing where TOML has no word for it."""

NAME = re.compile(r"(?P<place>[\w.~/\\-]*[\w]):(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)")
ARGUMENT = re.compile(r"([^\W\d]\w*)\s*=(?!=)\s*")
SCALAR = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'|[\w.+-]+")
BLANK = re.compile(r"\s*")
WORDS = {
    "null": None, "None": None, "true": True, "True": True, "false": False, "False": False,
}  # fmt: skip
EXAMPLE = "module:Name(key=value, …), each value a number, true, text in quotes or another of these"


class ObjectError(BottlecalcError, ValueError):
    """A text that says no object; its text says why."""


@dataclass(frozen=True)
class Object:
    """Something of a module of the user's: an attribute, or what a call of it returns.

    Attributes:
        name: ``package.module:Name`` or ``path/to/file.py:Name``.
        is_call: whether it is called; an attribute is as it is.
        by_place: what the call is given, values and objects.
        by_name: likewise by the names of arguments.

    >>> str(read("torch:Size([1,2], copy=true)"))
    'torch:Size([1, 2], copy=true)'
    """

    name: str
    is_call: bool = False
    by_place: tuple[Any, ...] = ()
    by_name: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        if not self.is_call:
            return self.name
        named = (f"{key}={spelled(value)}" for key, value in self.by_name.items())
        return f"{self.name}({', '.join([*map(spelled, self.by_place), *named])})"

    __repr__ = __str__


def read(text: str) -> Any:
    """Read a value, an object, or lists and tables of these.

    Raises:
        ObjectError: it is none, or is nested too deeply.
    """
    reader = _Reader(text)
    value = reader.value(0)
    reader.skip()
    if reader.place != len(text):
        raise reader.error("an end")
    return value


def is_call(text: str) -> bool:
    """Whether a text is a call, whole: ``module:Name(…)``."""
    match = NAME.match(text)
    return match is not None and text[match.end() :].startswith("(") and text.endswith(")")


def in_table(value: Any) -> Any:
    """A value of a file with its objects: text that is a call, and ``{ object = "null" }``.

    Raises:
        ObjectError: such a text is none.
    """
    if isinstance(value, str):
        return read(value) if is_call(value) else value
    if isinstance(value, list):
        return [in_table(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {KEY} and isinstance(value[KEY], str):
        return read(value[KEY])
    return {key: in_table(one) for key, one in value.items()}


def spelled(value: Any) -> str:
    """A value as it is read."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list):
        return f"[{', '.join(map(spelled, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key} = {spelled(one)}' for key, one in value.items())}}}"
    return str(value)


def made(value: Any, make: Callable[[Object, tuple[Any, ...], dict[str, Any]], Any]) -> Any:
    """A value with each object in it made, the inner ones first.

    Args:
        value: an object, a value, or lists and tables of these.
        make: given an object, and what it is called with.
    """
    if isinstance(value, Object):
        by_name = {key: made(one, make) for key, one in value.by_name.items()}
        return make(value, tuple(made(one, make) for one in value.by_place), by_name)
    if isinstance(value, list):
        return [made(one, make) for one in value]
    return {k: made(v, make) for k, v in value.items()} if isinstance(value, dict) else value


def to_json(value: Any) -> Any:
    """As JSON can say it, and ``from_json`` reads it."""
    if isinstance(value, Object):
        return {TAG: str(value)}
    if isinstance(value, list):
        return [to_json(one) for one in value]
    return {k: to_json(v) for k, v in value.items()} if isinstance(value, dict) else value


def from_json(value: Any) -> Any:
    """What ``to_json`` said."""
    if isinstance(value, list):
        return [from_json(one) for one in value]
    if isinstance(value, dict) and value.keys() == {TAG}:
        return read(value[TAG])
    return {k: from_json(v) for k, v in value.items()} if isinstance(value, dict) else value


class _Reader:
    """A text being read from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def skip(self) -> None:
        """Go beyond blanks."""
        self.place = self._matched(BLANK).end()  # type: ignore[union-attr]

    def take(self, mark: str) -> bool:
        """Go beyond blanks and a mark, where it is there."""
        self.skip()
        there = self.text.startswith(mark, self.place)
        self.place += len(mark) * there
        return there

    def error(self, wanted: str) -> ObjectError:
        """What is wrong here."""
        rest = brief(self.text[self.place :]) or "its end"
        return ObjectError(
            f"{brief(self.text)!r} is no value: {wanted} is missing before {rest!r}; give {EXAMPLE}"
        )

    def value(self, depth: int) -> Any:
        """A value; so deep in others."""
        if depth > DEEPEST:
            raise ObjectError(f"{brief(self.text)!r} is nested too deeply; give less depth")
        self.skip()
        if self.take("["):
            return self._items("]", lambda: self.value(depth + 1))
        if self.take("{"):
            return self._table(depth)
        if match := self._matched(NAME):
            self.place = match.end()
            return self._object(match[0], depth)
        return self._scalar()

    def _table(self, depth: int) -> dict[str, Any]:
        pairs = self._items("}", lambda: self._pair(depth + 1))
        return self._unique(pairs)

    def _object(self, name: str, depth: int) -> Object:
        if not self.take("("):
            return Object(name)
        arguments = self._items(")", lambda: self._pair(depth + 1, has_name=False))
        by_place = [value for key, value in arguments if key is None]
        named = [pair for pair in arguments if pair[0] is not None]
        if any(key is not None for key, _ in arguments[: len(by_place)]):
            raise ObjectError(
                f"{brief(self.text)!r}: a value without a name stands behind {named[0][0]}=;"
                " give those without a name first"
            )
        return Object(name, True, tuple(by_place), self._unique(named))

    def _pair(self, depth: int, has_name: bool = True) -> tuple[str | None, Any]:
        self.skip()
        match = self._matched(ARGUMENT)
        if match:
            self.place = match.end()
        elif has_name:
            raise self.error("KEY=")
        return (match[1] if match else None), self.value(depth)

    def _unique(self, pairs: list[Any]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        for key in keys:
            if keys.count(key) > 1:
                raise ObjectError(f"{brief(self.text)!r} gives {key} twice; give it once")
        return dict(pairs)

    def _items(self, end: str, item: Callable[[], Any]) -> list[Any]:
        items: list[Any] = []
        while not self.take(end):
            if items and not self.take(","):
                raise self.error(f"{end!r} or ','")
            if items and self.take(end):
                break
            items.append(item())
        return items

    def _scalar(self) -> Any:
        match = self._matched(SCALAR)
        if not match:
            raise self.error("a value")
        word = match[0]
        value = WORDS[word] if word in WORDS else self._toml(word)
        self.place = match.end()
        return value

    def _toml(self, word: str) -> Any:
        try:
            return read_value(word)
        except TomlError:
            raise self.error("a value that is known") from None

    def _matched(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.match(self.text, self.place)


def _quoted(text: str) -> str:
    """Text as a basic string of TOML."""
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    letters = (
        escapes.get(one) or (one if one.isprintable() else f"\\U{ord(one):08X}") for one in text
    )
    return f'"{"".join(letters)}"'
