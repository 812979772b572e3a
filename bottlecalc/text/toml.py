"""TOML, read in one place: a text that is none is one sentence."""

from __future__ import annotations

from typing import Any

DEEPEST = 100
"""Levels of tables and lists; whoever reads or repeats one does so by recursion."""


class TomlError(ValueError):
    """A text that is no TOML; its text says why."""


def parse(text: str) -> dict[str, Any]:
    """Read a TOML document.

    Raises:
        TomlError: it is none, or is nested too deeply to be read.
    """
    import tomllib  # some milliseconds that other commands need not pay

    try:
        document = tomllib.loads(text)
    except RecursionError:
        raise TomlError("is nested too deeply") from None
    except ValueError as error:  # an integer of thousands of digits is one, and no TOMLDecodeError
        raise TomlError(f"is no TOML: {error}") from None
    if _nests_beyond(DEEPEST, document):  # dotted keys nest without a bracket
        raise TomlError("is nested too deeply")
    return document


def read_value(text: str) -> object:
    """Read one value: ``3``, ``2.5``, ``true``, ``[1, 2]``, ``"text"``.

    Raises:
        TomlError: it is none.
    """
    read = parse(f"value = {text}")
    if set(read) != {"value"}:
        raise TomlError("is no TOML value")
    return read["value"]


def mend(key: str, text: str, option: str = "") -> str:
    """What would do instead of a text that is no value.

    Args:
        key: whose value it is.
        text: of the value.
        option: that gives it, and a blank.
    """
    if text in ("True", "False"):
        return f"give {option}{key}={text.lower()}"
    if text == "None":
        return f"TOML has none of that: leave {key} out, or name a function that gives it"
    return f"give a number, true, false, [1, 2], or text in quotes: {option}'{key}=\"{text}\"'"


def _nests_beyond(levels: int, value: Any) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return bool(inner) and (not levels or any(_nests_beyond(levels - 1, one) for one in inner))
