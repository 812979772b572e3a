"""Squeeze and excitation: what weighs the channels of a map.

Source: Hu et al., Squeeze-and-Excitation Networks, arXiv:1709.01507, section 3; its two fully
connected layers are 1×1 convolutions with biases, as in torchvision and timm.
"""

from __future__ import annotations

from torch import Tensor, nn

from bottlecalc.modules.joins import Multiply


class SqueezeExcitation(nn.Module):
    """``(N, C, H, W)`` to the same, every channel weighed.

    Args:
        channels: of the map.
        squeezed: channels in between.
        function: the activation in between, as a module.
    """

    def __init__(self, channels: int, squeezed: int, function: nn.Module) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.conv1 = nn.Conv2d(channels, squeezed, 1)
        self.act = function
        self.conv2 = nn.Conv2d(squeezed, channels, 1)
        self.gate = nn.Sigmoid()
        self.multiply = Multiply()

    def forward(self, x: Tensor) -> Tensor:
        gates = self.gate(self.conv2(self.act(self.conv1(self.pool(x)))))
        weighed: Tensor = self.multiply(x, gates)
        return weighed
