"""``bottlecalc solve``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from bottlecalc.blocks.grammar import read
from bottlecalc.blocks.spec import Block, keys
from bottlecalc.cli import completion, networks, options
from bottlecalc.cli.block_options import BlockOptions, block_options
from bottlecalc.cli.output import FAILED, deliver

Format = Literal["table", "json"]
Most = str | None


@block_options
def solve(
    shared: BlockOptions,
    words: networks.Words = None,
    block: Annotated[
        list[str] | None,
        typer.Option(
            "--block",
            metavar="SPEC",
            autocompletion=completion.families,
            help="The block whose width is sought.  [default: bottleneck]",
        ),
    ] = None,
    quantity: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="KEY",
            autocompletion=completion.quantities,
            help="What is sought: a number of the block (mid, out, groups, expand, …), or size."
            "  [default: mid; of a network width]",
        ),
    ] = None,
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
        typer.Option(
            "--break-even", help="Where its main path has as many parameters as the plain block's."
        ),
    ] = False,
    output_format: Annotated[Format | None, options.format_option("table or json")] = None,
    output: options.Output = None,
) -> None:
    """Solve for the largest width (or size) that keeps every limit; exit code 1 when none does.

    Of groups, by more of which a block costs less, the fewest are sought. Found on the closed
    forms, in integers; what is just beyond is shown beside it.

    Examples:

    `bottlecalc solve --in 64 --out 128 --max-params 20k --max-macs 60M`

    `bottlecalc solve --in 256 --out 256 --groups 32 --max-params 69632 --scope main`

    `bottlecalc solve --in 64 --for out --max-params 100k --multiple-of 8`

    `bottlecalc solve --in 64 --out 128 --break-even`

    `bottlecalc solve network resnet50 --for width --max-macs 1G`
    """
    most = {
        "max_params": max_params, "max_macs": max_macs, "max_flops": max_flops,
        "max_activations": max_activations,
    }  # fmt: skip
    form = options.read_format(output_format, output, Format)
    if name := networks.read_words(words, "solve"):
        idle = {"--block": bool(block), "--multiple-of": multiple_of != "1",
                "--scope": scope != "block", "--break-even": even}  # fmt: skip
        return networks.solve(name, shared, quantity or "width", most, form, output, idle)
    family, values = _read(block or ["bottleneck"], shared)
    if even:
        is_limited = any(value is not None for value in most.values()) or multiple_of != "1"
        _refuse_idle(is_limited or scope != "block" or quantity is not None)
        _break_even(family, values, shared, form, output)
        return
    multiple = options.read_number("--multiple-of", multiple_of)
    asked = {**values, **most, "for_": quantity or "mid", "multiple_of": multiple, "scope": scope}
    _solve(family, asked, shared, form, output)


def _break_even(
    family: type[Block],
    values: dict[str, Any],
    shared: BlockOptions,
    form: str,
    output: Path | None,
) -> None:
    from bottlecalc.explore.break_even import break_even
    from bottlecalc.render.break_even import FORMATS

    even = break_even(family, **values, size=shared.sides, batch=shared.images)
    deliver(lambda console: FORMATS[form](even, console), output)


def _solve(
    family: type[Block],
    asked: dict[str, Any],
    shared: BlockOptions,
    form: str,
    output: Path | None,
) -> None:
    from bottlecalc.explore.solve import solve
    from bottlecalc.render.solution import FORMATS

    solution = solve(family, **asked, size=shared.size, batch=shared.images)
    deliver(lambda console: FORMATS[form](solution, console), output)
    if solution.below is None:
        raise typer.Exit(FAILED)


def _refuse_idle(something: bool) -> None:
    """Refuse options that would be passed over."""
    if something:
        raise options.OptionError(
            "--break-even takes no limits, --multiple-of, --scope or --for: it compares main paths;"
            " leave them out"
        )


def _read(specs: list[str], shared: BlockOptions) -> tuple[type[Block], dict[str, Any]]:
    """The one block that is asked about: its family, and what is said of it.

    Options of keys that it does not have are among that, for solve to refuse.
    """
    if len(specs) > 1:
        listed = ", ".join(f"--block {spec}" for spec in specs)
        raise options.OptionError(
            f"solve answers for one block, and {len(specs)} are given: {listed:.200}; give one, and"
            " ask for each by itself"
        )
    family, values = read(specs[0], shared.keys)
    strangers = {name: text for name, text in shared.keys.items() if name not in keys(family)}
    return family, {**strangers, **values}
