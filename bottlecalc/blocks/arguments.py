"""What a public function is given of blocks: one, or its text; the size and batch of its input."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from keyword import iskeyword
from typing import Any

from bottlecalc.blocks.grammar import EXAMPLE, family_named, parse
from bottlecalc.blocks.spec import Block, BlockError
from bottlecalc.errors import key
from bottlecalc.text.calls import ArgumentError, quoted, whole_number
from bottlecalc.text.shapes import parse_sides

SIDE = 56
"""Height and width of an input where nobody says them [pixels]."""


def read_block(given: object) -> Block:
    """A block, or the one that a text says.

    Raises:
        ArgumentError: it is neither.
        BlockError: the text says none.
    """
    if isinstance(given, Block):
        return given
    if isinstance(given, str):
        return parse(given)
    raise ArgumentError(_no_block(given))


def read_size(given: object) -> tuple[int, int]:
    """Height and width [pixels] from both, from one number for the two, or from text: ``56x112``.

    Raises:
        ArgumentError: it is neither.
        BlockError: a side is no whole number, or less than 1.
    """
    if isinstance(given, str):
        given = parse_sides(given) or given
    pair = (given, given) if isinstance(given, (int, float)) or _is_whole(given) else given
    if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2:
        raise ArgumentError(
            f"size = {quoted(given)} is no size; give one number, or height and width: (56, 112)"
        )
    return _at_least_1("height", pair[0]), _at_least_1("width", pair[1])


def read_batch(given: object) -> int:
    """Images in an input.

    Raises:
        BlockError: it is no whole number, or less than 1.
    """
    return _at_least_1("batch", given)


def by_key(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of a block, by key: ``in`` for ``in_`` and for ``in_channels``.

    Raises:
        ArgumentError: something is said twice.
    """
    said: dict[str, Any] = {}
    for name, value in arguments.items():
        spelled = key_named(name)
        if spelled in said:
            raise ArgumentError(f"{key(spelled)} is given twice; give it once")
        said[spelled] = value
    return said


def key_named(name: Any) -> Any:
    """The key that an argument stands for; anything else as it is."""
    if not isinstance(name, str):
        return name
    plain = name.removesuffix("_")
    return plain if iskeyword(plain) else name.removesuffix("_channels")


def read_family(given: object) -> type[Block]:
    """A family, or the one of that name.

    Raises:
        ArgumentError: it is neither.
        BlockError: there is none of that name.
    """
    if isinstance(given, str):
        return family_named(given)
    if isinstance(given, type) and issubclass(given, Block) and hasattr(given, "family"):
        return given
    raise ArgumentError(f"{quoted(given)} is no family of blocks; give one, such as Bottleneck")


def plain_number(value: Any) -> Any:
    """A whole number as Python's own, numpy's as well; anything else as it is."""
    number = whole_number(value, 0)
    return value if number is None else number


def _is_whole(given: object) -> bool:
    return whole_number(given) is not None


def _at_least_1(name: str, given: object) -> int:
    number = whole_number(given)
    if number is None:
        raise BlockError(f"{name} = {quoted(given)}; give a whole number of at least 1")
    return number


def _no_block(given: object) -> str:
    if isinstance(given, type) and issubclass(given, Block):
        name = given.__name__
        return f"{name} is a family of blocks; give a block of it, such as {name}(64, 128)"
    if is_model(given):
        return (
            f"{type(given).__name__} is a model, not a block; count it by"
            " count_model(model, (1, 3, 224, 224))"
        )
    return f"{quoted(given)} is no block; give one, such as Bottleneck(64, 128), or {EXAMPLE}"


def is_model(given: object) -> bool:
    """Whether this is an ``nn.Module``: without torch, which is not loaded for it, nothing is."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(given, torch.nn.Module)
