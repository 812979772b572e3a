"""``bottlecalc compare``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from bottlecalc.cli import options
from bottlecalc.cli.block_options import BlockOptions, block_options
from bottlecalc.cli.comparison import compared, remark
from bottlecalc.cli.output import FAILED, deliver
from bottlecalc.render.comparison import FORMATS, MOST_WITH_LAYERS, Extent
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

    `bottlecalc compare --in 256 --out 512 --stride 2 --format json -o blocks.json`
    """
    form = options.read_format(output_format, output, Format)
    shown = _extent(extent, form)
    asked = options.read_measure(measure, insist)
    comparison = compared(shared.blocks_and_own(blocks or ()), shared, asked)
    deliver(lambda console: FORMATS[form](comparison, console, shown), output)
    if form in ("json", "csv"):
        remark(comparison)
    if check.agrees(comparison.blocks) is False:
        raise typer.Exit(FAILED)


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
