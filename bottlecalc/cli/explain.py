"""``bottlecalc explain``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bottlecalc.cli import completion, options
from bottlecalc.cli.output import FAILED, deliver, guests, spinner
from bottlecalc.text.arguments import read_arguments, read_inputs

if TYPE_CHECKING:
    from bottlecalc.tools.explanation import Explanation

Format = Literal["table", "json", "markdown"]
Figure = Literal["operations", "params"]
By = Literal["module", "operator"]


def explain(
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET|SPEC|NETWORK",
            autocompletion=completion.subjects,
            help="package.module:name or path/to/file.py:name, as count takes it; a block's SPEC;"
            " or a network, such as resnet50.",
        ),
    ],
    inputs: Annotated[
        list[str] | None,
        options.input_option("  [default: a network's own, a block's 56×56]"),
    ] = None,
    inputs_from: options.InputsFrom = "",
    arguments: options.Arguments = None,
    dtype: options.Dtype = "",
    tools: Annotated[
        list[str] | None,
        typer.Option(
            "--tool",
            metavar="NAME",
            autocompletion=completion.tools,
            help="fvcore, thop, ptflops-aten,…; as often as wanted.  [default: all, but those of"
            " former versions]",
        ),
    ] = None,
    claims: Annotated[
        list[str] | None,
        typer.Option(
            "--claim",
            metavar="NUMBER",
            help="Somebody's number, 4.1G or 4.1G..4.2G: every convention that gives it; as often"
            " as wanted.",
        ),
    ] = None,
    figure: Annotated[
        Figure,
        typer.Option(
            "--figure", metavar="FIGURE", help="What claims are of, operations or params."
        ),
    ] = "operations",
    run: Annotated[
        bool,
        typer.Option(
            "--run/--no-run",
            help="Run the tools that are installed, each in a process of its own, and hold what"
            " they say against the rules.",
        ),
    ] = False,
    by: Annotated[
        By,
        typer.Option(
            "--by", metavar="WHAT", help="Terms summed by operator, or told module by module."
        ),
    ] = "operator",
    output_format: Annotated[
        Format | None, options.format_option("table, json or markdown")
    ] = None,
    output: options.Output = None,
    traceback: options.Traceback = False,
) -> None:
    """Explain why the numbers that tools give of a model differ, to the last integer.

    Blocks and networks are explained by closed form; a model is run once, on the meta device where
    that will do. Exit code 1 says that a tool which was run said something else than its rules.

    Examples:

    `bottlecalc explain resnet50`

    `bottlecalc explain resnet50 --claim 3.8G --claim 4.1G`

    `bottlecalc explain bottleneck:in=64,out=128 --tool thop --tool fvcore --run`

    `bottlecalc explain net.py:Encoder --input 1x128:int64 --format json`
    """
    form = options.read_format(output_format, output, Format)
    from bottlecalc.render.explain import FORMATS

    given = read_arguments(arguments or ())
    by_place, by_name = read_inputs(inputs or ())
    with options.traced(traceback), guests(), spinner(f"explaining {target}") as progress:
        explanation = _contained(target, progress)(
            target, *by_place, keywords=by_name, tools=tools or (), claims=claims or (),
            figure=figure, arguments=given, inputs_from=inputs_from, dtype=dtype, run=run, by=by,
        )  # fmt: skip
    deliver(lambda console: FORMATS[form](explanation, console), output)
    if not explanation.is_explained:
        raise typer.Exit(FAILED)


def _contained(target: str, progress: Callable[[str], object]) -> Callable[..., Explanation]:
    """Explains a model in a process of its own, and a block or a network in this one."""
    from bottlecalc.tools.explain import explain as explained
    from bottlecalc.tools.subject import is_closed_form

    if is_closed_form(target):
        return partial(explained, progress=progress)
    from bottlecalc.models.worker import UNBOUNDED, contained

    return contained(explained, f"{target} cannot be explained", UNBOUNDED)
