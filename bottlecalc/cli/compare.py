"""``bottlecalc compare``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from bottlecalc.cli import options
from bottlecalc.cli.comparison import compared, remark
from bottlecalc.cli.options import BlockOptions, block_options
from bottlecalc.cli.output import FAILED, console, write
from bottlecalc.render.comparison import FORMATS
from bottlecalc.tools import check

Format = Literal["table", "json", "csv", "markdown"]


@block_options
def compare(
    shared: BlockOptions,
    blocks: options.Blocks = None,
    measure: options.Measure = None,
    output_format: Annotated[
        Format,
        typer.Option("--format", metavar="FORMAT", help="table, json, csv or markdown."),
    ] = "table",
) -> None:
    """Compare blocks: parameters, MACs and FLOPs, proven by three counters.

    What a SPEC says overrides the options.

    Examples:

    `bottlecalc compare --in 64 --out 128`

    `bottlecalc compare --in 64 --out 128 --mid 16 --size 56x112 --no-measure`

    `bottlecalc compare --in 64 --out 128 --block plain --block bottleneck:mid=16`

    `bottlecalc compare --block basic:in=9,out=9 --block bottleneck:in=36,out=36`

    `bottlecalc compare --in 256 --out 512 --stride 2 --format json`
    """
    comparison = compared(shared.blocks(blocks or ()), shared, measure)
    write(FORMATS[output_format](comparison, console()))
    if output_format != "table":
        remark(comparison)
    if check.agrees(comparison.blocks) is False:
        raise typer.Exit(FAILED)
