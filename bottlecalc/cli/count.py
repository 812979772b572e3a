"""``bottlecalc count``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from bottlecalc.agreement.result import Count
from bottlecalc.cli import options
from bottlecalc.cli.output import FAILED, deliver, guests, spinner, tell
from bottlecalc.models.target import Target
from bottlecalc.text.shapes import Input

Format = Literal["table", "json", "csv", "markdown"]
Counter = Literal["torch", "fvcore", "both"]


def count(
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET",
            help="package.module:name or path/to/file.py:name, an nn.Module, or a class or function"
            " that returns one; or a block SPEC.",
        ),
    ],
    inputs: Annotated[list[str] | None, options.input_option()] = None,
    arguments: options.Arguments = None,
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
    mode: options.ModeOption = "eval",
    optimizer: options.Optimizer = None,
    frozen: options.Frozen = None,
    output_format: Annotated[
        Format | None, options.format_option("table, json, csv or markdown")
    ] = None,
    output: options.Output = None,
    traceback: options.Traceback = False,
) -> None:
    """Count any PyTorch model: parameters, MACs and FLOPs, activations, module by module.

    A block is counted by its closed form too, and exit code 1 says that a counter contradicts it.

    Examples:

    `bottlecalc count bottleneck:in=64,out=128`

    `bottlecalc count mynet.models:build --input 1x3x224x224`

    `bottlecalc count mynet.models:build --input 32x3x224x224 --mode train --optimizer adam`

    `bottlecalc count net.py:Encoder --arg depth=6 --input 1x128:int64 --depth 1`

    `bottlecalc count net.py:Encoder:depth=6,heads=4 --input 1x128:int64`

    `bottlecalc count net.py:Encoder --input 1x128:int64 --format json -o encoder.json`
    """
    form = options.read_format(output_format, output, Format)
    from bottlecalc.agreement.ask import count_target
    from bottlecalc.render.count import FORMATS, agrees, sentences

    levels = options.read_depth(depth)
    recipe = options.read_training(mode, optimizer, frozen)
    wanted = Target(target, options.read_arguments(arguments or ()))
    shapes = [Input.parse(text) for text in inputs or ()]
    with options.traced(traceback), guests(), spinner(f"counting {target}"):
        counted = count_target(wanted, shapes, counter)
        if recipe:
            from bottlecalc.agreement.training import train_target

            counted = train_target(wanted, shapes, counted, recipe)
    deliver(lambda console: FORMATS[form](counted, levels, console), output)
    if form == "csv":
        for sentence in sentences(counted):
            tell(sentence)
    if isinstance(counted, Count) and agrees(counted) is False:
        raise typer.Exit(FAILED)
