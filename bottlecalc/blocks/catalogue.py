"""What each family is, as its spec itself says: its keys, its rules and its paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, dataclass
from inspect import cleandoc
from typing import Any

from bottlecalc.blocks.arguments import read_family
from bottlecalc.blocks.families import FAMILIES
from bottlecalc.blocks.spec import Block, keys
from bottlecalc.text.calls import public
from bottlecalc.text.display import Displayed

ARGUMENT = re.compile(r"^ +(\w+): (.*(?:\n {8,}.*)*)", re.MULTILINE)
SOURCE = re.compile(r"^Source: (.*(?:\n.+)*)", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Key:
    """One thing that may be said of a family's blocks.

    Attributes:
        name: in a spec.
        field: in Python.
        is_switch: whether it is true or false, and otherwise a whole number of at least 1.
        default: what it is where nothing is said; None where that follows from other keys.
        is_required: whether it must be given.
        text: what it is.
    """

    name: str
    field: str
    is_switch: bool
    default: int | bool | None
    is_required: bool
    text: str


@dataclass(frozen=True, kw_only=True)
class Family:
    """What there is to know of a family before one of its blocks is written.

    Attributes:
        name: in a spec.
        text: what its blocks are.
        keys: in the order in which a spec has them.
        laws: what holds of all its blocks, a line each.
        source: the paper.
    """

    name: str
    text: str
    keys: tuple[Key, ...]
    laws: tuple[str, ...]
    source: str


@dataclass(frozen=True, kw_only=True)
class Catalogue(Displayed):
    """Families, and what there is to know of each."""

    families: tuple[Family, ...]


@public('families("bottleneck")')
def families(*names: str) -> Catalogue:
    """What there is to know of the families of these names, or of all.

    Raises:
        BlockError: there is no family of that name.
        ArgumentError: something is given that is no name.

    >>> [family.name for family in families("bottleneck").families]
    ['bottleneck']
    """
    chosen = [read_family(name) for name in names] or FAMILIES.values()
    return Catalogue(families=tuple(map(describe, chosen)))


def describe(family: type[Block]) -> Family:
    """What a family's spec says of it."""
    texts = dict(_arguments(family))
    return Family(
        name=family.family,
        text=_first_of(family, re.compile(r"\A(.+(?:\n.+)*)")),
        keys=tuple(_key(name, field, texts) for name, field in keys(family).items()),
        laws=tuple(rule.law for rule in (*family.RULES, *family.INPUT_RULES) if rule.law),
        source=_first_of(family, SOURCE),
    )


def _key(name: str, field: Field[Any], texts: dict[str, str]) -> Key:
    default: Any = field.default
    is_required = default is MISSING
    return Key(
        name=name,
        field=field.name,
        is_switch=isinstance(default, bool),
        default=None if is_required else default,
        is_required=is_required,
        text=texts.get(field.name, ""),
    )


def _docstrings(family: type[Block]) -> Iterator[str]:
    """The family's own first, then those of what it is based on."""
    for base in family.__mro__:
        if issubclass(base, Block):
            yield cleandoc(base.__doc__ or "")


def _arguments(family: type[Block]) -> Iterator[tuple[str, str]]:
    for text in reversed(list(_docstrings(family))):
        for name, meaning in ARGUMENT.findall(text.partition("Args:")[2]):
            yield name, " ".join(meaning.split()).removesuffix(".")


def _first_of(family: type[Block], pattern: re.Pattern[str]) -> str:
    """What the first docstring says that says such a thing, on one line."""
    found = filter(None, map(pattern.search, _docstrings(family)))
    return next((" ".join(match[1].split()) for match in found), "")
