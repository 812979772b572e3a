"""Ask the other witnesses about blocks; torch is loaded here, and only when they are asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod

from bottlecalc.agreement.compare import Comparison, compare
from bottlecalc.blocks.residual import Block
from bottlecalc.cli.output import spinner
from bottlecalc.formulas.residual import count
from bottlecalc.layers.count import Count, Measurement, Witness
from bottlecalc.models.measure import MeasureError, decline, failure_named, measure

REMEDY = "; give a smaller size or batch, or --no-measure"


def compared(
    blocks: Sequence[Block], size: tuple[int, int], batch: int, measure: bool | None
) -> Comparison:
    """Blocks counted and compared; whether the other witnesses are asked is ``--measure``'s say.

    Raises:
        BlockError: a block does not take an input of that size.
        MeasureError: a block could not be measured.
    """
    counts = [count(block, size, batch) for block in blocks]
    measured = [] if measure is False else measurements(blocks, counts, insist=bool(measure))
    return compare(counts, measured)


def measurements(
    blocks: Sequence[Block], counts: Sequence[Count], insist: bool
) -> list[Measurement]:
    """Ask the other witnesses about every block; whoever insists has fvcore run at any size."""
    declined = [_declined(counted, insist) for counted in counts]
    with spinner("loading torch and fvcore") as say:
        found = []
        for block, counted, reasons in zip(blocks, counts, declined, strict=True):
            found.append(_measurement(block, counted, reasons, say))
    return found


def _declined(counted: Count, insist: bool) -> Mapping[Witness, str]:
    elements = prod(counted.input) + counted.activations
    reasons = decline(counted.macs.block, elements, counted.params.block)
    if insist and "torch" in reasons:
        raise MeasureError(f"{counted.block} cannot be measured: {reasons['torch']}")
    return {} if insist else reasons


def _measurement(
    block: Block, counted: Count, declined: Mapping[Witness, str], say: Callable[[str], None]
) -> Measurement:
    if "torch" in declined:
        return Measurement({}, {}, declined)
    import torch

    from bottlecalc.modules.residual import build

    say(f"measuring {block}")
    with failure_named(str(block), REMEDY), torch.device("meta" if "fvcore" in declined else "cpu"):
        return measure(build(block), counted.input, declined)
