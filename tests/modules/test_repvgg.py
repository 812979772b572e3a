"""What is deployed computes what was trained."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from bottlecalc.blocks.repvgg import RepVGG
from bottlecalc.modules.families import build


@pytest.mark.parametrize(
    "says",
    [
        {"in_channels": 6, "out_channels": 6, "groups": 2},
        {"in_channels": 6, "out_channels": 6, "stride": 2},
        {"in_channels": 3, "out_channels": 7},
    ],
    ids=str,
)
def test_the_deployed_3x3_is_the_sum_of_the_branches(says: dict[str, Any]) -> None:
    """Section 3.3: BN is folded into kernels, and 1×1 and identity are 3×3 of mostly zeros."""
    trained: Any = build(RepVGG(**says)).double()
    deployed: Any = build(RepVGG(**says, deploy=True)).double()
    for _ in range(3):
        trained(5 + 2 * torch.randn(8, says["in_channels"], 6, 4, dtype=torch.double))
    trained.eval()
    branches = [
        fold(trained.conv1.weight, trained.bn1),
        fold(functional.pad(trained.conv2.weight, (1, 1, 1, 1)), trained.bn2),
    ]
    if trained.shortcut is not None:
        kernel = torch.zeros_like(trained.conv1.weight)
        for channel in range(len(kernel)):
            kernel[channel, channel % kernel.shape[1], 1, 1] = 1
        branches.append(fold(kernel, trained.shortcut.bn))
    kernels, biases = zip(*branches, strict=True)
    deployed.conv.weight.data, deployed.conv.bias.data = sum(kernels), sum(biases)
    x = torch.randn(2, says["in_channels"], 7, 5, dtype=torch.double)
    torch.testing.assert_close(deployed(x), trained(x))


def fold(kernel: Tensor, bn: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Kernel and bias of a convolution with BN after it."""
    assert bn.running_var is not None
    assert bn.running_mean is not None
    scale = bn.weight / torch.sqrt(bn.running_var + bn.eps)
    return kernel * scale.view(-1, 1, 1, 1), bn.bias - bn.running_mean * scale
