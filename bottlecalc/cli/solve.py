"""``bottlecalc solve``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from bottlecalc.blocks.residual import read, require, value_of
from bottlecalc.cli import options
from bottlecalc.cli.output import FAILED, console, write
from bottlecalc.text.numbers import parse_quantity

Most = str | None


def solve(
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
    block: Annotated[
        str, typer.Option("--block", metavar="SPEC", help="The block whose width is sought.")
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
) -> None:
    """Solve for the largest width (or size) that keeps every limit; exit code 1 when none does.

    Found on the closed forms, in integers; what is just above is shown beside it.

    Examples:

    `bottlecalc solve --in 64 --out 128 --max-params 20k --max-macs 60M`

    `bottlecalc solve --in 256 --out 256 --groups 32 --max-params 69632 --scope main`

    `bottlecalc solve --in 64 --for out --max-params 100k --multiple-of 8`

    `bottlecalc solve --in 64 --out 128 --break-even`
    """
    from bottlecalc.explore.solve import Limit, Question, SolveError, break_even
    from bottlecalc.explore.solve import solve as answer
    from bottlecalc.render.solution import BREAK_EVEN_FORMATS, SOLVE_FORMATS

    texts = {
        "in": in_channels, "out": out_channels, "mid": mid_channels, "stride": stride,
        "dilation": dilation, "groups": groups, "downsample": downsample, "upsample": upsample,
    }  # fmt: skip
    most = {
        "params": max_params, "macs": max_macs, "flops": max_flops, "activations": max_activations,
    }  # fmt: skip
    _refuse_idle(even, quantity, size, bool(options.said(most)) or multiple_of != "1", scope)
    sought = "mid" if even else quantity
    family, values = _values(block, options.said(texts), sought)
    height_width, images = options.read_size(size), options.read_number("--batch", batch)
    if even:
        found = break_even(family, values, height_width, images)
        write(BREAK_EVEN_FORMATS[output_format](found, console()))
        return
    limits = tuple(
        Limit(figure, parse_quantity(text, f"--max-{figure}"))
        for figure, text in most.items()
        if text is not None
    )
    if not limits:
        raise SolveError(
            "no limit is given; give --max-params, --max-macs, --max-flops or --max-activations"
        )
    question = Question(
        family, values, height_width, images, quantity, limits, scope,
        options.read_number("--multiple-of", multiple_of),
    )  # fmt: skip
    solution = answer(question)
    write(SOLVE_FORMATS[output_format](solution, console()))
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


def _values(spec: str, said: dict[str, str], sought: str) -> tuple[Any, dict[str, Any]]:
    """The family, and what is said of the block, without the quantity that is sought."""
    family, values = read(spec)
    options.refuse_unknown(said, [family])
    if sought in values or sought in said:
        raise options.OptionError(
            f"{sought} is given and sought; leave it out, or seek another with --for"
        )
    known = {key: value_of(key, text, family, spec) for key, text in said.items()} | values
    require(known.keys() | {sought}, spec)
    return family, known
