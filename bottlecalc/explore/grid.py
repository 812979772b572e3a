"""Grids: which designs a sweep goes through."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from bottlecalc.blocks.grammar import read, require
from bottlecalc.blocks.spec import Block, keys, numbers
from bottlecalc.errors import BottlecalcError, argument, key
from bottlecalc.explore.cases import TracedFamily, trace
from bottlecalc.explore.columns import Columns, bounds, column, follows, tied
from bottlecalc.explore.figures import INPUT
from bottlecalc.explore.ties import Tie
from bottlecalc.layers.expression import Expression
from bottlecalc.text.ranges import Sizes

Axis = Sequence[int] | Sizes


USUAL = Sizes([56], [56])


class SweepError(BottlecalcError, ValueError):
    """A grid, or a question about it, that cannot be; its text says why."""


@dataclass(frozen=True)
class Grid:
    """What is swept.

    Attributes:
        specs: the blocks, the first being the baseline.
        axes: the values of every key that an option gives.
        flags: the switches that hold for every design.
        sizes: of the input.
        batches: images in the input.
        ties: the keys that follow others, and how.
    """

    specs: tuple[str, ...]
    axes: Mapping[str, Sequence[int]]
    flags: Mapping[str, bool] = field(default_factory=dict)
    sizes: Sizes = USUAL
    batches: Sequence[int] = (1,)
    ties: Mapping[str, Tie] = field(default_factory=dict)

    @cached_property
    def lanes(self) -> list[Lane]:
        """One lane a block, the first being the baseline.

        Raises:
            BlockError: a spec is wrong, or its channels are not said.
            SweepError: an option is given that no block has.
            TieError: a tie names no key, or goes in a circle.
        """
        lanes = [self._lane(spec) for spec in self.specs]
        for name in self._given:
            if not any(name in lane.said for lane in lanes):
                shared = any(name in keys(lane.family) for lane in lanes)
                kind = ("a switch " if name in self.flags else "a number ") if shared else ""
                raise SweepError(
                    f"{argument(name)} is given, and no swept block has {kind}{name}"
                    f" ({', '.join(self.specs)}); leave it out, or add a {argument('block')} that"
                    " has it"
                )
        return lanes

    def _lane(self, spec: str) -> Lane:
        family, values = read(spec)
        require({*values, *self._given}, spec)
        of_numbers = {*numbers(family)}
        switches, open_ = keys(family).keys() - of_numbers, of_numbers - values.keys()
        self._refuse_kinds(family, values)
        flags = {name: on for name, on in self.flags.items() if name in switches}
        axes = {name: v for name, v in self.axes.items() if name in open_}
        ties = {name: t for name, t in self.ties.items() if name in open_}
        inputs: dict[str, Axis] = {"size": self.sizes, "batch": self.batches}
        return Lane(spec, family, flags | values, {**axes, **inputs}, ties)

    def _refuse_kinds(self, family: type[Block], said: Container[str]) -> None:
        """Refuse a number for what is a switch of this family, and the other way round.

        Args:
            family: of a block.
            said: the keys that its spec says, which options do not touch.

        Raises:
            SweepError: there is one.
        """
        of_numbers = numbers(family)
        for name in self._given:
            is_number = name in of_numbers
            if name in keys(family) and name not in said and is_number is (name in self.flags):
                kind, other = ("number", "switch") if is_number else ("switch", "number")
                raise SweepError(
                    f"{key(name)} is a {kind} of {family.family}, and is given as a {other}; say it"
                    f" in each {argument('block')}"
                )

    @property
    def _given(self) -> tuple[str, ...]:
        """The keys that options give."""
        return (*self.axes, *self.ties, *self.flags)

    @cached_property
    def every_key(self) -> tuple[str, ...]:
        """The keys of all families that are swept, refinements where some block has one."""
        return tuple(dict.fromkeys(name for lane in self.lanes for name in lane.shown))

    @cached_property
    def every_number(self) -> tuple[str, ...]:
        """Those of them that are numbers."""
        return tuple(dict.fromkeys(name for lane in self.lanes for name in numbers(lane.family)))

    @cached_property
    def every_switch(self) -> frozenset[str]:
        """Those that are switches; of one family, what may be a number of another."""
        families = {lane.family for lane in self.lanes}
        return frozenset(name for one in families for name in keys(one).keys() - {*numbers(one)})

    @property
    def length(self) -> int:
        """How many designs there are, those that are not allowed included."""
        return sum(lane.length for lane in self.lanes)

    @property
    def common(self) -> dict[str, str]:
        """What options say of all designs, as a spec says it."""
        single = {name: str(axis[0]) for name, axis in self.axes.items() if len(axis) == 1}
        switches = (name for name, on in self.flags.items() if on)
        tied = {name: str(tie) for name, tie in self.ties.items()}
        said = {**single, **tied, **dict.fromkeys(switches, "true")}
        return {name: text for name, text in said.items() if name not in self.overridden}

    @property
    def overridden(self) -> frozenset[str]:
        """The keys that an option gives, and a spec too."""
        given = {*self._given}
        return frozenset(name for spec in self.specs for name in read(spec)[1] if name in given)

    @property
    def swept(self) -> list[str]:
        """The keys that have more than one value."""
        axes: dict[str, Axis] = {**self.axes, "size": self.sizes, "batch": self.batches}
        return [name for name, values in axes.items() if len(values) > 1]


@dataclass(frozen=True)
class Lane:
    """One block of a grid.

    Attributes:
        spec: of the block, as it was given.
        family: of the block.
        fixed: what the spec says, and the switches.
        axes: of what the spec leaves open, the last turning fastest.
        ties: the keys that follow others, and how.
    """

    spec: str
    family: type[Block]
    fixed: Mapping[str, int | bool]
    axes: Mapping[str, Axis]
    ties: Mapping[str, Tie] = field(default_factory=dict)

    @property
    def length(self) -> int:
        """How many designs there are, those that are not allowed included."""
        return prod(len(values) for values in self.axes.values())

    @cached_property
    def traced(self) -> TracedFamily:
        """The closed form of its designs, over the keys that are given."""
        names = [name for name in numbers(self.family) if name in {*self.fixed, *self.axes}]
        flags = {name: on for name, on in self.fixed.items() if isinstance(on, bool)}
        return trace(self.family, flags, names, self.ties)

    @cached_property
    def said(self) -> tuple[str, ...]:
        """The keys of which something is said, in the order of the family's."""
        given = {*self.fixed, *self.axes, *self.ties}
        return tuple(name for name in keys(self.family) if name in given)

    @property
    def shown(self) -> tuple[str, ...]:
        """The keys of the family without the refinements of which nothing is said."""
        silent = {*self.family.REFINEMENTS} - {*self.said}
        return tuple(name for name in keys(self.family) if name not in silent)

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """What each key of the family is where nobody says it."""
        return {name: field.default for name, field in keys(self.family).items()}

    def resolved(self, values: Columns) -> Columns:
        """What every key is, defaults as what they are; one that is nothing is left out."""
        known = {**self.defaults, **follows(self.traced, values)}
        known |= {**tied(self.traced, values), **values}
        return {name: one for name, one in known.items() if one is not None}

    def bounds(self) -> dict[str, float]:
        """What no key and no figure of its designs exceeds."""
        traced, largest = self.traced, self._largest
        names = {name: Expression(name) for name in largest}
        found = bounds({**names, **traced.follows, **traced.tied}, largest)
        for case in traced.cases:
            for name, most in bounds(case.totals, largest).items():
                found[name] = max(most, found.get(name, 0))
        return found

    @property
    def _largest(self) -> dict[str, int]:
        """The largest value of every number that is given."""
        sizes = self.axes["size"]
        found = {name: max(axis) for name, axis in self._lists()}
        if isinstance(sizes, Sizes):
            found |= {"height": max(sizes.heights), "width": max(sizes.widths)}
        return {**found, **{n: v for n, v in self.fixed.items() if not isinstance(v, bool)}}

    @property
    def first(self) -> dict[str, int | bool]:
        """What its first design is, by the keys of its family."""
        known = keys(self.family)
        return {**{name: axis[0] for name, axis in self._lists() if name in known}, **self.fixed}

    def columns(self, start: int, stop: int) -> Columns:
        """What designs number ``start`` to ``stop`` are: a column a key, or one number."""
        at, columns = np.arange(start, stop), dict[str, Any](self.fixed)
        for name, values in reversed(list(self.axes.items())):
            at, places = np.divmod(at, len(values))
            if isinstance(values, Sizes):
                columns["height"] = column(values.heights, places)
                columns["width"] = column(values.widths, places)
            else:
                columns[name] = column(values, places)
        return columns

    def follows(self, baseline: Lane) -> bool:
        """Whether every design of this lane has one design of the baseline beside it."""
        alone = (axis for name, axis in baseline.axes.items() if name not in self.axes)
        return all(len(axis) == 1 for axis in alone)

    def beside(self, columns: Columns, other: Lane) -> Columns:
        """What this lane's designs are that stand beside those of another."""
        alone = {name: axis[0] for name, axis in self._lists() if name not in other.axes}
        both = {*(self.axes.keys() & other.axes.keys()), *INPUT}
        return {**self.fixed, **alone, **{n: one for n, one in columns.items() if n in both}}

    def _lists(self) -> list[tuple[str, Sequence[int]]]:
        return [(name, axis) for name, axis in self.axes.items() if not isinstance(axis, Sizes)]
