"""What an optimizer keeps, beside what torch's does."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from bottlecalc.layers.training import OPTIMIZERS

MADE: dict[str, Any] = {
    "sgd": lambda every: torch.optim.SGD(every, lr=0.1),
    "sgd-momentum": lambda every: torch.optim.SGD(every, lr=0.1, momentum=0.9),
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "nadam": torch.optim.NAdam,
    "rmsprop": torch.optim.RMSprop,
    "adagrad": torch.optim.Adagrad,
}


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_an_optimizer_keeps_what_torchs_does(name: str, dtype: torch.dtype) -> None:
    layer = nn.Linear(5, 7).to(dtype)
    optimizer = MADE[name](layer.parameters())
    layer(torch.ones(3, 5, dtype=dtype)).sum().backward()
    optimizer.step()
    kept = [one for state in optimizer.state.values() for one in state.values()]
    tensors = [one for one in kept if isinstance(one, torch.Tensor)]
    sizes = (5 * 7 + 7) * dtype.itemsize
    assert sum(one.nbytes for one in tensors) == OPTIMIZERS[name].bytes(sizes, 2)
