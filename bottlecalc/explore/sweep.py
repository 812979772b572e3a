"""Sweeps: every design of a grid that is allowed and wanted, in the order that is wanted."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, product
from os import PathLike
from typing import TYPE_CHECKING, Any

from bottlecalc.blocks.arguments import by_key, read_block, read_family
from bottlecalc.blocks.families import COMPARED, FAMILIES
from bottlecalc.blocks.grammar import read
from bottlecalc.blocks.spec import Block, keys, numbers
from bottlecalc.errors import argument
from bottlecalc.explore import axes
from bottlecalc.explore.arrange import AS_THEY_COME, Order, arrange
from bottlecalc.explore.axes import AnySizes, Values
from bottlecalc.explore.condition import Condition, figure, parse_condition
from bottlecalc.explore.course import Course
from bottlecalc.explore.designs import Design, Designs, Page, names
from bottlecalc.explore.figures import NUMBERS
from bottlecalc.explore.grid import Grid, SweepError
from bottlecalc.explore.pages import pages
from bottlecalc.explore.shard import WHOLE, Shard, parse_shard
from bottlecalc.explore.ties import Tie
from bottlecalc.text.calls import public, quoted
from bottlecalc.text.display import Displayed, results
from bottlecalc.text.suggest import did_you_mean

if TYPE_CHECKING:
    from bottlecalc.agreement.compare import Comparison

MOST_COUNTED = 10**8
"""Designs of a grid that are gone through to tell how many are shown."""

Watch = Callable[[Iterator[Page]], Iterator[Page]]
"""Passes on pages that are counted, before they are put in order."""


@dataclass(frozen=True, kw_only=True)
class Sweep(Displayed):
    """Designs that are counted while they are asked for, each time anew, and never all held.

    Attributes:
        grid: what is swept.
        conditions: all of which a design must meet.
        order: which of them are shown, and in which order.
        shard: the part of the grid.
    """

    grid: Grid
    conditions: Sequence[Condition] = ()
    order: Order = AS_THEY_COME
    shard: Shard = WHOLE

    def __iter__(self) -> Iterator[Design]:
        return chain.from_iterable(self.pages())

    def __len__(self) -> int:
        """How many there are; all are gone through to tell.

        Raises:
            SweepError: the grid is so large that nobody waits for it.
        """
        if self.visited > MOST_COUNTED:
            raise SweepError(
                f"the grid has {self.visited:,} designs, more than {MOST_COUNTED:,}, and how many"
                " are shown is known once all are counted; give fewer values, or iterate"
            )
        return self._length

    def __bool__(self) -> bool:
        return any(map(len, self.pages()))

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of all columns: spec, family, the keys of every family, and the figures."""
        return names(self.grid.every_key)

    @property
    def visited(self) -> int:
        """How many designs are gone through, those that are not allowed included."""
        return self.shard.length(self.grid)

    def bounds(self) -> dict[str, float]:
        """What no number of any design exceeds, of the whole grid, whatever the shard."""
        found: dict[str, float] = {}
        for lane in self.grid.lanes:
            for name, most in lane.bounds().items():
                found[name] = max(most, found.get(name, 0))
        return found

    def pages(self, course: Course | None = None, watch: Watch | None = None) -> Iterator[Designs]:
        """The designs, many at once, in columns.

        Args:
            course: kept up to date as the sweep goes.
            watch: passes on all that meet the conditions, before they are put in order.

        Raises:
            SweepError: none of the designs is allowed.
        """
        course = course or Course()
        every = pages(self.grid, self.conditions, course, self.shard)
        shown = arrange(watch(every) if watch else every, self.order)
        first = next(shown, None)
        if first is None:
            self._refuse_if_none_is_allowed(course)
            return
        yield first
        yield from shown

    @public('designs.write("designs.csv")')
    def write(self, path: str | PathLike[str], format: str | None = None) -> None:  # noqa: A002
        """Write the designs into a file: whole or not at all, and never all held.

        Args:
            path: of the file.
            format: ``"parquet"``, ``"csv"``, ``"json"``, ``"markdown"`` or ``"table"``; by the
                path's ending where none is given: .parquet, .csv, .json, .md or .txt.

        Raises:
            SweepError: there is no such format, none of the designs is allowed, or pyarrow, which
                Parquet needs, is missing.
            OutputError: the file cannot be written.
        """
        results().write(self, path, format)

    @public('designs.plot("widths.svg")')
    def plot(
        self,
        path: str | PathLike[str],
        key: str | None = None,
        *,
        x: str | None = None,
        y: str | None = None,
    ) -> None:
        """Draw a cost against the one quantity that is swept; or the designs as points.

        A limit and an order do not change what is drawn.

        Args:
            path: of the figure: .svg, .png or .pdf; ``-`` prints it as text.
            key: the cost; ``params_main``, or over size and batch ``macs_main``, where none is
                given.
            x: draw the designs as points, this to the right; ``-key`` where more is better.
            y: and this upwards.

        Raises:
            SweepError: it is no figure, there is no such key, there is nothing to draw, not one
                quantity is swept, or matplotlib is missing.
            OutputError: the file cannot be written.
        """
        results().plot(self, path, key, x, y)

    @public("designs.measure(sample=20)")
    def measure(self, sample: int = 20, seed: int = 0) -> Comparison | None:
        """Ask torch and fvcore about designs that are drawn at random, each as likely as another.

        Args:
            sample: how many designs; all of them where there are fewer.
            seed: what they are drawn by; the same one, the same designs.

        Returns:
            The designs compared, the first being the baseline of the others; ``agrees`` is whether
            all counters agree. None where there is no design.

        Raises:
            SweepError: sample or seed is no whole number, or none of the designs is allowed.
            MeasureError: a design could not be measured.
        """
        from bottlecalc.explore.sample import Sample

        drawn = Sample(sample, seed)
        deque(drawn.watch(self.pages()), maxlen=0)
        return drawn.compare()

    @cached_property
    def _length(self) -> int:
        return sum(map(len, self.pages()))

    def _refuse_if_none_is_allowed(self, course: Course) -> None:
        if course.skipped == self.grid.length and course.refusal:
            raise SweepError(course.refusal)


@public('sweep("bottleneck", in_=64, out=128, mid=range(8, 129, 8))')
def sweep(
    *blocks: str | Block | type[Block] | Grid,
    size: AnySizes = 56,
    batch: Values = 1,
    where: str | Sequence[str] = (),
    pareto: str | Sequence[str] | None = None,
    sort: str | None = None,
    limit: int | str | None = None,
    shard: str = "1/1",
    **values: Values,
) -> Sweep:
    """Count every design of a grid, by closed form.

    >>> designs = sweep("bottleneck", in_=64, out=128, mid=range(8, 129, 8))
    >>> len(designs), max(design.params_main for design in designs)
    (16, 172032)

    Args:
        blocks: specs such as ``"bottleneck:groups=4"``, blocks or families, the first being the
            baseline; plain and bottleneck where there are none. Or one ``Grid``, whole.
        size: of the input: a side, a tuple of height and width, a list of such, or text
            (``"14,28x56"``) [pixels].
        batch: images in the input.
        where: conditions such as ``"params<=20k"`` or ``"mid>=16"``, all of which must be met; one
            on a key leaves out blocks that do not have it.
        pareto: keys; only designs are shown that no other beats in all of these. Less is better,
            of ``-key`` and of a ratio more; blocks without the key are left out.
        sort: a key, smallest first; ``-key`` for largest first.
        limit: at most so many designs.
        shard: which of how many equal parts of the grid: ``"3/16"``.
        values: of the keys that specs leave open, ``in_``, ``out``, ``mid``, …: a number, a list
            or range of them, text (``"8:128:8"``), or for a switch True. A key may follow another
            one: ``mid="out/2"``, ``groups="mid"``.

    Returns:
        The designs; nothing is counted before they are asked for.

    Raises:
        BlockError: a spec is wrong, or its channels are not said.
        SweepError, RangeError, TieError, QuantityError: a value or a condition is.
    """
    grid = _grid(blocks, values, size, batch)
    known = (*NUMBERS, *grid.every_number)
    texts = axes.texts("where", where)
    front = (
        pareto.split(",")
        if isinstance(pareto, str)
        else axes.texts("pareto", () if pareto is None else pareto)
    )
    return Sweep(
        grid=grid,
        conditions=[parse_condition(text, grid.every_number) for text in texts],
        order=Order(
            [signed(key, "pareto", known) for key in axes.texts("pareto", front)],
            "" if sort is None else signed(axes.text("sort", sort), "sort", known),
            axes.limit(limit),
        ),
        shard=parse_shard(axes.text("shard", shard)),
    )


def signed(key: str, option: str, known: Sequence[str]) -> str:
    """The column that a key means, with the sign that it has.

    Raises:
        SweepError: there is no such column.
    """
    name = key.strip()
    sign = "-" if name.startswith("-") else ""
    return sign + figure(name.removeprefix("-"), option, known)


def _grid(
    blocks: Sequence[Any], values: Mapping[str, Values], size: AnySizes, batch: Values
) -> Grid:
    if any(isinstance(block, Grid) for block in blocks):
        return _alone(blocks, values)
    given = by_key(values)
    _refuse_unknown(given)
    switches = {name: _switch(name, v) for name, v in given.items() if _is_flag(name, v)}
    said = {name: axes.axis_or_tie(name, v) for name, v in given.items() if name not in switches}
    ties = {name: one for name, one in said.items() if isinstance(one, Tie)}
    swept = {name: states for name, states in switches.items() if len(states) > 1}
    specs = tuple(one for block in blocks or COMPARED for one in _switched(_spec(block), swept))
    _refuse_idle(swept, specs)
    grid = Grid(
        specs,
        {name: one for name, one in said.items() if not isinstance(one, Tie)},
        {name: states[0] for name, states in switches.items() if name not in swept},
        axes.sizes(size), axes.axis("batch", batch), ties,
    )  # fmt: skip
    for lane in grid.lanes:
        _ = lane.traced
    return grid


def _alone(blocks: Sequence[Any], values: Mapping[str, Values]) -> Grid:
    (first, *others) = blocks
    if others or values or not isinstance(first, Grid):
        raise SweepError("a Grid says all that is swept; give it alone")
    _ = first.lanes
    return first


def _spec(block: Any) -> str:
    if isinstance(block, type):
        return read_family(block).family
    return block if isinstance(block, str) else str(read_block(block))


def _switched(spec: str, swept: Mapping[str, Sequence[bool]]) -> Iterator[str]:
    """A block in every state of the switches that it has and that its spec leaves open."""
    family, said = read(spec)
    open_ = keys(family).keys() - {*numbers(family), *said}
    states = {name: values for name, values in swept.items() if name in open_}
    for combination in product(*states.values()):
        on = [f"{name}=true" for name, one in zip(states, combination, strict=True) if one]
        yield f"{spec}{',' if ':' in spec else ':'}{','.join(on)}" if on else spec


def _refuse_idle(swept: Mapping[str, object], specs: Sequence[str]) -> None:
    """Refuse switches that no block leaves open.

    Raises:
        SweepError: there is one.
    """
    for name in swept:
        if not any(name in read(spec)[1] for spec in specs):
            raise SweepError(
                f"{argument(name)} is given, and no swept block has a switch {name}"
                f" ({', '.join(specs)}); leave it out, or add a {argument('block')} that has it"
            )


def _refuse_unknown(given: Mapping[str, Values]) -> None:
    known = dict.fromkeys(name for family in FAMILIES.values() for name in keys(family))
    for name in given:
        if name not in known:
            raise SweepError(
                f"there is no key {quoted(name)} to sweep{did_you_mean(name, known)}; the keys are"
                f" {', '.join(known)}, size and batch"
            )


def _is_flag(name: str, value: Any) -> bool:
    """Whether a switch is meant, of which a key of the same name may be another family's number."""
    families = [family for family in FAMILIES.values() if name in keys(family)]
    of_numbers = [name in numbers(family) for family in families]
    return not any(of_numbers) or (not all(of_numbers) and _says_switch(value))


def _says_switch(value: Any) -> bool:
    return bool(states := _states(value)) and all(one in STATES for one in states)


STATES: Mapping[Any, bool] = {"true": True, "false": False}


def _states(value: Any) -> list[Any]:
    """One state or several, as text."""
    if isinstance(value, str):
        return [one.strip() for one in value.split(",")]
    several = value if isinstance(value, (list, tuple)) else [value]
    return [str(one).lower() if isinstance(one, (bool, str)) else None for one in several]


def _switch(name: str, value: Any) -> list[bool]:
    if _says_switch(value):
        return list(dict.fromkeys(STATES[one] for one in _states(value)))
    raise SweepError(
        f"{argument(name)} = {quoted(value)} is neither True nor False; give one, or both"
    )
