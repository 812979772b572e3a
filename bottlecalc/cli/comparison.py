"""Asking for a comparison, and saying on stderr what it has to say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext

from bottlecalc.agreement.compare import Comparison, Measuring, compare
from bottlecalc.blocks.spec import Block
from bottlecalc.cli.options import BlockOptions
from bottlecalc.cli.output import spinner, tell
from bottlecalc.render.remarks import omissions
from bottlecalc.render.verdict import objections


def compared(blocks: Sequence[Block], options: BlockOptions, measure: Measuring) -> Comparison:
    """Blocks compared on the input that the options say; torch is loaded unless nobody asks it."""
    quiet = nullcontext(str)
    waiting = quiet if measure is False else spinner("loading torch and fvcore")
    with waiting as progress:
        return compare(
            *blocks, size=options.sides, batch=options.images, measure=measure, progress=progress
        )


def sentences(comparison: Comparison) -> Iterator[str]:
    """Every contradiction, and every counter that was left out."""
    for count in comparison.blocks:
        yield from objections(count)
    yield from omissions(*comparison.blocks)


def remark(comparison: Comparison) -> None:
    """Say them on stderr."""
    for sentence in sentences(comparison):
        tell(sentence)
