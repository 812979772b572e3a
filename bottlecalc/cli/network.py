"""``bottlecalc network``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from bottlecalc.agreement.compare import Measuring
from bottlecalc.agreement.networks import NetworkComparison
from bottlecalc.cli import completion, options
from bottlecalc.cli.comparison import compared_networks, contradicted, trained_networks
from bottlecalc.cli.output import FAILED, deliver, write
from bottlecalc.networks.grammar import parse, turned
from bottlecalc.networks.spec import Network
from bottlecalc.networks.table import NETWORKS
from bottlecalc.render.networks import FORMATS
from bottlecalc.tools import check

Format = Literal["table", "json", "csv", "markdown"]


def network(
    networks: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NETWORK]…",
            autocompletion=completion.networks,
            help="resnet50, resnet50:width=0.5, one's own as mine.toml,…; several are compared,"
            " the first is the baseline."
            "  [default: list them]",
        ),
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(
            "--size",
            metavar="H|HxW",
            help="Height and width of the input.  [default: each network's own]",
        ),
    ] = None,
    batch: options.Batch = "1",
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Of all networks: width=0.5, depth=2, classes=10, or a key of their blocks.",
        ),
    ] = None,
    block: Annotated[
        str | None,
        typer.Option(
            "--block",
            metavar="SPEC",
            autocompletion=completion.families,
            help="In the place of their blocks.",
        ),
    ] = None,
    measure: options.Measure = False,
    insist: options.Insist = False,
    mode: options.ModeOption = "eval",
    optimizer: options.Optimizer = None,
    frozen: options.Frozen = None,
    output_format: Annotated[
        Format | None, options.format_option("table, json, csv or markdown")
    ] = None,
    output: options.Output = None,
) -> None:
    """Count whole networks, stage by stage, by closed form; --measure asks torch and fvcore too.

    Examples:

    `bottlecalc network resnet50`

    `bottlecalc network resnet50 resnet50:width=0.5 mobilenet_v2`

    `bottlecalc network resnet50 --batch 32 --mode train --optimizer sgd-momentum`

    `bottlecalc network resnet50 --block basic --size 96x128 --measure`
    """
    if not networks:
        return write("".join(f"{name}\n" for name in NETWORKS))
    form = options.read_format(output_format, output, Format)
    said = options.settings({"block": block} if block else {}, settings or (), "width=0.5")
    asked = [turned(parse(text), said) for text in networks]
    recipe = options.read_training(mode, optimizer, frozen)
    comparison = _compared(asked, size, batch, options.read_measure(measure or insist, insist))
    if recipe:
        comparison = trained_networks(comparison, recipe)
    deliver(lambda console: FORMATS[form](comparison, console), output)
    if check.agrees(comparison.networks) is False or contradicted(comparison):
        raise typer.Exit(FAILED)


def _compared(
    networks: list[Network], size: str | None, batch: str, measure: Measuring
) -> NetworkComparison:
    sides = None if size is None else options.read_size(size)
    images = options.read_number("--batch", batch)
    return compared_networks(networks, sides, images, measure)
