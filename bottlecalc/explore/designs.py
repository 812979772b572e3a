"""Designs: what each row of a sweep is, and pages of them, held in columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self

from bottlecalc.blocks.grammar import make
from bottlecalc.blocks.spec import Block

FIGURES = (
    *("params_main", "params_convs", "params_block"),
    *("macs_main", "macs_block", "flops_main", "flops_block", "activations"),
)
RATIOS = ("ratio_params_block", "ratio_macs_block")
NUMBERS = ("batch", "height", "width", *FIGURES, *RATIOS)
COLUMNS = ("spec", *NUMBERS)


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
    """Some designs, in columns.

    Attributes:
        columns: by name, those of ``COLUMNS``.
        design: the design at a place.
        keys: what is said of the blocks, by key, in columns too; none where families are mixed.
    """

    columns: Mapping[str, Sequence[Any]]
    design: Callable[[int], Design]
    keys: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    @classmethod
    def in_columns(
        cls, family: type[Block], keys: Mapping[str, Sequence[Any]], columns: Mapping[str, Any]
    ) -> Self:
        """A page of one family's designs, with what is said of each block, by key."""
        return cls(columns=columns, design=partial(_design, family, keys, columns), keys=keys)

    @classmethod
    def gathered(cls, places: Sequence[Place]) -> Self:
        """A page of what stands at these places of other pages; no design is made for it."""
        columns = {name: [page.columns[name][at] for page, at in places] for name in COLUMNS}
        return cls(columns=columns, design=partial(_elsewhere, places))

    def __len__(self) -> int:
        return len(self.columns["spec"])

    def __iter__(self) -> Iterator[Design]:
        return map(self.design, range(len(self)))

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The designs as rows of ``COLUMNS``."""
        return zip(*(self.columns[name] for name in COLUMNS), strict=True)

    def first(self, most: int) -> Page:
        """So many of the first designs."""
        columns, keys = (
            {name: column[:most] for name, column in held.items()}
            for held in (self.columns, self.keys)
        )
        return Page(columns=columns, design=self.design, keys=keys)


Place = tuple[Page, int]
"""Where a design is found."""


def _design(
    family: type[Block],
    keys: Mapping[str, Sequence[Any]],
    columns: Mapping[str, Sequence[Any]],
    place: int,
) -> Design:
    values = {name: column[place] for name, column in columns.items()}
    said = {name: column[place] for name, column in keys.items()}
    return Design(family=family, keys=said, **values)


def _elsewhere(places: Sequence[Place], place: int) -> Design:
    page, at = places[place]
    return page.design(at)
