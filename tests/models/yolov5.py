"""YOLOv5s, as its repository's yolov5s.yaml has it: of version 3 (2020) and of version 6.

Source: ultralytics/yolov5, ``models/yolov5s.yaml``, with widths halved and depths divided by 3; the
rows that are detected are left as three maps.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

ANCHORS = 3
"""On every map."""


class Unit(nn.Sequential):
    """A convolution, batch norm and an activation."""

    def __init__(self, x: int, y: int, kernel: int, stride: int, activation: type[nn.Module]):
        padding = 2 if kernel == 6 else kernel // 2
        super().__init__(
            nn.Conv2d(x, y, kernel, stride, padding, bias=False), nn.BatchNorm2d(y), activation()
        )


class Bottleneck(nn.Module):
    """A 1×1 and a 3×3, to which their input is added or not."""

    def __init__(self, width: int, added: bool, activation: type[nn.Module]):
        super().__init__()
        self.added = added
        self.units = nn.Sequential(
            Unit(width, width, 1, 1, activation), Unit(width, width, 3, 1, activation)
        )

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.units(x)
        return x + y if self.added else y


def bottlenecks(width: int, depth: int, added: bool, activation: type[nn.Module]) -> nn.Module:
    return nn.Sequential(*(Bottleneck(width, added, activation) for _ in range(depth)))


class C3(nn.Module):
    """Two branches of half the width, one of them with bottlenecks, joined: version 6."""

    def __init__(self, x: int, y: int, depth: int, added: bool = True):
        super().__init__()
        half = y // 2
        self.first, self.other = Unit(x, half, 1, 1, nn.SiLU), Unit(x, half, 1, 1, nn.SiLU)
        self.inner = bottlenecks(half, depth, added, nn.SiLU)
        self.last = Unit(2 * half, y, 1, 1, nn.SiLU)

    def forward(self, x: Tensor) -> Tensor:
        joined = torch.cat([self.inner(self.first(x)), self.other(x)], 1)
        y: Tensor = self.last(joined)
        return y


class CSP(nn.Module):
    """The same with bare convolutions before the join, and batch norm behind it: version 3."""

    def __init__(self, x: int, y: int, depth: int, added: bool = True):
        super().__init__()
        half = y // 2
        self.first = Unit(x, half, 1, 1, nn.Hardswish)
        self.inner = bottlenecks(half, depth, added, nn.Hardswish)
        self.closing = nn.Conv2d(half, half, 1, bias=False)
        self.other = nn.Conv2d(x, half, 1, bias=False)
        self.norm, self.activation = nn.BatchNorm2d(2 * half), nn.LeakyReLU(0.1)
        self.last = Unit(2 * half, y, 1, 1, nn.Hardswish)

    def forward(self, x: Tensor) -> Tensor:
        joined = torch.cat([self.closing(self.inner(self.first(x))), self.other(x)], 1)
        y: Tensor = self.last(self.activation(self.norm(joined)))
        return y


class Pyramid(nn.Module):
    """Max pools of 5, 9 and 13 beside what they pool: side by side, or one behind the other."""

    def __init__(self, width: int, kernels: Sequence[int], activation: type[nn.Module]):
        super().__init__()
        half = width // 2
        self.first = Unit(width, half, 1, 1, activation)
        self.chained = len(set(kernels)) == 1
        self.pools = nn.ModuleList(nn.MaxPool2d(k, 1, k // 2) for k in kernels)
        self.last = Unit(4 * half, width, 1, 1, activation)

    def forward(self, x: Tensor) -> Tensor:
        maps = [self.first(x)]
        for pool in self.pools:
            maps.append(pool(maps[-1 if self.chained else 0]))
        y: Tensor = self.last(torch.cat(maps, 1))
        return y


class Focus(nn.Module):
    """Every fourth pixel to a channel of its own, then a 3×3: version 3."""

    def __init__(self) -> None:
        super().__init__()
        self.unit = Unit(12, 32, 3, 1, nn.Hardswish)

    def forward(self, x: Tensor) -> Tensor:
        quarters = [x[..., i::2, j::2] for j in (0, 1) for i in (0, 1)]
        y: Tensor = self.unit(torch.cat(quarters, 1))
        return y


class YOLOv5s(nn.Module):
    """A backbone, a pyramid downwards and upwards again, and a 1×1 on each of three maps.

    Args:
        classes: that are told apart.
        version: 3 or 6.
    """

    def __init__(self, classes: int = 80, version: int = 6):
        super().__init__()
        old = version == 3
        block = CSP if old else C3
        act: type[nn.Module] = nn.Hardswish if old else nn.SiLU
        pyramid = Pyramid(512, (5, 9, 13) if old else (5, 5, 5), act)
        deepest = block(512, 512, 1, added=not old)
        self.stem = nn.Sequential(
            Focus() if old else Unit(3, 32, 6, 2, act), Unit(32, 64, 3, 2, act), block(64, 64, 1),
            Unit(64, 128, 3, 2, act), block(128, 128, 3 if old else 2),
        )  # fmt: skip
        self.middle = nn.Sequential(Unit(128, 256, 3, 2, act), block(256, 256, 3))
        ends = (pyramid, deepest) if old else (deepest, pyramid)
        self.deep = nn.Sequential(Unit(256, 512, 3, 2, act), *ends)
        self.turns = nn.ModuleList([Unit(512, 256, 1, 1, act), Unit(256, 128, 1, 1, act)])
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        self.down = nn.ModuleList([Unit(128, 128, 3, 2, act), Unit(256, 256, 3, 2, act)])
        self.blocks = nn.ModuleList(
            block(x, y, 1, added=False) for x, y in ((512, 256), (256, 128), (256, 256), (512, 512))
        )
        self.heads = nn.ModuleList(
            nn.Conv2d(width, ANCHORS * (5 + classes), 1) for width in (128, 256, 512)
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        fine = self.stem(x)
        middle = self.middle(fine)
        first = self.turns[0](self.deep(middle))
        second = self.turns[1](self.blocks[0](torch.cat([self.up(first), middle], 1)))
        small = self.blocks[1](torch.cat([self.up(second), fine], 1))
        medium = self.blocks[2](torch.cat([self.down[0](small), second], 1))
        large = self.blocks[3](torch.cat([self.down[1](medium), first], 1))
        maps = (small, medium, large)
        return [head(one) for head, one in zip(self.heads, maps, strict=True)]
