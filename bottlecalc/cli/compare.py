"""``bottlecalc compare``."""

from __future__ import annotations

from collections.abc import Callable
from os.path import realpath
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from bottlecalc.agreement.compare import Comparison
from bottlecalc.cli import options
from bottlecalc.cli.block_options import BlockOptions, block_options
from bottlecalc.cli.comparison import compared, remark
from bottlecalc.cli.output import FAILED, console, deliver, deliver_pieces
from bottlecalc.render.comparison import FORMATS, MOST_WITH_LAYERS, Extent
from bottlecalc.render.layout import unbounded
from bottlecalc.tools import check

Format = Literal["table", "json", "csv", "markdown"]


@block_options
def compare(
    shared: BlockOptions,
    blocks: options.Blocks = None,
    measure: options.Measure = True,
    insist: options.Insist = False,
    extent: Annotated[
        bool | None,
        typer.Option(
            "--summary/--layers",
            help="The answer alone, or each block's layers too."
            f"  [default: the layers of up to {MOST_WITH_LAYERS} blocks]",
        ),
    ] = None,
    output_format: Annotated[
        Format | None, options.format_option("table, json, csv or markdown")
    ] = None,
    output: options.Output = None,
    plot: Annotated[
        str | None,
        typer.Option(
            "--plot",
            metavar="FILE",
            help="Draw each layer's weights as an area, all blocks to one scale: .svg.",
        ),
    ] = None,
) -> None:
    """Compare blocks: parameters, MACs and FLOPs, proven by three counters.

    What a SPEC says overrides the options. FILE.py:CLASS:key=value,… is a block of one's own, an
    nn.Module; it has no closed form.

    Examples:

    `bottlecalc compare --in 64 --out 128`

    `bottlecalc compare --in 64 --out 128 --mid 16 --size 56x112 --no-measure`

    `bottlecalc compare --in 64 --out 128 --block plain --block bottleneck:mid=16 --summary`

    `bottlecalc compare --block basic:in=9,out=9 --block bottleneck:in=36,out=36`

    `bottlecalc compare --in 64 --out 128 --block plain --block blocks.py:MyBlock:groups=4`

    `bottlecalc compare --in 64 --out 128 --no-measure --summary --plot ink.svg`

    `bottlecalc compare --in 256 --out 512 --stride 2 --format json -o blocks.json`
    """
    form = options.read_format(output_format, output, Format)
    shown = _extent(extent, form)
    asked = options.read_measure(measure, insist)
    figure = _target(plot, output)
    comparison = compared(shared.blocks_and_own(blocks or ()), shared, asked)
    _deliver(lambda console: FORMATS[form](comparison, console, shown), output, comparison, figure)
    if form in ("json", "csv"):
        remark(comparison)
    if check.agrees(comparison.blocks) is False:
        raise typer.Exit(FAILED)


def _target(plot: str | None, output: Path | None) -> Path | None:
    """The figure's file, of which nothing forbids that it is written.

    Raises:
        OptionError: it is the table's too.
        PlotError: it is no figure of blocks.
    """
    if plot is None:
        return None
    from bottlecalc.render import ink

    if output is not None and realpath(plot) == realpath(output):
        raise options.OptionError(
            f"--plot and --output are the same file, {plot}; give each one of its own"
        )
    return ink.target(plot)


def _deliver(
    make: Callable[[Console], str], output: Path | None, comparison: Comparison, figure: Path | None
) -> None:
    """The table, and the figure where there is one: both, or none of them."""
    if figure is None:
        return deliver(make, output)
    from bottlecalc.render import ink

    text = make(console() if output is None else unbounded())
    deliver_pieces([text], output, str(figure), lambda: ink.picture(comparison))


def _extent(summary: bool | None, form: str) -> Extent | None:
    """How much is shown.

    Raises:
        OptionError: it is said of a format that is always whole.
    """
    if summary is None:
        return None
    extent: Extent = "summary" if summary else "layers"
    if form in ("json", "csv"):
        always = "has both" if form == "json" else "is the layers"
        raise options.OptionError(
            f"--{extent} says nothing with --format {form}, which {always}; leave it out"
        )
    return extent
