"""A block of the user's own, as a text says it: ``blocks.py:MyBlock:in_channels=64``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Self

from bottlecalc.blocks.spec import BlockError
from bottlecalc.errors import CHANNELS
from bottlecalc.text.calls import brief
from bottlecalc.text.toml import TomlError, mend, read_value

NAME = r"[^\W\d]\w*"
PLACE = rf"[^=]*?\.py|{NAME}(?:\.{NAME})+"
"""A file, or a module within a package: neither is the name of a family."""

TARGET = rf"(?:{PLACE}):{NAME}(?:\.{NAME})*"
WORD = rf"{NAME}(?:[.-]\w+)*"
"""Text that needs no quotes."""

NO_TEXT = ("True", "False", "None")
"""Python's words, which are no text."""

OPENING = ("[", "{", '"', "'")
"""How a value begins that may hold a comma."""


@dataclass(frozen=True)
class OwnBlock:
    """A block of the user's own: an ``nn.Module`` class by its name, and arguments for it.

    It has no closed form: torch and fvcore count it, and nobody else.

    Attributes:
        target: ``path/to/file.py:Name`` or ``package.module:Name``.
        texts: the arguments' values as they are written, by key.

    >>> block = OwnBlock.parse("blocks.py:MyBlock:in_channels=64,act=relu")
    >>> block.arguments
    {'in_channels': 64, 'act': 'relu'}
    """

    target: str
    texts: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of a block of the user's own.

        Raises:
            BlockError: it names no class, or an argument is not of the form key=value.
        """
        text = text.strip()
        target = re.match(TARGET, text)
        rest = text[target.end() :] if target else ""
        if target is None or rest[:1] not in ("", ":"):
            raise BlockError(
                f"{brief(text)!r} names no block of your own; give FILE.py:NAME or"
                " package.module:NAME, and its arguments: blocks.py:MyBlock:in_channels=64"
            )
        texts: dict[str, str] = {}
        for key, value in _arguments(rest[1:], brief(text)):
            if key in texts:
                raise BlockError(f"{key} is given twice in {brief(text)!r}; give it once")
            texts[key] = value
        return cls(target[0], tuple(texts.items()))

    def __str__(self) -> str:
        arguments = ",".join(f"{key}={text}" for key, text in self.texts)
        return f"{self.target}:{arguments}" if arguments else self.target

    @property
    def arguments(self) -> Mapping[str, object]:
        """What the class is given, by key."""
        return {key: _value(text) for key, text in self.texts}

    def and_also(self, texts: Mapping[str, str]) -> Self:
        """The same with these arguments too.

        Raises:
            BlockError: a text is no value.
        """
        for key, text in texts.items():
            _check_value(key, text, str(self))
        return replace(self, texts=(*self.texts, *texts.items()))


def is_own(text: str) -> bool:
    """Whether a text names a block of the user's own, rather than one of a family."""
    return re.match(rf"(?:{PLACE})(?::|$)", text.strip()) is not None


def refuse_own(text: str) -> None:
    """Refuse a block of the user's own where a closed form is needed.

    Raises:
        BlockError: it is one.
    """
    if not is_own(text):
        return
    target = re.match(TARGET, text.strip())
    name = brief(target[0] if target else text)
    raise BlockError(
        f"{name} has no closed form, which is needed here; torch and fvcore count it:"
        f" bottlecalc compare --block {name}:KEY=VALUE, or bottlecalc count {name} --arg KEY=VALUE"
    )


def spellings(key: str) -> tuple[str, ...]:
    """What an argument that is this key of blocks may be called: ``in`` or ``in_channels``."""
    return (f"{key}_channels", key) if key in CHANNELS else (key,)


def _arguments(text: str, whole: str) -> Iterator[tuple[str, str]]:
    """Keys and the texts of their values; a comma within brackets or quotes parts nothing."""
    pieces = text.split(",") if text.strip() else []
    while pieces:
        key, equals, value = (part.strip() for part in pieces.pop(0).partition("="))
        if not equals or not key.isidentifier():
            raise BlockError(f"{brief(key)!r} in {whole!r} is no argument; give key=value")
        taken = _length(value, pieces)
        value = ",".join([value, *pieces[:taken]]).strip()
        del pieces[:taken]
        _check_value(key, value, whole)
        yield key, value


def _length(value: str, pieces: list[str]) -> int:
    """How many of the pieces behind it belong to a value."""
    if value.startswith(OPENING):
        for taken in range(len(pieces) + 1):
            if _value(",".join([value, *pieces[:taken]])) is not None:
                return taken
    return 0


def _value(text: str) -> object:
    """What a text is as TOML, or as a word; None where it is neither."""
    try:
        return read_value(text)
    except TomlError:
        return text if re.fullmatch(WORD, text) and text not in NO_TEXT else None


def _check_value(key: str, text: str, whole: str) -> None:
    if _value(text) is None:
        shown = brief(text)
        raise BlockError(f"{key} = {shown!r} in {whole!r} is no value; {mend(key, shown)}")
