"""Where branches meet, as modules, so that each is a layer with a name."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Add(nn.Module):
    """The sum of two branches."""

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return x + y


class Multiply(nn.Module):
    """The product of a map and its gates."""

    def forward(self, x: Tensor, gates: Tensor) -> Tensor:
        return x * gates


class Concat(nn.Module):
    """The channels of branches, one branch's after the other's."""

    def forward(self, *branches: Tensor) -> Tensor:
        return torch.cat(branches, 1)
