"""What the dispatcher cannot see: complex convolutions, and what leaves for NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from bottlecalc import count_model
from bottlecalc.models.trace import dispatcher_counts
from bottlecalc.models.unseen import GRADIENTS, ONE, left


class Calling(nn.Module):
    """Does what it is told with what it is given."""

    def __init__(self, call: Callable[..., Any]) -> None:
        super().__init__()
        self.call = call

    def forward(self, *x: Tensor) -> Any:
        return self.call(*x)


Make = Callable[..., nn.Module]
CONVOLUTIONS: list[tuple[Make, tuple[int, ...]]] = [
    (lambda **k: nn.Conv1d(4, 6, 3, groups=2, **k), (2, 4, 9)),
    (lambda **k: nn.Conv2d(4, 7, (3, 5), padding="same", bias=False, **k), (1, 4, 7, 6)),
    (lambda **k: nn.Conv2d(4, 7, (3, 2), stride=2, **k), (4, 9, 8)),
    (lambda **k: nn.Conv3d(2, 3, 2, dilation=2, **k), (1, 2, 5, 6, 7)),
    (lambda **k: nn.ConvTranspose2d(4, 6, 3, stride=2, groups=2, **k), (2, 4, 5, 6)),
    (lambda **k: nn.Linear(5, 7, **k), (2, 3, 5)),
    (lambda **k: nn.Bilinear(5, 5, 7, **k), (2, 5)),
]


@pytest.mark.parametrize("device", ["meta", "cpu"])
@pytest.mark.parametrize(("make", "shape"), CONVOLUTIONS)
def test_a_complex_mac_is_one(make: Make, shape: tuple[int, ...], device: str) -> None:
    """A complex layer has the MACs and activations of the real one of the same sizes."""
    counts = []
    for dtype in (torch.float32, torch.complex64):
        model = make(dtype=dtype, device=device)
        x = torch.zeros(shape, dtype=dtype, device=device)
        with torch.no_grad():
            counts.append(dispatcher_counts(model, [x] * (1 + isinstance(model, nn.Bilinear))))
    real, whole = counts
    assert whole.figures == {**real.figures, "params": whole.figures["params"]}
    assert whole.sum("macs") > 0


def test_a_complex_convolution_by_hand() -> None:
    """3 · 2 · 9 weights at 4 · 4 places; torch computes it by three real ones."""
    model = nn.Conv2d(2, 3, 3, bias=False, dtype=torch.complex64)
    counted = count_model(model, "1x2x6x6:complex64", counter="torch")
    assert counted.macs == 3 * 2 * 9 * 16
    assert [node.activations for node in counted.own] == [3 * 4 * 4]
    assert counted.remarks == (ONE,)


@settings(deadline=None, max_examples=10)
@given(st.tuples(*[st.integers(1, 7)] * 4))
def test_complex_products(sides: tuple[int, int, int, int]) -> None:
    """By the definition: a sum of k products for each of b · m · n."""
    b, m, k, n = sides
    one = torch.zeros(b, m, k, dtype=torch.complex64, device="meta")
    other = torch.zeros(b, k, n, dtype=torch.complex64, device="meta")
    assert dispatcher_counts(Calling(torch.bmm), [one, other]).sum("macs") == b * m * k * n
    assert dispatcher_counts(Calling(torch.mm), [one[0], other[0]]).sum("macs") == m * k * n


def test_complex_gradients_are_said() -> None:
    class Gradient(nn.Conv2d):
        @torch.enable_grad()
        def forward(self, x: Tensor) -> Any:
            return super().forward(x)

    model = Gradient(2, 3, 3, dtype=torch.complex64)
    assert GRADIENTS in count_model(model, "1x2x6x6:complex64", counter="torch").remarks
    plain = nn.Conv2d(2, 3, 3, dtype=torch.complex64)
    assert GRADIENTS not in count_model(plain, "1x2x6x6:complex64", counter="torch").remarks


ONES = np.ones((5, 2), "float32")
LEAVING: dict[str, tuple[Callable[[Tensor], Any], str]] = {
    "numpy": (lambda x: torch.from_numpy(np.dot(x.cpu().numpy(), ONES)), "NumPy"),
    "array": (lambda x: torch.from_numpy(np.dot(np.asarray(x), ONES)), "NumPy"),
    "dlpack": (lambda x: torch.from_numpy(np.from_dlpack(x) @ ONES), "another library by DLPack"),
}


@pytest.mark.parametrize("name", LEAVING)
def test_what_leaves_is_said(name: str) -> None:
    call, library = LEAVING[name]
    counted = count_model(Calling(call), (3, 5), counter="torch")
    assert counted.macs == 0
    assert left(library) in counted.remarks
    assert left("NumPy").startswith("tensors are given to NumPy: what is computed there is not")


def test_nothing_is_said_of_what_stays() -> None:
    counted = count_model(Calling(lambda x: x @ x.t()), (3, 5), counter="torch")
    assert counted.remarks == ()
