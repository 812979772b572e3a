"""What a training step sees forward: complex convolutions, inference mode, threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import nullcontext
from threading import Thread

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from bottlecalc.models.unseen import GRADIENTS
from tests.models.test_training import own, trained


class Complex(nn.Module):
    """Its magnitudes are real, as what a backward pass begins with has to be."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 3, 3, bias=False, dtype=torch.complex64)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv(x).abs()
        return y


def test_a_complex_convolution_is_one_forward_and_three_backward() -> None:
    """3 · 2 · 9 weights at 4 · 4 places; that its gradients are those of three is said."""
    step = trained(Complex(), "1x2x6x6:complex64")
    macs = 3 * 2 * 9 * 16
    assert own(step) == {"conv": (macs, 0, 3 * macs)}
    assert step.notes == (GRADIENTS,)


class Encoded(nn.Module):
    """A recurrent encoder that is not trained, in inference mode, where torch keeps it whole."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.LSTM(3, 5)
        self.head = nn.Linear(5, 2, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        with torch.inference_mode():
            y = self.encoder(x)[0]
        z: Tensor = self.head(y.clone())
        return z


def test_a_recurrent_layer_in_inference_mode_is_counted() -> None:
    """7 steps of 2 samples: four gates of 5 from 3 and 5; of the head its weights' gradient."""
    encoder, head = 7 * 2 * 4 * 5 * (3 + 5), 7 * 2 * 5 * 2
    assert own(trained(Encoded(), (7, 2, 3))) == {
        "encoder": (encoder, 0, 0), "head": (head, 0, head),
    }  # fmt: skip


def started(run: Callable[[], object]) -> None:
    thread = Thread(target=run)
    thread.start()
    thread.join()


class Threaded(nn.Module):
    """Its first layer runs in a thread."""

    def __init__(self, within: Callable[[Callable[[], object]], object]) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Linear(4, 5, bias=False))
        self.last = nn.Linear(5, 3, bias=False)
        self.within = within

    def forward(self, x: Tensor) -> Tensor:
        found: list[Tensor] = []
        self.within(lambda: found.append(self.first(x)))
        y: Tensor = self.last(found[0])
        return y


def test_what_threads_run_forward_is_counted_and_has_both_gradients() -> None:
    """In one that the forward pass starts, and in one that was there before."""
    pool = ThreadPoolExecutor(1)
    pool.submit(int).result()
    first, last = 2 * 4 * 5, 2 * 5 * 3
    for within in (started, lambda run: pool.submit(run).result()):
        step = own(trained(Threaded(within), (2, 4)))
        assert step == {"first.0": (first, 0, first), "last": (last, last, last)}


class Branching(nn.Module):
    """Two calls of a layer in threads, those of a pool that was there before or of one of its own.

    Args:
        pool: that was there before.
    """

    def __init__(self, pool: Executor | None = None) -> None:
        super().__init__()
        self.branch = nn.Sequential(nn.Linear(5, 7), nn.Tanh())
        self.out = nn.Linear(7, 3)
        self.pool = pool

    def forward(self, x: Tensor) -> Tensor:
        with nullcontext(self.pool) if self.pool else ThreadPoolExecutor(2) as pool:
            left, right = pool.map(self.branch, (x, x))
        y: Tensor = self.out(left + right)
        return y


@pytest.mark.parametrize("is_older", [False, True])
def test_what_threads_run_has_its_gradients(is_older: bool) -> None:
    with ThreadPoolExecutor(2) as pool:
        step = trained(Branching(pool if is_older else None), (11, 5))
    both = 2 * 11 * 5 * 7
    assert own(step) == {"branch.0": (both, 0, both), "out": 3 * (11 * 7 * 3,)}
    assert step.memory is not None
    assert step.memory.stored == 4 * 11 * (5 + 7 + 7 + 7)  # the input, two of tanh, their sum


class Ragged(nn.Module):
    """Attention of sequences of five and of three rows, two heads of four features."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = nn.Linear(8, 24)

    def forward(self, x: Tensor) -> Tensor:
        rows = torch.nested.as_nested_tensor([x[0], x[0, :3]], layout=torch.jagged)
        parts = self.parts(rows).chunk(3, -1)
        query, key, value = (one.unflatten(-1, (2, 4)).transpose(1, 2) for one in parts)
        y = functional.scaled_dot_product_attention(query, key, value)
        return y.transpose(1, 2).flatten(2).values()


@pytest.mark.skipif(not hasattr(torch, "jagged"), reason="torch 2.1 has no such sequences")
def test_ragged_attention_has_its_gradients() -> None:
    products, projections = 2 * (5**2 + 3**2) * 8, (5 + 3) * 8 * 24
    assert own(trained(Ragged(), (1, 5, 8))) == {
        "": (products, 2 * products, 0),
        "parts": (projections, 0, projections),
    }
