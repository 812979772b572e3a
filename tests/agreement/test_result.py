"""What was counted: figures of the whole, whoever counted."""

from __future__ import annotations

from torch import nn

from bottlecalc import Plain, count, count_model
from bottlecalc.layers.count import Operations


def test_flops_are_twice_the_macs_in_each_scope() -> None:
    """A 3×3 from 3 to 5 channels with its projection, on 7 by 4."""
    counted = count(Plain(3, 5), (7, 4))
    main = 9 * 3 * 5 * 7 * 4
    assert counted.macs == Operations(main=main, block=main + 3 * 5 * 7 * 4)
    assert counted.flops == Operations(main=2 * main, block=2 * main + 2 * 3 * 5 * 7 * 4)


def test_a_model_has_no_macs_where_it_was_not_run() -> None:
    model = nn.Linear(3, 5)
    counted = count_model(model, (2, 3))
    assert (counted.macs, counted.flops, counted.activations) == (30, 60, 10)
    unrun = count_model(model)
    assert (unrun.macs, unrun.flops, unrun.activations, unrun.agrees) == (None,) * 4


def test_two_counters_are_enough_to_agree() -> None:
    model = nn.Linear(3, 5)
    assert count_model(model, (2, 3)).agrees is True
    assert count_model(model, (2, 3), counter="torch").agrees is None
