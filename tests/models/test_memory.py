"""What a training step stores, and the most that it takes at once: bytes by hand."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from tests.models.test_training import dropping, trained


class Deep(nn.Module):
    def __init__(self, again: bool) -> None:
        super().__init__()
        self.first = nn.Linear(3, 16)
        self.layers = nn.ModuleList(nn.Sequential(nn.Linear(16, 16), nn.GELU()) for _ in range(5))
        self.again = again

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        for layer in self.layers:
            x = checkpoint(layer, x, use_reentrant=False) if self.again else layer(x)
        return x


def test_checkpoints_lower_the_peak() -> None:
    whole, less = (trained(Deep(again), (64, 3)).memory for again in (False, True))
    assert whole
    assert less
    one = 4 * 64 * 16
    assert whole.stored - less.stored == 5 * one
    assert less.peak < whole.peak - 3 * one


class Views(nn.Module):
    """Stores one tensor through several views, and in place."""

    def forward(self, x: Tensor) -> Tensor:
        y = (x * self.scale).relu_()
        return y.t() @ y.view(4, 6)

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))


def test_a_storage_is_counted_once() -> None:
    memory = trained(Views(), (4, 6)).memory
    assert memory is not None
    assert memory.stored == 4 * (24 + 24)  # what is scaled, and what the ReLU puts out


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


def test_a_tensor_that_is_forgotten_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from bottlecalc.models.memory import Living

    right = trained(dropping(), (4, 5)).memory
    monkeypatch.setattr(Living, "note", lambda *_: None)
    wrong = trained(dropping(), (4, 5)).memory
    assert right
    assert wrong
    assert wrong.peak < right.peak
