"""Asking for a comparison, and saying on stderr what it has to say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

from bottlecalc.agreement.compare import Comparison, Measuring, compare
from bottlecalc.agreement.result import ClosedForm
from bottlecalc.blocks.own import OwnBlock
from bottlecalc.blocks.spec import Block
from bottlecalc.cli.block_options import BlockOptions
from bottlecalc.cli.output import guests, spinner, tell
from bottlecalc.render.remarks import about_own, omissions
from bottlecalc.render.verdict import objections
from bottlecalc.tools.check import Checked

if TYPE_CHECKING:
    from bottlecalc.agreement.networks import NetworkComparison
    from bottlecalc.networks.spec import Network


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


def compared_networks(
    networks: Sequence[Network], size: tuple[int, int] | None, batch: int, measure: Measuring
) -> NetworkComparison:
    """Networks compared, each on its own input where no size is given."""
    from bottlecalc.agreement.networks import compare_networks

    waiting = nullcontext(str) if measure is False else spinner("loading torch and fvcore")
    with waiting as progress:
        return compare_networks(
            *networks, size=size, batch=batch, measure=measure, progress=progress
        )


def sentences(counts: Sequence[Checked]) -> Iterator[str]:
    """Every contradiction, every counter that was left out, and what is said of one's own."""
    for count in counts:
        if isinstance(count, ClosedForm):
            yield from objections(count)
    yield from omissions(*counts)
    yield from about_own(counts)


def remark(comparison: Comparison) -> None:
    """Say on stderr what the counters of its blocks have to say."""
    remark_on(comparison.blocks)


def remark_on(counts: Sequence[Checked]) -> None:
    """Say on stderr what counters have to say."""
    for sentence in sentences(counts):
        tell(sentence)
