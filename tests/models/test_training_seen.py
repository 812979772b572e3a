"""What a training step sees forward: complex convolutions, inference mode, threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import torch
from torch import Tensor, nn

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
