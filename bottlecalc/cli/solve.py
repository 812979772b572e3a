"""``bottlecalc solve``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from bottlecalc.blocks.grammar import read, require
from bottlecalc.cli import completion, options
from bottlecalc.cli.options import BlockOptions, block_options
from bottlecalc.cli.output import FAILED, deliver
from bottlecalc.text.numbers import parse_quantity

Most = str | None


@block_options
def solve(
    shared: BlockOptions,
    block: Annotated[
        str,
        typer.Option(
            "--block",
            metavar="SPEC",
            autocompletion=completion.families,
            help="The block whose width is sought.",
        ),
    ] = "bottleneck",
    quantity: Annotated[
        Literal["mid", "out", "groups", "size"],
        typer.Option("--for", metavar="KEY", help="What is sought: mid, out, groups or size."),
    ] = "mid",
    max_params: Annotated[
        Most, typer.Option("--max-params", metavar="N", help="At most so many parameters: 20k.")
    ] = None,
    max_macs: Annotated[
        Most, typer.Option("--max-macs", metavar="N", help="At most so many MACs: 60M.")
    ] = None,
    max_flops: Annotated[
        Most, typer.Option("--max-flops", metavar="N", help="At most so many FLOPs (2 × MACs).")
    ] = None,
    max_activations: Annotated[
        Most,
        typer.Option("--max-activations", metavar="N", help="At most so many activations."),
    ] = None,
    multiple_of: Annotated[
        str, typer.Option("--multiple-of", metavar="N", help="Only multiples of this.")
    ] = "1",
    scope: Annotated[
        Literal["main", "convs", "block"],
        typer.Option(
            "--scope",
            metavar="SCOPE",
            help="Of the limits: main, convs or block. MACs and FLOPs have main and block.",
        ),
    ] = "block",
    even: Annotated[
        bool,
        typer.Option("--break-even", help="Where the block and the plain one meet, with algebra."),
    ] = False,
    output_format: Annotated[
        Literal["table", "json"],
        typer.Option("--format", metavar="FORMAT", help="table or json."),
    ] = "table",
    output: options.Output = None,
) -> None:
    """Solve for the largest width (or size) that keeps every limit; exit code 1 when none does.

    Found on the closed forms, in integers; what is just above is shown beside it.

    Examples:

    `bottlecalc solve --in 64 --out 128 --max-params 20k --max-macs 60M`

    `bottlecalc solve --in 256 --out 256 --groups 32 --max-params 69632 --scope main`

    `bottlecalc solve --in 64 --for out --max-params 100k --multiple-of 8`

    `bottlecalc solve --in 64 --out 128 --break-even`
    """
    most = {
        "params": max_params, "macs": max_macs, "flops": max_flops, "activations": max_activations,
    }  # fmt: skip
    limits = {figure: text for figure, text in most.items() if text is not None}
    is_limited = bool(limits) or multiple_of != "1"
    _refuse_idle(even, quantity, shared.size, is_limited, scope)
    family, values = _values(block, shared, "mid" if even else quantity)
    if even:
        _break_even(family, values, shared, output_format, output)
        return
    _solve(
        {
            "family": family, "values": values, "size": shared.sides, "batch": shared.images,
            "quantity": quantity, "scope": scope,
            "multiple_of": options.read_number("--multiple-of", multiple_of),
        },
        limits,
        output_format,
        output,
    )  # fmt: skip


def _break_even(
    family: Any, values: dict[str, Any], shared: BlockOptions, form: str, output: Path | None
) -> None:
    from bottlecalc.explore.break_even import break_even
    from bottlecalc.render.break_even import FORMATS

    even = break_even(family, values, shared.sides, shared.images)
    deliver(lambda console: FORMATS[form](even, console), output)


def _solve(asked: dict[str, Any], limits: dict[str, str], form: str, output: Path | None) -> None:
    from bottlecalc.explore.solve import Limit, Question, SolveError
    from bottlecalc.explore.solve import solve as answer
    from bottlecalc.render.solution import FORMATS

    if not limits:
        raise SolveError(
            "no limit is given; give --max-params, --max-macs, --max-flops or --max-activations"
        )
    held: Any = tuple(
        Limit(figure=figure, most=parse_quantity(text, f"--max-{figure}"))  # type: ignore[arg-type]
        for figure, text in limits.items()
    )
    solution = answer(Question(**asked, limits=held))
    deliver(lambda console: FORMATS[form](solution, console), output)
    if solution.below is None:
        raise typer.Exit(FAILED)


def _refuse_idle(even: bool, quantity: str, size: str, limited: bool, scope: str) -> None:
    """Refuse options that would be passed over."""
    if even and (limited or scope != "block" or quantity != "mid"):
        raise options.OptionError(
            "--break-even takes no limits, --multiple-of, --scope or --for: it compares main paths;"
            " leave them out"
        )
    if quantity == "size" and size != "56":
        raise options.OptionError(f"--size {size} is given and sought; leave it out")


def _values(spec: str, shared: BlockOptions, sought: str) -> tuple[Any, dict[str, Any]]:
    """The family, and what is said of the block, without the quantity that is sought."""
    family, values = read(spec, shared.keys)
    shared.refuse_unknown([family])
    if sought in values or sought in shared.keys:
        raise options.OptionError(
            f"{sought} is given and sought; leave it out, or seek another with --for"
        )
    require(values.keys() | {sought}, spec)
    return family, values
