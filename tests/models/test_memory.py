"""Bytes of a training step: what is stored, what an optimizer keeps, and what a peak holds."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from tests.models.test_training import trained


def test_buffers_that_autograd_keeps_are_not_stored() -> None:
    """Stored are the input, what is normalised, and each channel's mean and deviation."""
    model = nn.Sequential(nn.Conv2d(3, 4, 1, bias=False), nn.BatchNorm2d(4))
    memory = trained(model, (2, 3, 5, 6)).memory
    assert memory is not None
    assert memory.buffers == 4 * (4 + 4) + 8
    assert memory.stored == 4 * (2 * 3 * 30 + 2 * 4 * 30 + 4 + 4)


def test_a_peak_holds_the_input() -> None:
    """Which nothing stores for its gradient: 1000 numbers, and as many moved by a weight."""

    class Shift(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.shift = nn.Parameter(torch.zeros(1))

        def forward(self, x: Tensor) -> Tensor:
            return x + self.shift

    memory = trained(Shift(), (1000,)).memory
    assert memory is not None
    assert memory.stored == 0
    assert memory.peak >= 4 * (1000 + 1000 + 1)


def test_a_peak_holds_the_buffers() -> None:
    """One of 999 elements that nothing reads."""
    model = nn.Linear(3, 1)
    before = trained(model, (7, 3)).memory
    model.register_buffer("table", torch.zeros(999))
    after = trained(model, (7, 3)).memory
    assert before
    assert after
    assert (after.buffers, after.peak - before.peak) == (4 * 999, 4 * 999)


def test_an_optimizer_of_doubles_keeps_doubles() -> None:
    """Two of each of 5·7 + 7 numbers of 8 bytes, and a count of steps of each tensor in 4."""
    memory = trained(nn.Linear(5, 7).double(), "3x5:float64", optimizer="adam").memory
    assert memory is not None
    assert memory.optimizer == 2 * 8 * (5 * 7 + 7) + 4 * 2
