"""Asking for a comparison, and saying on stderr what it has to say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
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
    from bottlecalc.layers.training import Recipe
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


def trained_networks(comparison: NetworkComparison, recipe: Recipe) -> NetworkComparison:
    """The same, with a training step of each, by closed form and by torch."""
    from bottlecalc.agreement.training import trained

    with spinner("loading torch") as progress:
        networks = []
        for one in comparison.networks:
            progress(f"training {one.network}")
            networks.append(trained(one, recipe))
    return replace(comparison, networks=tuple(networks))


def contradicted(comparison: NetworkComparison) -> bool:
    """Whether counters contradict each other in what a training step costs."""
    from bottlecalc.agreement.steps import agrees

    steps = (one.training for one in comparison.networks)
    return any(agrees(step) is False for step in steps if step)


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
