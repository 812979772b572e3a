"""Asking for a comparison, and saying on stderr what it has to say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext

from bottlecalc.agreement.compare import Comparison, Measuring, compare
from bottlecalc.blocks.own import OwnBlock
from bottlecalc.blocks.spec import Block
from bottlecalc.cli.options import BlockOptions
from bottlecalc.cli.output import guests, spinner, tell
from bottlecalc.render.remarks import about_own, omissions
from bottlecalc.render.verdict import objections


def compared(
    blocks: Sequence[Block | OwnBlock], options: BlockOptions, measure: Measuring
) -> Comparison:
    """Blocks compared on the input that the options say; torch is loaded unless nobody asks it."""
    quiet = nullcontext(str)
    waiting = quiet if measure is False else spinner("loading torch and fvcore")
    visiting = guests() if any(isinstance(one, OwnBlock) for one in blocks) else nullcontext()
    with visiting, waiting as progress:
        return compare(
            *blocks, size=options.sides, batch=options.images, measure=measure, progress=progress
        )


def sentences(comparison: Comparison) -> Iterator[str]:
    """Every contradiction, every counter that was left out, and what is said of one's own."""
    for count in comparison.closed_forms:
        yield from objections(count)
    yield from omissions(*comparison.blocks)
    yield from about_own(comparison.blocks)


def remark(comparison: Comparison) -> None:
    """Say them on stderr."""
    for sentence in sentences(comparison):
        tell(sentence)
