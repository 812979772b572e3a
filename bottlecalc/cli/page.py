"""``bottlecalc page``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bottlecalc.cli import completion
from bottlecalc.cli.block_options import BlockOptions, block_options
from bottlecalc.page import Language, PageError
from bottlecalc.page.write import USUAL, write_page


@block_options
def page(
    shared: BlockOptions,
    blocks: Annotated[
        list[str] | None,
        typer.Option(
            "--block",
            metavar="SPEC",
            autocompletion=completion.families,
            help="A block that the page opens with: plain, basic, bottleneck or inverted; two of"
            " them.  [default: plain, bottleneck]",
        ),
    ] = None,
    language: Annotated[
        Language,
        typer.Option("--lang", metavar="en|zh", help="That it opens in; it has both languages."),
    ] = "en",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to: .html.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that exists.")] = False,
) -> None:
    """Write an interactive page: two blocks, their weights as areas, the cost over the middle.

    One file that needs no network, for a projector or a phone. It begins with a bet; what is shown
    stands in its address, as in bottleneck.html#in=256&out=256&mid=64&block=bottleneck.

    Examples:

    `bottlecalc page -o bottleneck.html`

    `bottlecalc page --in 48 --out 96 --size 28 --lang zh -o bottleneck.html`

    `bottlecalc page --in 24 --out 24 --block basic --block inverted --set expand=4 -o wide.html`
    """
    if output is None:
        raise PageError("no file is given; give -o FILE, such as bottleneck.html")
    if shared.images != 1:
        raise PageError(f"--batch {shared.batch}: a page counts one image; leave --batch out")
    usual = {"in": str(USUAL[0].in_channels), "out": str(USUAL[0].out_channels)}
    filled = shared._replace(keys={**usual, **shared.keys})
    write_page(output, *filled.blocks(blocks or ()), size=shared.sides, lang=language, force=force)
