"""Designs: what each row of a sweep is, and pages of them, held in columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bottlecalc.blocks.grammar import make
from bottlecalc.blocks.spec import Block, spell
from bottlecalc.explore.columns import Columns, listed, select
from bottlecalc.explore.figures import NUMBERS, RATIOS
from bottlecalc.explore.grid import Lane


def names(keys: Sequence[str]) -> tuple[str, ...]:
    """The columns of designs with these keys."""
    return ("spec", "family", *keys, *NUMBERS)


@dataclass(frozen=True, kw_only=True)
class Design:
    """One design of a grid, counted by closed form.

    Attributes:
        family: of the block.
        keys: what is said of the block.
        spec: the block's text.
        batch: images in the input.
        height: of the input [pixels].
        width: of the input [pixels].
        params_main: parameters of the main path's convolutions [parameters].
        params_convs: main, projection and upsampling [parameters].
        params_block: everything, normalisation and biases included [parameters].
        macs_main: of the main path [MACs].
        macs_block: of the whole block [MACs].
        flops_main: of the main path [FLOPs].
        flops_block: of the whole block [FLOPs].
        activations: output elements of all convolutions [elements].
        ratio_params_block: the baseline's parameters over these; None where it has none.
        ratio_macs_block: the baseline's MACs over these; None where it has none.
    """

    family: type[Block]
    keys: Mapping[str, int | bool]
    spec: str
    batch: int
    height: int
    width: int
    params_main: int
    params_convs: int
    params_block: int
    macs_main: int
    macs_block: int
    flops_main: int
    flops_block: int
    activations: int
    ratio_params_block: float | None
    ratio_macs_block: float | None

    @property
    def block(self) -> Block:
        """The block."""
        return make(self.family, self.keys)


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some designs of one block, in columns.

    Attributes:
        lane: of the block.
        columns: its keys, and all of ``NUMBERS``: arrays, and what holds for the whole length.
        length: how many designs there are.
    """

    lane: Lane
    columns: Columns
    length: int

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[Design]:
        lane = self.lane
        said = zip(*map(self.listed, lane.said), strict=True)
        rows = zip(self.listed("spec"), said, self.rows(NUMBERS), strict=True)
        for spec, values, numbers in rows:
            yield Design(
                family=lane.family,
                keys=dict(zip(lane.said, values, strict=True)),
                spec=spec,
                **dict(zip(NUMBERS, numbers, strict=True)),
            )

    def take(self, which: Any, length: int) -> Page:
        """Those at these places, so many."""
        return replace(self, columns=select(self.columns, which), length=length)

    def design(self, place: int) -> Design:
        """The one at a place."""
        return next(iter(self.take([place], 1)))

    def first(self, most: int) -> Page:
        """So many of the first."""
        return self.take(slice(most), min(most, self.length))

    def listed(self, name: str) -> list[Any]:
        """A column, or spec or family, of each design; None where there is none."""
        if name == "spec":
            return self._specs()
        if name == "family":
            return [self.lane.family.family] * self.length
        values = listed(self.columns.get(name), self.length)
        if name in RATIOS:
            return [None if value != value else value for value in values]
        return values

    def rows(self, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """The designs as rows of these columns."""
        return zip(*map(self.listed, names), strict=True)

    def _specs(self) -> list[str]:
        texts = (self._spelled(name) for name in self.lane.said)
        pairs = (",".join(filter(None, row)) for row in zip(*texts, strict=True))
        return [f"{self.lane.family.family}:{text}" for text in pairs]

    def _spelled(self, name: str) -> list[str]:
        """What a spec says of a key, for each of the designs."""
        one: Any = self.columns.get(name)
        default = self.lane.defaults[name]
        if not np.ndim(one):
            return [spell(name, one, default)] * self.length
        return [spell(name, value, default) for value in self.listed(name)]


@dataclass(frozen=True)
class Mixture:
    """Designs of several pages in an order of their own.

    Attributes:
        parts: pages, and the places at which their designs stand.
    """

    parts: Sequence[tuple[Page, Sequence[int]]]

    def __len__(self) -> int:
        return sum(len(page) for page, _ in self.parts)

    def __iter__(self) -> Iterator[Design]:
        return iter(self._placed(list))

    def listed(self, name: str) -> list[Any]:
        """A column, or spec or family, of each design; None where there is none."""
        return self._placed(lambda page: page.listed(name))

    def rows(self, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """The designs as rows of these columns."""
        return zip(*map(self.listed, names), strict=True)

    def design(self, place: int) -> Design:
        """The one at a place."""
        held = ((page, places.index(place)) for page, places in self.parts if place in places)
        return next(page.design(at) for page, at in held)

    def first(self, most: int) -> Mixture:
        """So many of the first."""
        held = ((page, [at for at in places if at < most]) for page, places in self.parts)
        return Mixture([(page.first(len(places)), places) for page, places in held])

    def _placed(self, values: Callable[[Page], Sequence[Any]]) -> list[Any]:
        placed: list[Any] = [None] * len(self)
        for page, places in self.parts:
            for at, value in zip(places, values(page), strict=True):
                placed[at] = value
        return placed


Designs = Page | Mixture
"""What is shown at once."""
