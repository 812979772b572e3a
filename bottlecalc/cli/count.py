"""``bottlecalc count``."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from bottlecalc.blocks.residual import parse
from bottlecalc.cli import options
from bottlecalc.cli.output import console, guests, spinner, write
from bottlecalc.models.model import Input, ModelCount
from bottlecalc.models.target import Target, is_spec

Format = Literal["table", "json", "csv", "markdown"]
Counter = Literal["torch", "fvcore", "both"]

BLOCK_SIZE = (56, 56)


def count(
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET",
            help="package.module:name or path/to/file.py:name, an nn.Module, or a class or function"
            " that returns one; or a block SPEC.",
        ),
    ],
    inputs: Annotated[
        list[str] | None,
        typer.Option(
            "--input",
            metavar="SHAPE",
            help="1x3x224x224, or 1x128:int64; once for each positional input.",
        ),
    ] = None,
    arguments: Annotated[
        list[str] | None,
        typer.Option(
            "--arg",
            metavar="KEY=VALUE",
            help="For the class or function, a TOML value; as often as wanted.",
        ),
    ] = None,
    depth: Annotated[
        str, typer.Option("--depth", metavar="N", help="Levels of modules that are shown.")
    ] = "2",
    counter: Annotated[
        Counter,
        typer.Option(
            "--counter",
            metavar="COUNTER",
            help="torch, fvcore or both; both leaves fvcore out where it would take too much.",
        ),
    ] = "both",
    output_format: Annotated[
        Format, typer.Option("--format", metavar="FORMAT", help="table, json, csv or markdown.")
    ] = "table",
    traceback: options.Traceback = False,
) -> None:
    """Count any PyTorch model: parameters, MACs and FLOPs, activations, module by module.

    Examples:

    `bottlecalc count bottleneck:in=64,out=128`

    `bottlecalc count mynet.models:build --input 1x3x224x224`

    `bottlecalc count net.py:Encoder --arg depth=6 --input 1x128:int64 --depth 1`

    `bottlecalc count net.py:Encoder --input 1x128:int64 --counter torch --format json`
    """
    from bottlecalc.render.models import FORMATS

    levels = options.read_depth(depth)
    wanted = Target(target, options.read_arguments(arguments or ()))
    given = [Input.parse(text) for text in inputs or ()] or _usual(target)
    with options.traced(traceback), guests(), spinner(f"counting {target}"):
        counted = _counted(wanted, given, counter)
    write(FORMATS[output_format](counted, levels, console()))
    if output_format == "csv":
        for remark in counted.remarks:
            print(remark, file=sys.stderr)


def _usual(target: str) -> list[Input]:
    """What a block is run on where no input is given; a model has none."""
    return [Input((1, parse(target).in_channels, *BLOCK_SIZE))] if is_spec(target) else []


def _counted(target: Target, inputs: list[Input], counter: Counter) -> ModelCount:
    from bottlecalc.models.run import count_target

    return count_target(target, inputs, counter)
