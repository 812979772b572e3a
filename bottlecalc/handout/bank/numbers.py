"""Where the numbers of an exercise come from: the class's own block first, else a draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from bottlecalc.blocks.residual import Bottleneck
from bottlecalc.formulas.residual import middle
from bottlecalc.layers.ops import Shape

CHANNELS = (24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120, 128)
"""Such as a class can multiply by hand, all multiples of 8."""

SIDES = (10, 12, 14, 16, 18, 20, 22, 24, 26, 28)
LETTERS = "ABCD"


class Own(NamedTuple):
    """The block that a class has before it.

    Attributes:
        block: of which an exercise takes the channels alone.
        size: height and width of its input [pixels].
    """

    block: Bottleneck
    size: tuple[int, int]


@dataclass(frozen=True)
class Numbers:
    """What an exercise draws its numbers from.

    Attributes:
        random: by which they are drawn.
        own: the class's own, which come before any that are drawn.
        common: by which is drawn what all forms of a class have alike; None where it is one form.
    """

    random: Random
    own: Own | None = None
    common: Random | None = None

    @property
    def alike(self) -> Random:
        """By which is drawn what is no number: the question itself."""
        return self.random if self.common is None else self.common

    def channels(self) -> tuple[int, int]:
        """In and out of a layer, of different numbers."""
        c, d = self.random.sample(CHANNELS, 2)
        return c, d

    def size(self) -> tuple[int, int]:
        """Height and width, which differ [pixels]."""
        height, width = self.random.sample(SIDES, 2)
        return height, width

    def block_size(self) -> tuple[int, int]:
        """Height and width of a bottleneck's input [pixels]."""
        return self.size() if self.own is None else self.own.size

    def bottleneck(self) -> Bottleneck:
        """The class's own, or one that projects, its middle at most half as wide as its ends."""
        if self.own is not None:
            block = self.own.block
            return Bottleneck(block.in_channels, block.out_channels, mid_channels=middle(block))
        return self.projecting()

    def projecting(self) -> Bottleneck:
        """The same, where an exercise needs the projection."""
        own = self.own
        if own is not None and own.block.in_channels != own.block.out_channels:
            return self.bottleneck()
        c, d = self.channels()
        mid = self.random.randrange(8, min(c, d) // 2 + 1, 4)
        return Bottleneck(c, d, mid_channels=mid)

    def choice(self, right: str, *wrong: str) -> tuple[tuple[str, ...], str]:
        """What there is to choose from, by the letters' order, and the letter of the right one."""
        options = tuple(self.random.sample((right, *wrong), 1 + len(wrong)))
        return options, LETTERS[options.index(right)]


def letters(options: Sequence[str], answer: str) -> dict[str, str]:
    """The letter of everything that is not the answer, by its name."""
    pairs = zip(options, LETTERS, strict=False)
    return {name: letter for name, letter in pairs if letter != answer}


def plane(channels: int, height: int, width: int) -> Shape:
    """The shape of one image."""
    return (1, channels, height, width)
