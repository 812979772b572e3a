"""Rules that families share."""

from __future__ import annotations

from typing import Any

from bottlecalc.blocks.spec import Rule
from bottlecalc.errors import key, remedy

SAME_WIDTH = Rule(
    "out",
    lambda block: False if block.out_channels is None else block.out_channels != block.in_channels,
    lambda block: (
        f"{key('out')} = {block.out_channels} is not {key('in')} = {block.in_channels} in"
        f" {block}, whose input is added to its output; leave {key('out')} out"
    ),
    "out is in, since the input is added",
)
"""Of a block whose output's channels follow from its input's."""


def odd(name: str) -> Rule:
    """A kernel is odd, so that its padding keeps the size."""
    return Rule(
        name,
        lambda block: getattr(block, name) % 2 != 1,
        lambda block: (
            f"{key(name)} = {getattr(block, name)} is even in {block}, and no padding keeps the"
            " size with it; give an odd one"
        ),
        f"{name} is odd",
    )


def even(name: str, halves: str) -> Rule:
    """Channels are parted in two.

    Args:
        name: of the key.
        halves: what has half of them.
    """
    return Rule(
        name,
        lambda block: getattr(block, f"{name}_channels") % 2 != 0,
        lambda block: (
            f"{key(name)} = {getattr(block, f'{name}_channels')} is odd in {block}, and {halves};"
            f" give an even {key(name)}"
        ),
        f"{name} is even",
    )


def has_middle(whole: str) -> Rule:
    """A middle has a width, which is a quarter of ``in`` or of ``out`` where nobody says it."""

    def channels(block: Any) -> Any:
        return getattr(block, f"{whole}_channels")

    return Rule(
        "mid",
        lambda block: (
            (channels(block) // 4 if block.mid_channels is None else block.mid_channels) < 1
        ),
        lambda block: (
            f"{key('mid')} = {channels(block)} // 4 = 0 in {block};"
            f" give the width of the middle: {remedy('mid')}"
        ),
        f"mid is at least 1, so that it must be given where {whole} < 4",
    )
