"""``bottlecalc count``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from bottlecalc.agreement.result import Count, ModelCount
from bottlecalc.blocks.grammar import is_spec
from bottlecalc.cli import options
from bottlecalc.cli.output import FAILED, deliver, guests, spinner, tell
from bottlecalc.text.arguments import read_arguments, read_inputs

if TYPE_CHECKING:
    from bottlecalc.layers.training import Recipe
    from bottlecalc.models.target import Target

Result = Count | ModelCount
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
    inputs_from: options.InputsFrom = "",
    arguments: options.Arguments = None,
    dtype: options.Dtype = "",
    module: options.Module = "",
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
    seed: options.Seed = "0",
    mode: options.ModeOption = "eval",
    optimizer: options.Optimizer = None,
    frozen: options.Frozen = None,
    output_format: Annotated[
        Format | None, options.format_option("table, json, csv or markdown")
    ] = None,
    output: options.Output = None,
    timeout: options.Timeout = options.TIMEOUT,
    max_memory: options.MaxMemory = None,
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

    `bottlecalc count net.py:Detector --input '{image = "1x3x224x224", scale = 2}' --module head`

    `bottlecalc count transformers:GPT2Model --arg 'config=transformers:GPT2Config(n_layer=2)'
    --input input_ids=1x128:int64 --dtype bfloat16`
    """
    form = options.read_format(output_format, output, Format)
    from bottlecalc.models.target import Target
    from bottlecalc.models.worker import contained
    from bottlecalc.render.count import FORMATS, agrees, sentences

    levels, bounds = options.read_depth(depth), options.read_bounds(timeout, max_memory)
    recipe = options.read_training(mode, optimizer, frozen)
    wanted = Target(target, read_arguments(arguments or ()))
    draws = options.read_seed(seed)
    by_place, by_name = read_inputs(inputs or ())
    fails = f"{target} cannot be counted"
    run: dict[str, Any] = {"seed": draws, "source": inputs_from, "dtype": dtype}
    with options.traced(traceback), guests(), spinner(f"counting {target}"):
        call = _counted if is_spec(target) else contained(_counted, fails, bounds)
        counted = call(wanted, by_place, counter, by_name, module, recipe, run)
    deliver(lambda console: FORMATS[form](counted, levels, console), output)
    if form == "csv":
        for sentence in sentences(counted):
            tell(sentence)
    if isinstance(counted, Count) and agrees(counted) is False:
        raise typer.Exit(FAILED)


def _counted(
    target: Target, by_place: Sequence[Any], counter: Counter, by_name: Mapping[str, Any],
    module: str, recipe: Recipe | None, run: Mapping[str, Any],
) -> Result:  # fmt: skip
    from bottlecalc.agreement.ask import count_target

    count = count_target(target, by_place, counter, by_name, module, **run)
    if recipe is None:
        return count
    from bottlecalc.agreement.training import train_target

    return train_target(target, by_place, count, recipe, by_name, module, **run)
