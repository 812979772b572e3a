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

from bottlecalc.blocks import Block, BlockError, family_name, keys, make, read, require
from bottlecalc.counts import Count, Design
from bottlecalc.errors import BottlecalcError
from bottlecalc.formulas import count, layers
from bottlecalc.quantities import parse_quantity

CHUNK = 1 << 15
"""Designs counted at once: enough to be fast, few enough to be small."""

RANGE = re.compile(r"([0-9]+):([0-9]+)(?::(\*?)([0-9]+))?", re.ASCII)
WHOLE_NUMBER = re.compile(r"[0-9]+(_[0-9]+)*", re.ASCII)
CONDITION = re.compile(r"\s*(\w+)\s*(<=|>=|==|<|>)\s*(\S+)\s*")
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le, ">=": operator.ge, "==": operator.eq, "<": operator.lt, ">": operator.gt,
}  # fmt: skip
SHORT = {"params": "params_block", "macs": "macs_block", "flops": "flops_block"}
"""Figures without a scope are the whole block's."""


class SweepError(BottlecalcError, ValueError):
    """A grid, or a question about it, that cannot be; its text says why."""


FIGURES = Design._fields[4:12]
NUMBERS = Design._fields[1:]


class Sizes(NamedTuple):
    """Heights and widths, pairwise [pixels]."""

    heights: Sequence[int]
    widths: Sequence[int]

    def __len__(self) -> int:
        return len(self.heights)


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

    def __len__(self) -> int:
        return sum(map(len, self.lanes()))

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

    def __len__(self) -> int:
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


def parse_axis(key: str, text: str) -> Sequence[int]:
    """The values of an option: ``16,32,64``, ``8:128:8`` (both ends), ``64:1024:*2``.

    Raises:
        SweepError: it is no such list, or an empty one.
    """
    parts = [_values(key, part.strip(), text) for part in text.split(",")]
    if len(parts) == 1:
        return parts[0]
    return list(dict.fromkeys(value for part in parts for value in part))


def parse_sizes(text: str) -> Sizes:
    """The values of ``--size``: as ``parse_axis`` reads them, or ``56x112`` among them.

    Raises:
        SweepError: it is no such list, or an empty one.
    """
    if "x" not in text:
        sides = parse_axis("size", text)
        return Sizes(sides, sides)
    pairs = dict.fromkeys(pair for part in text.split(",") for pair in _pairs(part, text))
    return Sizes([height for height, _ in pairs], [width for _, width in pairs])


def _pairs(part: str, text: str) -> list[tuple[int, int]]:
    height, by, width = part.strip().partition("x")
    columns = _values("size", width or height, text)
    rows = _values("size", height, text) if width else columns
    if by and (not width or (len(rows), len(columns)) != (1, 1)):
        raise _no_axis("size", text)
    return list(zip(rows, columns, strict=True))


def _values(key: str, part: str, text: str) -> Sequence[int]:
    if WHOLE_NUMBER.fullmatch(part):
        values: Sequence[int] = [int(part)]
    elif match := RANGE.fullmatch(part):
        values = _range(int(match[1]), int(match[2]), match[3] == "*", int(match[4] or 1))
    else:
        raise _no_axis(key, text)
    if not values or values[0] < 1:
        raise SweepError(
            f"--{key} {text!r} has no value of at least 1; give a range that goes up from 1 or more"
        )
    return values


def _range(first: int, last: int, doubling: bool, step: int) -> Sequence[int]:
    if step < 1 + doubling or first < 1:
        return []
    if not doubling:
        return range(first, last + 1, step)
    values = []
    while first <= last:
        values.append(first)
        first *= step
    return values


def _no_axis(key: str, text: str) -> SweepError:
    example = "14,28x56" if key == "size" else "16,32,64"
    return SweepError(
        f"--{key} {text!r} is no list or range; give {example}, 8:128:8 (both ends included)"
        " or 64:1024:*2"
    )


def parse_condition(text: str) -> tuple[str, str, int]:
    """The key, the operator and the number of ``params<=20k``.

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
    return figure(match[1], "--where", AXES), match[2], parse_quantity(match[3])


AXES = ("in", "out", "mid", "stride", "dilation", "groups")


def figure(name: str, option: str, others: Sequence[str] = ()) -> str:
    """The column that a name means; without a scope the block's.

    Raises:
        SweepError: there is no such column.
    """
    column = SHORT.get(name, name)
    if column not in NUMBERS and column not in others:
        known = ", ".join((*SHORT, *NUMBERS, *others))
        raise SweepError(f"{option} has no key {name!r}; the keys are {known}")
    return column


@dataclass
class Skipped:
    """Designs that are not allowed: how many, and what is wrong with the first."""

    times: int = 0
    reason: str = ""


def sweep(
    grid: Grid, conditions: Sequence[tuple[str, str, int]] = (), skipped: Skipped | None = None
) -> Iterator[Design]:
    """Every design of a grid that is allowed and meets the conditions, block by block.

    Args:
        grid: what is swept.
        conditions: what ``parse_condition`` gives; one on a key that a block does not have
            leaves that block alone.
        skipped: told of the designs that are not allowed, as they are met.

    Raises:
        BlockError, SweepError: see ``Grid.lanes``.
    """
    skipped = Skipped() if skipped is None else skipped
    lanes = grid.lanes()
    for lane in lanes:
        exact = not (_fits(lane) and _fits(lanes[0]))
        for start in range(0, len(lane), CHUNK):
            stop = min(start + CHUNK, len(lane))
            yield from _designs(lane, lanes[0], start, stop, exact, conditions, skipped)


def _designs(
    lane: Lane,
    baseline: Lane,
    start: int,
    stop: int,
    exact: bool,
    conditions: Sequence[tuple[str, str, int]],
    skipped: Skipped,
) -> Iterator[Design]:
    values, length = lane.columns(start, stop, exact), stop - start
    columns = values | tally(lane, values, length)
    columns |= _ratios(lane, columns, baseline, length, exact)
    kept = _allowed(lane, values, length)
    _note(lane, values, np.flatnonzero(~kept), skipped)
    for key, sign, number in conditions:
        if key in columns:
            kept &= np.asarray(OPERATORS[sign](columns[key], number), dtype=bool)
    yield from _rows(lane, _select(columns, kept), int(kept.sum()))


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


def _figures(lane: Lane, values: Columns) -> Columns:
    block = lane.block(values)
    x = (values["batch"], block.in_channels, values["height"], values["width"])
    counted = Count(block, x, layers.dispatch(lane.family)(block, x))
    figures = (*counted.params, *counted.macs, *counted.flops, counted.activations)
    return dict(zip(FIGURES, figures, strict=True))


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


def _note(lane: Lane, values: Columns, places: Any, skipped: Skipped) -> None:
    if len(places) and not skipped.times:
        first = {key: int(v) for key, v in _select(values, places[0]).items()}
        flags = {key: v for key, v in lane.fixed.items() if isinstance(v, bool)}
        named = {key: v for key, v in first.items() if key not in SIZE} | flags
        try:
            count(make(lane.family, named), (first["height"], first["width"]), first["batch"])
        except BlockError as error:
            skipped.reason = str(error)
    skipped.times += len(places)


def _rows(lane: Lane, columns: Columns, length: int) -> Iterator[Design]:
    names = ("batch", "height", "width", *FIGURES)
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
        [_pair(key, value, field.default) for value in _list(columns[key], length)]
        for key, field in keys(lane.family).items()
        if key in columns
    ]
    return [f"{family}:{','.join(filter(None, pairs))}" for pairs in zip(*parts, strict=True)]


def _select(columns: Columns, which: Any) -> Columns:
    return {key: v[which] if hasattr(v, "shape") and v.shape else v for key, v in columns.items()}


def _list(column: Any, length: int) -> list[Any]:
    listed = getattr(column, "tolist", lambda: column)()
    return listed if isinstance(listed, list) else [listed] * length


def _pair(key: str, value: object, default: object) -> str:
    return "" if value == default else f"{key}={str(value).lower()}"


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
    """The designs that no other equals or beats in all of these, and beats in one."""
    front: list[tuple[tuple[float, ...], Design]] = []
    for costs, design in sorted((_costs(design, names), design) for design in designs):
        if not any(_beats(other, costs) for other, _ in reversed(front)):
            front.append((costs, design))
    return [design for _, design in front]


def _costs(design: Design, names: Sequence[str]) -> tuple[float, ...]:
    return tuple(_cost(design, name) for name in names)


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
        name, sign = order.removeprefix("-"), -1 if order.startswith("-") else 1
        designs = sorted(designs, key=lambda design: sign * _cost(design, name))
    return islice(designs, most)


def _cost(design: Design, name: str) -> float:
    cost: float | None = getattr(design, name)
    return inf if cost is None else cost


def curves(
    grid: Grid, conditions: Sequence[tuple[str, str, int]], quantity: str, cost: str
) -> list[tuple[str, list[tuple[int, int]]]]:
    """The cost of each block of a grid against the one quantity that is swept.

    A block that does not have the quantity has one point.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    for design in sweep(grid, conditions):
        name = design.spec.partition(":")[0]
        place = design.height if quantity == "size" else design.batch
        _, said = read(design.spec)
        others = [f"{k}={v}" for k, v in said.items() if k not in grid.axes and k not in grid.flags]
        value = int(said.get(quantity, 1)) if quantity in AXES else place
        found.setdefault(" ".join((name, *others)), []).append((value, getattr(design, cost)))
    return list(found.items())
