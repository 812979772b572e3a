"""``bottlecalc sweep``."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from bottlecalc.blocks import COMPARED, parse
from bottlecalc.cli import options
from bottlecalc.cli.compare import Format
from bottlecalc.cli.output import (
    FAILED,
    console,
    drafting,
    heeding_interrupts,
    progress,
    save,
    write,
    write_all,
)
from bottlecalc.cli.witnesses import measurements
from bottlecalc.compare import compare as compare_counts
from bottlecalc.counts import Design
from bottlecalc.formulas import count
from bottlecalc.render.words import objections, omissions

if TYPE_CHECKING:
    from bottlecalc.render.designs import Title
    from bottlecalc.render.plot import Plot
    from bottlecalc.sweep import Grid, Skipped

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
    from bottlecalc.render.designs import SWEEP_FORMATS
    from bottlecalc.sweep import Grid, parse_axis, parse_condition, parse_sizes
    from bottlecalc.sweep import figure as key_of

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
        front=[key_of(name.strip(), "--pareto") for name in pareto.split(",")] if pareto else [],
        order=_order(sort) if sort else "",
        most=options.read_number("--limit", limit) if limit else None,
    )
    drawn = _Sample(options.read_number("--sample", sample), seed) if measure else None
    if plot:
        _plot(grid, asked.conditions, plot, plotted)
        if plot == "-" and output is None:
            return
    designs = _designs(grid, asked, drawn)
    pieces = SWEEP_FORMATS[output_format](designs, _title(grid), console())
    _deliver(pieces, output)
    if drawn and not drawn.agrees():
        raise typer.Exit(FAILED)


def _order(sort: str) -> str:
    from bottlecalc.sweep import figure

    name = sort.removeprefix("-")
    return sort.replace(name, figure(name, "--sort"))


class _Asked(NamedTuple):
    """Which designs of a grid are shown, and in which order."""

    conditions: Sequence[tuple[str, str, int]]
    front: Sequence[str]
    order: str
    most: int | None


def _check_length(grid: Grid, yes: bool) -> None:
    from bottlecalc.sweep import SweepError

    length = len(grid)
    if length > MOST_DESIGNS and not yes:
        raise SweepError(
            f"the grid has {length:,} designs, more than {MOST_DESIGNS:,}; give --yes to sweep them"
            " all the same, or fewer values"
        )


def _designs(grid: Grid, asked: _Asked, drawn: _Sample | None) -> Iterator[Design]:
    """The designs asked for; a sentence on stderr says how many could not be."""
    from bottlecalc.sweep import Skipped, SweepError, arrange
    from bottlecalc.sweep import sweep as sweep_grid

    skipped = Skipped()
    every = progress(sweep_grid(grid, asked.conditions, skipped), len(grid), "sweeping")
    designs = arrange(every, asked.front, asked.order, asked.most)
    first = next(designs, None)
    if first is None and skipped.times == len(grid):
        raise SweepError(f"none of the {skipped.times:,} designs is allowed: {skipped.reason}")
    shown = chain([] if first is None else [first], designs)
    return _noting(drawn.watch(shown) if drawn else shown, skipped)


def _noting(designs: Iterable[Design], skipped: Skipped) -> Iterator[Design]:
    yield from designs
    if skipped.times:
        print(
            f"{skipped.times:,} designs are not allowed and were skipped; the first:"
            f" {skipped.reason}",
            file=sys.stderr,
        )


def _title(grid: Grid) -> Title:
    from bottlecalc.render.designs import Title

    single = {key: str(axis[0]) for key, axis in grid.axes.items() if len(axis) == 1}
    return Title(grid.specs[0], {**single, **dict.fromkeys(grid.flags, "true")})


def _deliver(pieces: Iterator[str], output: Path | None) -> None:
    """Write to stdout, or a file, whole; what goes wrong at the first piece writes nothing."""
    pieces = heeding_interrupts(pieces)
    if output is None:
        write_all(pieces)
        return
    with drafting(output) as write_bytes:
        for piece in pieces:
            write_bytes(piece.encode())


class _Sample:
    """Some of the designs that pass by, each as likely as any other, asked of all witnesses."""

    def __init__(self, size: int, seed: str) -> None:
        self.size, self.seed = size, seed
        self.random = Random(seed)
        self.specs: list[Design] = []

    def watch(self, designs: Iterable[Design]) -> Iterator[Design]:
        """Pass designs on, drawing from them (Vitter 1985, algorithm R)."""
        for place, design in enumerate(designs):
            if place < self.size:
                self.specs.append(design)
            elif (drawn := self.random.randrange(place + 1)) < self.size:
                self.specs[drawn] = design
            yield design

    def agrees(self) -> bool:
        """Measure what was drawn, and say on stderr how many agreed."""
        blocks = [parse(design.spec) for design in self.specs]
        counts = [
            count(block, (design.height, design.width), design.batch)
            for block, design in zip(blocks, self.specs, strict=True)
        ]
        if not counts:
            return True
        comparison = compare_counts(counts, measurements(blocks, counts, insist=False))
        right = sum(block.agrees is True for block in comparison.blocks)
        witnesses = " and ".join(f"{name} {v}" for name, v in comparison.versions.items())
        for sentence in (*objections(comparison), *omissions(comparison)):
            print(sentence, file=sys.stderr)
        print(
            f"{right} of {len(counts)} designs drawn at random (seed {self.seed}) agree with"
            f" {witnesses or 'no witness, for none was asked'}",
            file=sys.stderr,
        )
        return comparison.agrees is not False


def _plot(
    grid: Grid, conditions: Sequence[tuple[str, str, int]], plot: str, plotted: str | None
) -> None:
    from bottlecalc.render.plot import FORMATS, drawing, picture
    from bottlecalc.sweep import SweepError

    form = plot.rpartition(".")[2].lower()
    if plot != "-" and form not in FORMATS:
        raise SweepError(f"--plot {plot!r} is no figure; end it in .svg, .png or .pdf, or give -")
    chart = _chart(grid, conditions, plotted)
    try:
        if plot == "-":
            write(drawing(chart, shutil.get_terminal_size().columns))
        else:
            save(Path(plot), picture(chart, form))
    except ImportError as error:
        raise SweepError(
            f"--plot needs {error.name}; install it with: python -m pip install 'bottlecalc[plot]'"
        ) from error


def _chart(grid: Grid, conditions: Sequence[tuple[str, str, int]], plotted: str | None) -> Plot:
    from bottlecalc.render.plot import Line, Plot
    from bottlecalc.sweep import curves
    from bottlecalc.sweep import figure as key_of

    quantity, common = (
        _quantity(grid),
        ", ".join(f"{k}={v}" for k, v in _title(grid).common.items()),
    )
    usual = "macs_main" if quantity in ("size", "batch") else "params_main"
    cost = key_of(plotted, "--plot-key") if plotted else usual
    lines = [Line(*curve) for curve in curves(grid, conditions, quantity, cost)]
    size = "" if quantity == "size" else f"{grid.sizes.heights[0]}×{grid.sizes.widths[0]}"
    title = ", ".join(filter(None, (common, size)))
    return Plot(quantity, cost, title, lines, _break_even(grid, quantity, cost))


def _quantity(grid: Grid) -> str:
    from bottlecalc.sweep import SweepError

    swept = grid.swept()
    if len(swept) != 1:
        raise SweepError(
            f"--plot draws one swept quantity, and {', '.join(swept) or 'none'} is swept;"
            " give one of the options more than one value, and the others one"
        )
    return swept[0]


def _break_even(grid: Grid, quantity: str, cost: str) -> int | None:
    if (quantity, cost) != ("mid", "params_main"):
        return None
    single = {key: str(axis[0]) for key, axis in grid.axes.items()}
    counts = [count(parse(spec, single)) for spec in grid.specs]
    return compare_counts(counts).break_even_mid
