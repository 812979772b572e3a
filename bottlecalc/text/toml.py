"""TOML, read in one place: a text that is none is one sentence."""

from __future__ import annotations

from typing import Any


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
        repr(document)  # as errors do with what it holds: dotted keys nest without a bracket
        return document
    except RecursionError:
        raise TomlError("is nested too deeply") from None
    except ValueError as error:  # an integer of thousands of digits is one, and no TOMLDecodeError
        raise TomlError(f"is no TOML: {error}") from None
