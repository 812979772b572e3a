"""ResNets, their modules as torchvision nests them: stages and shortcuts are containers."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional


def unit(x: int, y: int, kernel: int, stride: int = 1) -> list[nn.Module]:
    return [nn.Conv2d(x, y, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(y)]


class Block(nn.Module):
    """Two 3×3, or a bottleneck with its stride on the 3×3."""

    def __init__(self, x: int, width: int, stride: int, bottleneck: bool) -> None:
        super().__init__()
        y = 4 * width if bottleneck else width
        parts = (
            [*unit(x, width, 1), *unit(width, width, 3, stride), *unit(width, y, 1)]
            if bottleneck
            else [*unit(x, width, 3, stride), *unit(width, y, 3)]
        )
        self.names = [f"layer{place}" for place in range(len(parts))]
        for name, part in zip(self.names, parts, strict=True):
            self.add_module(name, part)
        same = x == y and stride == 1
        self.downsample = None if same else nn.Sequential(*unit(x, y, 1, stride))

    def forward(self, x: Tensor) -> Tensor:
        y = x
        for name in self.names:
            y = self.get_submodule(name)(y)
        added: Tensor = y + (x if self.downsample is None else self.downsample(x))
        return functional.relu(added)


class ResNet(nn.Module):
    """Four stages, 64 to 512 wide, of so many blocks each."""

    def __init__(self, depths: tuple[int, ...], bottleneck: bool) -> None:
        super().__init__()
        self.conv1, self.bn1 = unit(3, 64, 7, 2)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        x, more = 64, 4 if bottleneck else 1
        self.stages = [f"layer{place}" for place in range(1, 5)]
        for place, (name, depth) in enumerate(zip(self.stages, depths, strict=True)):
            width, blocks = 64 << place, list[nn.Module]()
            for first in (True, *(False,) * (depth - 1)):
                blocks.append(Block(x, width, 2 if first and place else 1, bottleneck))
                x = more * width
            self.add_module(name, nn.Sequential(*blocks))
        self.avgpool, self.fc = nn.AdaptiveAvgPool2d(1), nn.Linear(x, 1000)

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.bn1(self.conv1(x)))
        for name in self.stages:
            x = self.get_submodule(name)(x)
        y: Tensor = self.fc(self.avgpool(x).flatten(1))
        return y
