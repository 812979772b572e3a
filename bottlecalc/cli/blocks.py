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
        Format | None, options.format_option("table, json or markdown")
    ] = None,
    output: options.Output = None,
) -> None:
    """List the families of blocks: what each is, its keys and defaults, its rules, its paper.

    Examples:

    `bottlecalc blocks`

    `bottlecalc blocks bottleneck`

    `bottlecalc blocks --format json`
    """
    form = options.read_format(output_format, output, Format)
    catalogue = families(*(names or ()))
    deliver(lambda console: FORMATS[form](catalogue, console), output)
