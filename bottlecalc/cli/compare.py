"""``bottlecalc compare``."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from bottlecalc.agreement.compare import Comparison
from bottlecalc.cli import options
from bottlecalc.cli.output import FAILED, console, write
from bottlecalc.cli.witnesses import compared
from bottlecalc.render.comparisons import FORMATS
from bottlecalc.render.words import objections, omissions

Format = Literal["table", "json", "csv", "markdown"]


def compare(
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
    measure: options.Measure = None,
    output_format: Annotated[
        Format,
        typer.Option("--format", metavar="FORMAT", help="table, json, csv or markdown."),
    ] = "table",
) -> None:
    """Compare blocks: parameters, MACs and FLOPs, proven by four witnesses.

    What a SPEC says overrides the options.

    Examples:

    `bottlecalc compare --in 64 --out 128`

    `bottlecalc compare --in 64 --out 128 --mid 16 --size 56x112 --no-measure`

    `bottlecalc compare --in 64 --out 128 --block plain --block bottleneck:mid=16`

    `bottlecalc compare --block basic:in=9,out=9 --block bottleneck:in=36,out=36`

    `bottlecalc compare --in 256 --out 512 --stride 2 --format json`
    """
    said = {
        "in": in_channels, "out": out_channels, "mid": mid_channels, "stride": stride,
        "dilation": dilation, "groups": groups, "downsample": downsample, "upsample": upsample,
    }  # fmt: skip
    chosen = options.read_blocks(blocks or (), said)
    height_width, images = options.read_size(size), options.read_number("--batch", batch)
    comparison = compared(chosen, height_width, images, measure)
    write(FORMATS[output_format](comparison, console()))
    if output_format != "table":
        _remark(comparison)
    if comparison.agrees is False:
        raise typer.Exit(FAILED)


def _remark(comparison: Comparison) -> None:
    """Say on stderr what a format for programs has no place for."""
    for sentence in (*objections(comparison), *omissions(comparison)):
        print(sentence, file=sys.stderr)
