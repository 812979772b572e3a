"""Residual blocks: one 3×3, two 3×3, and the bottleneck.

Source: He et al., Deep Residual Learning, arXiv:1512.03385, figure 5. Each submodule
bears the name of the layer that it is (``conv1``, ``shortcut.bn``, ``upsample``).
"""

from __future__ import annotations

from torch import Tensor, nn

from bottlecalc.blocks.residual import Basic, Bottleneck, Plain, Residual, ResNet
from bottlecalc.modules.convolutions import conv3x3
from bottlecalc.modules.inputs import check_channels, check_even
from bottlecalc.modules.squeeze import SqueezeExcitation


class Shortcut(nn.Module):
    """Identity, or max pooling, 1×1 and BN: what is added to the main path.

    Source: He et al. 2015, arXiv:1512.03385, section 3.3, option B; the pooling with indices is
    SegNet's (Badrinarayanan et al., arXiv:1511.00561) and ENet's (Paszke et al., 1606.02147).
    Average pooling in the place of the stride is ResNet-D's (He et al. 2018, arXiv:1812.01187,
    figure 2c); of an odd size a last row or column is its own mean, as in timm.
    """

    def __init__(self, block: Residual) -> None:
        super().__init__()
        stride = block.stride
        self.pool: nn.Module | None = None
        if block.downsample:
            self.pool = nn.MaxPool2d(2, 2, return_indices=True)
        elif isinstance(block, ResNet) and block.avg and stride > 1:
            self.pool = nn.AvgPool2d(2, stride, ceil_mode=True, count_include_pad=False)
            stride = 1
        self.conv: nn.Conv2d | None = None
        self.bn: nn.BatchNorm2d | None = None
        if self.pool is not None or stride != 1 or block.in_channels != block.out_channels:
            self.conv = nn.Conv2d(
                block.in_channels, block.out_channels, 1, stride=stride, bias=False
            )
            self.bn = nn.BatchNorm2d(block.out_channels)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor | None]:
        indices = None
        if isinstance(self.pool, nn.MaxPool2d):
            x, indices = self.pool(x)
        elif self.pool is not None:
            x = self.pool(x)
        if self.conv is not None and self.bn is not None:
            x = self.bn(self.conv(x))
        return x, indices


class ResidualBlock(nn.Module):
    """Main path + shortcut, ReLU, and where asked a transposed convolution."""

    def __init__(self, block: Residual) -> None:
        super().__init__()
        self.in_channels = block.in_channels
        self.downsample = block.downsample
        self.shortcut = Shortcut(block)
        self.relu = nn.ReLU(inplace=True)
        self.upsample: nn.ConvTranspose2d | None = None
        if block.upsample:
            self.upsample = nn.ConvTranspose2d(block.out_channels, block.out_channels, 2, stride=2)

    def main(self, x: Tensor) -> Tensor:
        """The main path, ``(N, in, H, W)`` to ``(N, out, H', W')``."""
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        check_channels(x, self.in_channels)
        if self.downsample:
            check_even(x)
        identity, indices = self.shortcut(x)
        y: Tensor = self.relu(self.main(x) + identity)
        if self.upsample is not None:
            y = self.upsample(y)
        return y if indices is None else (y, indices)


class PlainBlock(ResidualBlock):
    """3×3, BN."""

    def __init__(self, block: Plain) -> None:
        super().__init__(block)
        stride = 2 if block.downsample else block.stride
        self.conv1 = conv3x3(block.in_channels, block.out_channels, stride, block.dilation)
        self.bn1 = nn.BatchNorm2d(block.out_channels)

    def main(self, x: Tensor) -> Tensor:
        y: Tensor = self.bn1(self.conv1(x))
        return y


class BasicBlock(ResidualBlock):
    """3×3, BN, ReLU, 3×3, BN (He et al. 2015, figure 5, left)."""

    def __init__(self, block: Basic) -> None:
        super().__init__(block)
        stride = 2 if block.downsample else block.stride
        self.conv1 = conv3x3(block.in_channels, block.out_channels, stride, block.dilation)
        self.bn1 = nn.BatchNorm2d(block.out_channels)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(block.out_channels, block.out_channels, dilation=block.dilation)
        self.bn2 = nn.BatchNorm2d(block.out_channels)
        self.se = excitation(block)

    def main(self, x: Tensor) -> Tensor:
        y: Tensor = self.relu1(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return y if self.se is None else self.se(y)


class BottleneckBlock(ResidualBlock):
    """1×1, BN, ReLU, 3×3, BN, ReLU, 1×1, BN (He et al. 2015, figure 5, right).

    The stride is on the 3×3, as in Goyal et al. 2017 (arXiv:1706.02677) and torchvision
    ("ResNet v1.5"); He et al. 2015 have it on the first 1×1, and so has ``v1``.
    """

    def __init__(self, block: Bottleneck) -> None:
        super().__init__(block)
        width = block.mid_channels or block.out_channels // 4
        stride = 2 if block.downsample else block.stride
        early, late = (stride, 1) if block.v1 else (1, stride)
        self.conv1 = nn.Conv2d(block.in_channels, width, 1, stride=early, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(width, width, late, block.dilation, block.groups)
        self.bn2 = nn.BatchNorm2d(width)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv3 = nn.Conv2d(width, block.out_channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(block.out_channels)
        self.se = excitation(block)

    def main(self, x: Tensor) -> Tensor:
        y: Tensor = self.relu1(self.bn1(self.conv1(x)))
        y = self.relu2(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        return y if self.se is None else self.se(y)


def excitation(block: ResNet) -> SqueezeExcitation | None:
    """What weighs the channels before the addition (Hu et al. 2017, arXiv:1709.01507, figure 3).

    timm squeezes to a multiple of 8, which is the same where ``out // se`` is one.
    """
    if block.se is None:
        return None
    channels = block.out_channels
    return SqueezeExcitation(channels, channels // block.se, nn.ReLU(inplace=True))
