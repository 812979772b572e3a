"""``bottlecalc diff``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from bottlecalc.cli import options
from bottlecalc.cli.output import deliver, guests, spinner
from bottlecalc.text.arguments import read_arguments, read_inputs

Format = Literal["table", "json", "markdown"]


def diff(
    before: Annotated[
        str,
        typer.Argument(
            metavar="A",
            help="A TARGET, a SPEC, a NETWORK, or a JSON file that `bottlecalc count` wrote; of"
            " another revision `net.py:Net@main`, or `@merge-base:origin/main`.",
        ),
    ],
    after: Annotated[str, typer.Argument(metavar="B", help="Likewise.")],
    inputs: Annotated[list[str] | None, options.input_option("  Of both.")] = None,
    inputs_from: options.InputsFrom = "",
    arguments: options.Arguments = None,
    dtype: options.Dtype = "",
    module: options.Module = "",
    seed: options.Seed = "0",
    output_format: Annotated[
        Format | None, options.format_option("table, json or markdown")
    ] = None,
    output: options.Output = None,
    timeout: options.Timeout = options.TIMEOUT,
    max_memory: options.MaxMemory = None,
    traceback: options.Traceback = False,
) -> None:
    """Say what differs in cost between two models, module by module; exit code 0 whatever differs.

    Modules are joined by name, and renamed ones by what they are and where.

    Examples:

    `bottlecalc diff resnet50 resnet50:width=0.5`

    `bottlecalc diff net.py:Net@main net.py:Net --input 1x3x224x224`

    `bottlecalc diff net.py:Net net.py:Wide --inputs-from data.py:batch --module encoder`

    `bottlecalc diff before.json after.json --format markdown`
    """
    form = options.read_format(output_format, output, Format)
    from bottlecalc.changes import source
    from bottlecalc.models.worker import contained
    from bottlecalc.render.diff import FORMATS

    by_place, by_name = read_inputs(inputs or ())
    said, draws = read_arguments(arguments or ()), options.read_seed(seed)
    bounds = options.read_bounds(timeout, max_memory)
    with options.traced(traceback), spinner(f"counting {before} and {after}"):
        found = contained(source.diff, f"{before} and {after} cannot be counted", bounds)(
            before, after, inputs=by_place, keywords=by_name, inputs_from=inputs_from,
            arguments=said, dtype=dtype, module=module, seed=draws, host=guests,
        )  # fmt: skip
    deliver(lambda console: FORMATS[form](found, console), output)
