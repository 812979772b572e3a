"""A block counted for whoever asks: by closed form, and by others where they are named."""

from __future__ import annotations

from collections.abc import Sequence

from bottlecalc.agreement import closed_form
from bottlecalc.agreement.result import Count
from bottlecalc.blocks.arguments import read_batch, read_block, read_size
from bottlecalc.blocks.grammar import EXAMPLE
from bottlecalc.blocks.spec import Block
from bottlecalc.layers.count import Counters
from bottlecalc.text.calls import public


@public(f"count({EXAMPLE}, size=56, batch=1)")
def count(
    block: Block | str,
    size: int | Sequence[int] = (56, 56),
    batch: int = 1,
    counter: Counters | None = None,
) -> Count:
    """Count a block: parameters, MACs and FLOPs by scope, layer by layer.

    Args:
        block: the spec, or its text: ``"bottleneck:in=64,out=128"``.
        size: height and width of the input, or both in one [pixels].
        batch: images in the input.
        counter: whom to ask beside the closed form, ``"torch"``, ``"fvcore"`` or ``"both"``;
            ``"both"`` leaves one out where it would take too much. Only these load torch.

    Raises:
        BlockError: the text says no block, or the block does not take an input of that size.
        ArgumentError: something is given that is no block, or no size.
        InputError: there is no such counter.
        MeasureError: the block could not be measured.

    >>> from bottlecalc import count
    >>> count("bottleneck:in=64,out=128", size=56).params.main
    15360
    """
    counted = closed_form.count(read_block(block), read_size(size), read_batch(batch))
    return counted if counter is None else _measured(counted, counter)


def _measured(counted: Count, counter: Counters) -> Count:
    from bottlecalc.agreement.ask import check_counter, measured

    check_counter(counter)
    insisting = 'counter="fvcore"'
    return measured(counted, counter != "both", counter, insisting=insisting)
