"""What if: every design of a grid, counted in columns by the same formulas as one by one.

The formulas are arithmetic, so they count a column of designs as they count one. Columns are of
64-bit integers where the largest design of the grid shows that nothing can overflow, and of
Python's own, exact at any size, where it does not.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from math import inf, prod
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from bottlecalc.blocks.residual import (
    Block,
    BlockError,
    Plain,
    family_name,
    keys,
    make,
    read,
    require,
    spell,
)
from bottlecalc.formulas.residual import break_even_mid, count, layers
from bottlecalc.layers.count import Count, Design
from bottlecalc.text.numbers import parse_quantity
from bottlecalc.text.ranges import Sizes, SweepError

CHUNK = 1 << 15
"""Designs counted at once: enough to be fast, few enough to be small."""

CONDITION = re.compile(r"\s*(\w+)\s*(<=|>=|==|<|>)\s*(\S+)\s*")
DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?", re.ASCII)
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le, ">=": operator.ge, "==": operator.eq, "<": operator.lt, ">": operator.gt,
}  # fmt: skip
SHORT = {"params": "params_block", "macs": "macs_block", "flops": "flops_block"}
"""Figures without a scope are the whole block's."""


COUNTED = Design._fields[4:12]
NUMBERS = Design._fields[1:]


Axis = Sequence[int] | Sizes


@dataclass(frozen=True)
class Grid:
    """What is swept.

    Attributes:
        specs: the blocks, the first being the baseline.
        axes: the values of every key that an option gives.
        flags: the switches that hold for every design.
        sizes: of the input.
        batches: images in the input.
    """

    specs: tuple[str, ...]
    axes: Mapping[str, Sequence[int]]
    flags: Mapping[str, bool]
    sizes: Sizes
    batches: Sequence[int]

    def lanes(self) -> list[Lane]:
        """One lane a block, the first being the baseline.

        Raises:
            BlockError: a spec is wrong, or its channels are not said.
            SweepError: an option is given that no block has.
        """
        lanes = [self._lane(spec) for spec in self.specs]
        for key in (*self.axes, *self.flags):
            if not any(key in keys(lane.family) for lane in lanes):
                raise SweepError(
                    f"--{key} is given, and no swept block has {key} ({', '.join(self.specs)});"
                    " leave it out, or add a --block that has it"
                )
        return lanes

    def _lane(self, spec: str) -> Lane:
        family, said = read(spec)
        require(said.keys() | self.axes.keys(), spec)
        flags = {key: on for key, on in self.flags.items() if key in keys(family)}
        axes = {key: v for key, v in self.axes.items() if key in keys(family) and key not in said}
        return Lane(family, flags | said, {**axes, "size": self.sizes, "batch": self.batches})

    def length(self) -> int:
        """How many designs there are, those that are not allowed included."""
        return sum(lane.length() for lane in self.lanes())

    def common(self) -> dict[str, str]:
        """What all designs have in common, as a spec says it."""
        single = {key: str(axis[0]) for key, axis in self.axes.items() if len(axis) == 1}
        return {**single, **dict.fromkeys(self.flags, "true")}

    def swept(self) -> list[str]:
        """The keys that have more than one value."""
        axes: dict[str, Axis] = {**self.axes, "size": self.sizes, "batch": self.batches}
        return [key for key, values in axes.items() if len(values) > 1]


@dataclass(frozen=True)
class Lane:
    """One block of a grid: what is fixed, and the axes that it has, the last turning fastest."""

    family: type[Block]
    fixed: Mapping[str, int | bool]
    axes: Mapping[str, Axis]

    def length(self) -> int:
        """How many designs there are, those that are not allowed included."""
        return prod(len(values) for values in self.axes.values())

    def columns(self, start: int, stop: int, exact: bool) -> Columns:
        """What designs number ``start`` to ``stop`` are: a column a key, or one number."""
        at, columns = np.arange(start, stop), dict[str, Any](self.fixed)
        for key, values in reversed(list(self.axes.items())):
            at, place = np.divmod(at, len(values))
            if isinstance(values, Sizes):
                columns["height"] = _taken(values.heights, place, exact)
                columns["width"] = _taken(values.widths, place, exact)
            else:
                columns[key] = _taken(values, place, exact)
        return columns

    def block(self, values: Columns) -> Any:
        """What stands for a block in the formulas: its fields, each a number or a column."""
        fields = {field.name: field.default for field in keys(self.family).values()}
        named = {keys(self.family)[k].name: v for k, v in values.items() if k in keys(self.family)}
        return SimpleNamespace(**fields | named)


Columns = dict[str, Any]
"""Values by key or figure: arrays of one length, and numbers that hold for the whole length."""


class Column(np.ndarray[Any, Any]):
    """An array that is true or false as a whole, so that a formula may branch on it.

    One that is neither must be taken apart first, and says so.
    """

    def __bool__(self) -> bool:
        truths = set(np.asarray(self, dtype=bool).tolist())
        if len(truths) > 1:
            raise ValueError("a formula branches within a column; take the column apart first")
        return truths == {True}


def _taken(values: Sequence[int], places: Any, exact: bool) -> Any:
    """The values at these places: a column, or the number where there is but one."""
    if len(values) == 1:
        return values[0]
    if exact:
        places = places.astype(object)
    if isinstance(values, range):
        return (values.start + values.step * places).view(Column)
    return np.array(values, dtype=object if exact else np.int64)[places.astype(int)].view(Column)


class Condition(NamedTuple):
    """A column, an operator, and a number: ``params<=20k``."""

    key: str
    sign: str
    number: float

    def met(self, columns: Columns) -> Any:
        """Of each design, whether it meets the condition; all do where there is no such column."""
        if columns.get(self.key) is None:
            return True
        return np.asarray(OPERATORS[self.sign](columns[self.key], self.number), dtype=bool)


def parse_condition(text: str) -> Condition:
    """Read ``params<=20k``; the number of a ratio may have decimals.

    Raises:
        SweepError: it is no such condition.
        QuantityError: its number is none.
    """
    match = CONDITION.fullmatch(text)
    if not match:
        raise SweepError(
            f"--where {text!r} is no condition; give a key, one of {' '.join(OPERATORS)}, and a"
            " number, such as 'params<=20k'"
        )
    key = figure(match[1], "--where", (*NUMBERS, *AXES))
    ratio = key.startswith("ratio") and DECIMAL.fullmatch(match[3])
    return Condition(
        key, match[2], float(match[3]) if ratio else parse_quantity(match[3], f"--where {text!r}:")
    )


AXES = ("in", "out", "mid", "stride", "dilation", "groups")


def figure(name: str, option: str, allowed: Sequence[str] = NUMBERS) -> str:
    """The column that a name means; without a scope the block's.

    Raises:
        SweepError: there is no such column.
    """
    column = SHORT.get(name, name)
    if column not in allowed:
        known = ", ".join((*SHORT, *allowed))
        raise SweepError(f"{option} has no key {name!r}; the keys are {known}")
    return column


@dataclass
class Course:
    """How a sweep goes: designs visited, those not allowed, and what is wrong with the first."""

    visited: int = 0
    skipped: int = 0
    reason: str = ""


def sweep(
    grid: Grid, conditions: Sequence[Condition] = (), course: Course | None = None
) -> Iterator[Design]:
    """Every design of a grid that is allowed and meets the conditions, block by block.

    Args:
        grid: what is swept.
        conditions: all of which must be met; one on a key that a block does not have leaves that
            block alone.
        course: kept up to date as the sweep goes.

    Raises:
        BlockError, SweepError: see ``Grid.lanes``.
    """
    lanes = grid.lanes()
    for lane in lanes:
        yield from lane_designs(lane, lanes[0], conditions, course or Course())


def lane_designs(
    lane: Lane, baseline: Lane, conditions: Sequence[Condition], course: Course
) -> Iterator[Design]:
    """The designs of one lane, chunk by chunk; see ``sweep``."""
    exact = not (_fits(lane) and _fits(baseline))
    for start in range(0, lane.length(), CHUNK):
        length = min(CHUNK, lane.length() - start)
        values = lane.columns(start, start + length, exact)
        columns = values | tally(lane, values, length)
        columns |= _ratios(lane, columns, baseline, length, exact)
        allowed = _allowed(lane, values, length)
        _note(lane, values, np.flatnonzero(~allowed), course)
        course.visited += length
        kept = allowed & _met(lane, columns, conditions)
        yield from _rows(lane, _select(columns, kept), int(kept.sum()))


def _met(lane: Lane, columns: Columns, conditions: Sequence[Condition]) -> Any:
    """Of each design, whether it meets all conditions; defaults count as what they are."""
    defaults = {key: field.default for key, field in keys(lane.family).items()}
    known = defaults | {"mid": columns[WIDTH] if "mid" in defaults else None} | columns
    met = True
    for condition in conditions:
        met = met & condition.met(known)
    return met


def tally(lane: Lane, values: Columns, length: int) -> Columns:
    """The figures of so many designs, counted by the formulas a column at a time.

    The formulas take one shortcut for all that they are given, so that designs with an identity
    and designs with a projection are counted apart.
    """
    alike = 2 * (values["in"] == values["out"]) + (values.get("stride", 1) == 1)
    if np.ndim(alike) == 0:
        return _figures(lane, values)
    figures: Columns = {}
    for kind in np.unique(alike):
        places = np.flatnonzero(alike == kind)
        for name, column in _figures(lane, _select(values, places)).items():
            whole = figures.setdefault(name, np.empty(length, dtype=np.asarray(column).dtype))
            whole[places] = column
    return figures


WIDTH = "width of the 3×3"
"""What the middle of a block is as counted, said or not."""


def _figures(lane: Lane, values: Columns) -> Columns:
    block = lane.block(values)
    x = (values["batch"], block.in_channels, values["height"], values["width"])
    counted = Count(block, x, layers.dispatch(lane.family)(block, x))
    figures = (*counted.params, *counted.macs, *counted.flops, counted.activations)
    width = next(row.input[1] for row in reversed(counted.rows) if row.kernel == 3)
    return {**dict(zip(COUNTED, figures, strict=True)), WIDTH: width}


def _ratios(lane: Lane, columns: Columns, baseline: Lane, length: int, exact: bool) -> Columns:
    alone = {key: axis for key, axis in baseline.axes.items() if key not in lane.axes}
    if any(len(axis) > 1 for axis in alone.values()):
        nothing = np.full(length, np.nan)
        return {"ratio_params_block": nothing, "ratio_macs_block": nothing}
    both = lane.axes.keys() & baseline.axes.keys() | SIZE
    shared = {key: column for key, column in columns.items() if key in both}
    values = dict(baseline.fixed) | {key: axis[0] for key, axis in alone.items()} | shared
    allowed = _allowed(baseline, values, length).tolist()
    figures = tally(baseline, values, length)
    return {
        f"ratio_{name}": _quotients(figures[name], columns[name], allowed, exact)
        for name in ("params_block", "macs_block")
    }


SIZE = {"height", "width", "batch"}


def _quotients(ours: Any, theirs: Any, allowed: Sequence[bool], exact: bool) -> Any:
    """Each quotient as the float nearest to it; by Python's integers, for numpy's are rounded."""
    pairs = zip(_list(ours, len(allowed)), _list(theirs, len(allowed)), allowed, strict=True)
    quotients = [_quotient(a, b) if known else np.nan for a, b, known in pairs]
    return np.array(quotients, dtype=object if exact else float)


def _quotient(a: int, b: int) -> float:
    try:
        return a / b
    except OverflowError:
        return round(Fraction(a, b))
    except ZeroDivisionError:  # a design that is not allowed and will not be shown
        return 0.0


def _allowed(lane: Lane, values: Columns, length: int) -> Any:
    """Of each design, whether it may be."""
    block = lane.block(values)
    faults = (
        *lane.family.faults(block),
        *lane.family.size_faults(block, values["height"], values["width"]),
    )
    allowed = np.ones(length, dtype=bool)
    for broken, _ in faults:
        allowed &= ~np.asarray(broken, dtype=bool)
    return allowed


def _note(lane: Lane, values: Columns, places: Any, course: Course) -> None:
    if len(places) and not course.skipped:
        first = {key: int(v) for key, v in _select(values, places[0]).items()}
        flags = {key: v for key, v in lane.fixed.items() if isinstance(v, bool)}
        named = {key: v for key, v in first.items() if key not in SIZE} | flags
        try:
            count(make(lane.family, named), (first["height"], first["width"]), first["batch"])
        except BlockError as error:
            course.reason = str(error)
    course.skipped += len(places)


def _rows(lane: Lane, columns: Columns, length: int) -> Iterator[Design]:
    names = ("batch", "height", "width", *COUNTED)
    figures = [_list(columns[name], length) for name in names]
    ratios = [
        [None if quotient != quotient else quotient for quotient in _list(columns[name], length)]
        for name in ("ratio_params_block", "ratio_macs_block")
    ]
    return map(Design._make, zip(_specs(lane, columns, length), *figures, *ratios, strict=True))


def _specs(lane: Lane, columns: Columns, length: int) -> list[str]:
    """The specs of so many designs, spelled as ``str`` of each block would."""
    family = family_name(lane.family)
    parts = [
        [spell(key, value, field.default) for value in _list(columns[key], length)]
        for key, field in keys(lane.family).items()
        if key in columns
    ]
    return [f"{family}:{','.join(filter(None, pairs))}" for pairs in zip(*parts, strict=True)]


def _select(columns: Columns, which: Any) -> Columns:
    return {key: v[which] if hasattr(v, "shape") and v.shape else v for key, v in columns.items()}


def _list(column: Any, length: int) -> list[Any]:
    listed = getattr(column, "tolist", lambda: column)()
    return listed if isinstance(listed, list) else [listed] * length


def _fits(lane: Lane) -> bool:
    """Whether no figure of the lane can be beyond 64 bits, seen on a design larger than all."""
    values: Columns = dict(lane.fixed)
    for key, axis in lane.axes.items():
        if isinstance(axis, Sizes):
            values |= {"height": _most(axis.heights), "width": _most(axis.widths)}
        else:
            values[key] = min(axis) if key in ("stride", "groups") else _most(axis)
    values["in"] += values["in"] == values["out"]  # so that it has a projection
    elements = values["batch"] * values["in"] * values["height"] * values["width"]
    return bool(max(elements, *_figures(lane, values).values()) < 2**63)


def _most(values: Sequence[int]) -> int:
    return values[-1] if isinstance(values, range) else max(values)


def pareto(designs: Iterable[Design], names: Sequence[str]) -> list[Design]:
    """The designs that no other equals or beats in all of these, and beats in one.

    Less is better, but of a ratio more: it is the baseline's cost over the design's.
    """
    front: list[tuple[tuple[float, ...], Design]] = []
    for costs, design in sorted((_costs(design, names), design) for design in designs):
        if not any(_beats(other, costs) for other, _ in reversed(front)):
            front.append((costs, design))
    return [design for _, design in front]


def _costs(design: Design, names: Sequence[str]) -> tuple[float, ...]:
    ranks = (_rank(getattr(design, name), name.startswith("ratio")) for name in names)
    return tuple(inf if missing else rank for missing, rank in ranks)


def _beats(costs: Sequence[float], others: Sequence[float]) -> bool:
    return costs != others and all(a <= b for a, b in zip(costs, others, strict=True))


def arrange(
    designs: Iterable[Design], front: Sequence[str] = (), order: str = "", most: int | None = None
) -> Iterator[Design]:
    """The designs on the front of these keys, in this order (``-key``: largest first), so many.

    Holds all of them where there is a front or an order, and none where there is neither.
    """
    if front:
        designs = pareto(designs, front)
    if order:
        name, largest_first = order.removeprefix("-"), order.startswith("-")
        designs = sorted(designs, key=lambda design: _rank(getattr(design, name), largest_first))
    return islice(designs, most)


def _rank(figure: float | None, largest_first: bool) -> tuple[bool, float]:
    """What a figure is sorted by; one that is not there comes last either way."""
    if figure is None:
        return True, 0
    return False, -figure if largest_first else figure


class Curve(NamedTuple):
    """The cost of one block against the swept quantity; level where it does not have it."""

    spec: str
    level: bool
    points: list[tuple[int, int]]


def curves(grid: Grid, conditions: Sequence[Condition], quantity: str, cost: str) -> list[Curve]:
    """The cost of each block of a grid against the one quantity that is swept."""
    lanes = grid.lanes()
    return [
        Curve(spec, quantity not in lane.axes, [
            (_value(design, quantity), getattr(design, cost))
            for design in lane_designs(lane, lanes[0], conditions, Course())
        ])
        for spec, lane in zip(grid.specs, lanes, strict=True)
    ]  # fmt: skip


def _value(design: Design, quantity: str) -> int:
    if quantity in AXES:
        return int(read(design.spec)[1].get(quantity, 1))
    return design.height if quantity == "size" else design.batch


def break_evens(grid: Grid) -> set[int]:
    """The widths at which blocks of a grid meet the baseline, where that is a plain block."""
    lanes = grid.lanes()
    if lanes[0].family is not Plain:
        return set()
    widths = set()
    for lane in lanes:
        axes = {key: axis[0] for key, axis in lane.axes.items() if key in keys(lane.family)}
        values = {**axes, **lane.fixed}
        if "mid" in lane.axes:
            values["mid"] = values.get("groups", 1)
        widths.add(break_even_mid(make(lane.family, values)))
    return {width for width in widths if width is not None}
