"""``bottlecalc blocks``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from bottlecalc.blocks.catalogue import families
from bottlecalc.cli import completion, options
from bottlecalc.cli.output import deliver
from bottlecalc.render.catalogue import FORMATS

Format = Literal["table", "json", "markdown"]


def blocks(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]…",
            help="Families to describe.  [default: all]",
            autocompletion=completion.families,
        ),
    ] = None,
    output_format: Annotated[
        Format, typer.Option("--format", metavar="FORMAT", help="table, json or markdown.")
    ] = "table",
    output: options.Output = None,
) -> None:
    """List the families of blocks: what each is, its keys and defaults, its rules, its paper.

    Examples:

    `bottlecalc blocks`

    `bottlecalc blocks bottleneck`

    `bottlecalc blocks --format json`
    """
    catalogue = families(*(names or ()))
    deliver(lambda console: FORMATS[output_format](catalogue, console), output)
