"""``bottlecalc sweep``."""

from __future__ import annotations

import shutil
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bottlecalc.blocks.families import COMPARED, FAMILIES
from bottlecalc.cli import options
from bottlecalc.cli.compare import Format
from bottlecalc.cli.comparison import remark
from bottlecalc.cli.options import BlockOptions, block_options
from bottlecalc.cli.output import (
    FAILED,
    console,
    drafting,
    heeding_interrupts,
    progress,
    save,
    spinner,
    tell,
    write,
    write_all,
)
from bottlecalc.render.layout import unbounded
from bottlecalc.text.numbers import WHOLE_NUMBER
from bottlecalc.text.ranges import parse_axis, parse_sizes
from bottlecalc.tools import check

if TYPE_CHECKING:
    from bottlecalc.explore.arrange import Order
    from bottlecalc.explore.condition import Condition
    from bottlecalc.explore.curves import Curves
    from bottlecalc.explore.designs import Page
    from bottlecalc.explore.grid import Grid
    from bottlecalc.explore.sample import Sample

MOST_DESIGNS = 10**8
"""More than this take --yes: they are counted in minutes and written in gigabytes."""


@block_options
def sweep(
    shared: BlockOptions,
    blocks: options.Blocks = None,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", metavar="CONDITION", help="Only designs so: 'params<=20k'."),
    ] = None,
    pareto: Annotated[
        str | None,
        typer.Option(
            "--pareto", metavar="KEY,KEY", help="Only designs that no other beats in all of these."
        ),
    ] = None,
    sort: Annotated[
        str | None,
        typer.Option("--sort", metavar="KEY", help="Smallest first; -KEY for largest first."),
    ] = None,
    limit: Annotated[
        str | None, typer.Option("--limit", metavar="N", help="At most so many designs.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Sweep even more than 100,000,000 designs.")
    ] = False,
    measure: Annotated[
        bool, typer.Option("--measure", help="Ask torch and fvcore about a random sample.")
    ] = False,
    sample: Annotated[
        str, typer.Option("--sample", metavar="N", help="How many designs --measure draws.")
    ] = "20",
    seed: Annotated[
        str, typer.Option("--seed", metavar="N", help="What --measure draws by.")
    ] = "0",
    plot: Annotated[
        str | None,
        typer.Option(
            "--plot", metavar="FILE", help="Draw cost against the swept key: .svg, .png, .pdf or -."
        ),
    ] = None,
    plotted: Annotated[
        str | None,
        typer.Option(
            "--plot-key",
            metavar="KEY",
            help="Which cost to draw.  [default: params_main, or macs_main over size and batch]",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Write there, whole or not.")
    ] = None,
    output_format: Annotated[
        Format,
        typer.Option("--format", metavar="FORMAT", help="table, json, csv or markdown."),
    ] = "table",
) -> None:
    """Sweep: count every design of a grid, by closed form.

    Any number may be a list, `16,32,64`, a range with both ends, `8:128:8`, or one that
    multiplies, `64:1024:*2`; several give their product. Keys: params, macs, flops (of the
    whole block; params_main, params_convs, macs_main, … by scope), activations,
    ratio_params_block, ratio_macs_block; --where takes in, out, mid, stride, groups too.

    Examples:

    `bottlecalc sweep --in 64 --out 128 --mid 16,32,64`

    `bottlecalc sweep --in 64:1024:*2 --out 256 --size 14,28 --format csv --output designs.csv`

    `bottlecalc sweep --in 64 --out 128 --mid 8:128:8 --where 'params<=20k' --sort -params`

    `bottlecalc sweep --in 64 --out 128 --mid 8:128:8 --plot widths.svg`
    """
    from bottlecalc.explore.cases import numbers
    from bottlecalc.explore.condition import parse_condition
    from bottlecalc.render.designs import FORMATS, Title

    grid = _grid(shared, blocks or COMPARED)
    _check_length(grid, yes)
    keys = dict.fromkeys(key for family in FAMILIES.values() for key in numbers(family))
    conditions = [parse_condition(text, list(keys)) for text in where or ()]
    order = _order(pareto, sort, limit)
    drawn = _sample(measure, sample, seed)
    curves = _curves(grid, plot, plotted)
    pages = _Pages(grid, conditions, curves, output is not None)
    shown = pages.arranged(order)
    if drawn:
        shown = drawn.watch(shown)
    if plot == "-" and output is None:
        deque(shown, maxlen=0)  # visited all the same, for what is drawn and said of them
    else:
        wide = console() if output is None else unbounded()
        title = Title(grid.specs[0], grid.common, grid.overridden)
        _deliver(FORMATS[output_format](shown, title, wide), output)
    pages.finish()
    if plot is not None and curves is not None:
        _draw(grid, curves, plot)
    if drawn:
        _measure(drawn)


def _grid(shared: BlockOptions, specs: Sequence[str]) -> Grid:
    from bottlecalc.explore.grid import Grid

    switches = {key: True for key in shared.keys if options.BLOCK_OPTIONS[key][1] is False}
    axes = {key: parse_axis(key, text) for key, text in shared.keys.items() if key not in switches}
    batches = parse_axis("batch", shared.batch)
    return Grid(tuple(specs), axes, switches, parse_sizes(shared.size), batches)


def _check_length(grid: Grid, yes: bool) -> None:
    if grid.length > MOST_DESIGNS and not yes:
        raise options.OptionError(
            f"the grid has {grid.length:,} designs, more than {MOST_DESIGNS:,}; give --yes to sweep"
            " them all the same, or fewer values"
        )


def _order(pareto: str | None, sort: str | None, limit: str | None) -> Order:
    from bottlecalc.explore.arrange import Order
    from bottlecalc.explore.condition import figure

    front = [] if pareto is None else [figure(n.strip(), "pareto") for n in pareto.split(",")]
    key = ""
    if sort is not None:
        key = ("-" if sort.startswith("-") else "") + figure(sort.removeprefix("-"), "sort")
    return Order(front, key, None if limit is None else options.read_number("--limit", limit))


def _sample(measure: bool, sample: str, seed: str) -> Sample | None:
    from bottlecalc.explore.sample import Sample

    if not measure:
        _refuse_idle("--measure", {"--sample": sample != "20", "--seed": seed != "0"})
        return None
    if not WHOLE_NUMBER.fullmatch(seed):
        raise options.OptionError(f"--seed {seed!r} is no seed; give a whole number")
    return Sample(options.read_number("--sample", sample), seed)


def _curves(grid: Grid, file: str | None, key: str | None) -> Curves | None:
    if file is None:
        _refuse_idle("--plot", {"--plot-key": key is not None})
        return None
    from bottlecalc.render.plot import check, curves_of

    check(grid, file)
    return curves_of(grid, key)


class _Pages:
    """The pages of a sweep as they go by, and what is said of them on stderr."""

    def __init__(
        self, grid: Grid, conditions: Sequence[Condition], curves: Curves | None, quiet: bool
    ) -> None:
        from bottlecalc.explore.sweep import Course, pages

        self.grid, self.course, self.curves = grid, Course(), curves
        every = pages(grid, conditions, self.course)
        if quiet or not sys.stdout.isatty():
            every = progress(every, grid.length, lambda: self.course.visited)
        self.every = curves.watch(every) if curves else every

    def arranged(self, order: Order) -> Iterator[Page]:
        """Those to show, the first of them counted, so that what is wrong is said at once."""
        from bottlecalc.explore.arrange import arrange

        shown = arrange((page for _, page in self.every), order)
        first = next(shown, None)
        reason, skipped = self.course.reason, self.course.skipped
        if first is None and reason and skipped == self.grid.length:
            raise options.OptionError(
                f"none of the {skipped:,} designs is allowed: {reason.sentence}"
            )
        if first is None:
            tell("No design meets the conditions.")
        return chain([] if first is None else [first], shown)

    def finish(self) -> None:
        """Have what is drawn see all designs, and say what was skipped."""
        if self.curves:
            deque(self.every, maxlen=0)
        if self.course.reason:
            reason = self.course.reason.worded(options.WORDS)
            skipped = f"{self.course.skipped:,} designs are not allowed and were skipped"
            tell(f"{skipped}; the first: {reason}")


def _deliver(pieces: Iterator[str], output: Path | None) -> None:
    pieces = heeding_interrupts(pieces)
    if output is None:
        write_all(pieces)
        return
    with drafting(output) as write_bytes:
        for piece in pieces:
            write_bytes(piece.encode())


def _draw(grid: Grid, curves: Curves, file: str) -> None:
    from bottlecalc.render.plot import TERMINAL, drawing, form_of, picture, plot_of

    plot = plot_of(grid, curves)
    if file == TERMINAL:
        write(drawing(plot, shutil.get_terminal_size().columns))
    else:
        save(Path(file), picture(plot, form_of(file)))


def _measure(drawn: Sample) -> None:
    """Ask all counters about a sample, and say on stderr how many agreed."""
    with spinner("loading torch and fvcore") as say:
        comparison = drawn.compare(say)
    if comparison is None:
        return
    remark(comparison)
    right = sum(check.agrees([count]) is True for count in comparison.blocks)
    counters = " and ".join(f"{name} {version}" for name, version in comparison.versions.items())
    outcome = f"agree with {counters}" if counters else "could be measured"
    chosen = f"{len(comparison.blocks)} designs drawn at random (seed {drawn.seed})"
    tell(f"{right} of {chosen} {outcome}")
    if check.agrees(comparison.blocks) is False:
        raise typer.Exit(FAILED)


def _refuse_idle(switch: str, options_given: Mapping[str, bool]) -> None:
    """Refuse options that say nothing without another.

    Raises:
        OptionError: one is given.
    """
    for option, is_given in options_given.items():
        if is_given:
            raise options.OptionError(f"{option} says nothing without {switch}; give both or none")
