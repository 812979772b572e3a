"""What a public function is given of blocks: one, or its text; the size and batch of its input."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from bottlecalc.blocks.grammar import EXAMPLE, parse
from bottlecalc.blocks.spec import Block, BlockError
from bottlecalc.text.calls import ArgumentError, quoted, whole_number


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
    """Height and width [pixels] from both, or from one number for the two.

    Raises:
        ArgumentError: it is neither.
        BlockError: a side is no whole number, or less than 1.
    """
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
