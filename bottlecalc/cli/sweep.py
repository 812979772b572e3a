"""``bottlecalc sweep``."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from bottlecalc.blocks.residual import COMPARED
from bottlecalc.cli import options
from bottlecalc.cli.compare import Format
from bottlecalc.cli.output import (
    FAILED,
    console,
    drafting,
    heeding_interrupts,
    progress,
    unbounded,
    write_all,
)
from bottlecalc.cli.plot import check_plot, draw
from bottlecalc.cli.sample import Sample
from bottlecalc.layers.count import Design
from bottlecalc.text.numbers import WHOLE_NUMBER
from bottlecalc.text.ranges import SweepError, parse_axis, parse_sizes

if TYPE_CHECKING:
    from bottlecalc.explore.sweep import Condition, Course, Grid

MOST_DESIGNS = 10**8
"""More than this take --yes: they are counted in minutes and written in gigabytes."""


def sweep(
    in_channels: options.In = None,
    out_channels: options.Out = None,
    mid_channels: options.Mid = None,
    stride: options.Stride = None,
    dilation: options.Dilation = None,
    groups: options.Groups = None,
    downsample: options.Downsample = False,
    upsample: options.Upsample = False,
    size: options.Size = "56",
    batch: options.Batch = "1",
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
    from bottlecalc.explore.sweep import Grid, parse_condition
    from bottlecalc.explore.sweep import figure as key_of
    from bottlecalc.render.designs import SWEEP_FORMATS, Title

    texts = {
        "in": in_channels, "out": out_channels, "mid": mid_channels,
        "stride": stride, "dilation": dilation, "groups": groups,
    }  # fmt: skip
    grid = Grid(
        tuple(blocks or COMPARED),
        {key: parse_axis(key, text) for key, text in texts.items() if text is not None},
        {key: True for key, on in (("downsample", downsample), ("upsample", upsample)) if on},
        parse_sizes(size),
        parse_axis("batch", batch),
    )
    _check_length(grid, yes)
    asked = _Asked(
        conditions=[parse_condition(text) for text in where or ()],
        front=[key_of(name.strip(), "--pareto") for name in (pareto or "").split(",")]
        if pareto is not None
        else [],
        order="" if sort is None else _order(sort),
        most=options.read_number("--limit", limit) if limit else None,
    )
    drawn = Sample(options.read_number("--sample", sample), _seed(seed)) if measure else None
    if plot is not None:
        check_plot(grid, plot)
    else:
        _refuse_idle("--plot", {"--plot-key": plotted is not None})
    if not measure:
        _refuse_idle("--measure", {"--sample": sample != "20", "--seed": seed != "0"})
    designs = _designs(grid, asked, drawn, output)
    title = Title(grid.specs[0], grid.common())
    if plot == "-" and output is None:
        deque(designs, maxlen=0)  # visited all the same, for what is drawn and said of them
    else:
        wide = console() if output is None else unbounded()
        _deliver(SWEEP_FORMATS[output_format](designs, title, wide), output)
    if plot is not None:
        draw(grid, asked.conditions, plot, plotted)
    if drawn and not drawn.agrees():
        raise typer.Exit(FAILED)


def _seed(text: str) -> str:
    if not WHOLE_NUMBER.fullmatch(text):
        raise options.OptionError(f"--seed {text!r} is no seed; give a whole number")
    return text


def _order(sort: str) -> str:
    from bottlecalc.explore.sweep import figure

    name = sort.removeprefix("-")
    return ("-" if sort.startswith("-") else "") + figure(name, "--sort")


class _Asked(NamedTuple):
    """Which designs of a grid are shown, and in which order."""

    conditions: Sequence[Condition]
    front: Sequence[str]
    order: str
    most: int | None


def _check_length(grid: Grid, yes: bool) -> None:
    length = grid.length()
    if length > MOST_DESIGNS and not yes:
        raise SweepError(
            f"the grid has {length:,} designs, more than {MOST_DESIGNS:,}; give --yes to sweep them"
            " all the same, or fewer values"
        )


def _designs(
    grid: Grid, asked: _Asked, drawn: Sample | None, output: Path | None
) -> Iterator[Design]:
    """The designs asked for, the first of them counted, so that what is wrong is said at once."""
    from bottlecalc.explore.sweep import Course, arrange
    from bottlecalc.explore.sweep import sweep as sweep_grid

    course = Course()
    every = sweep_grid(grid, asked.conditions, course)
    if output or not sys.stdout.isatty():
        every = progress(every, grid.length(), lambda: course.visited)
    designs = arrange(every, asked.front, asked.order, asked.most)
    first = next(designs, None)
    if first is None and course.skipped == grid.length():
        raise SweepError(f"none of the {course.skipped:,} designs is allowed: {course.reason}")
    if first is None:
        print("No design meets the conditions.", file=sys.stderr)
    shown = chain([] if first is None else [first], designs)
    return _noting(drawn.watch(shown) if drawn else shown, course)


def _noting(designs: Iterable[Design], course: Course) -> Iterator[Design]:
    yield from designs
    if course.skipped:
        print(
            f"{course.skipped:,} designs are not allowed and were skipped; the first:"
            f" {course.reason}",
            file=sys.stderr,
        )


def _deliver(pieces: Iterator[str], output: Path | None) -> None:
    pieces = heeding_interrupts(pieces)
    if output is None:
        write_all(pieces)
        return
    with drafting(output) as write_bytes:
        for piece in pieces:
            write_bytes(piece.encode())


def _refuse_idle(switch: str, given: Mapping[str, bool]) -> None:
    """Refuse options that say nothing without another.

    Raises:
        OptionError: one is given.
    """
    for option, is_given in given.items():
        if is_given:
            raise options.OptionError(f"{option} says nothing without {switch}; give both or none")
