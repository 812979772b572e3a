"""A network of NAS-Bench-201, as Dong and Yang have it (arXiv:2001.00326, section 2.1)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

ARCHITECTURE_0 = (("avg_pool",), ("conv1x1", "skip"), ("conv1x1", "skip", "skip"))
"""What leads to every node of the cell from each of those before it."""


def unit(x: int, y: int, kernel: int, stride: int = 1) -> nn.Module:
    """ReLU, a convolution and batch norm."""
    conv = nn.Conv2d(x, y, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(nn.ReLU(), conv, nn.BatchNorm2d(y))


def operation(name: str, width: int) -> nn.Module:
    if name == "avg_pool":
        return nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)
    return nn.Identity() if name == "skip" else unit(width, width, 1)


class Node(nn.Module):
    """A sum of what its operations make of the nodes before it."""

    def __init__(self, operations: Sequence[nn.Module]) -> None:
        super().__init__()
        self.operations = nn.ModuleList(operations)

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        y: Tensor = sum(one(x) for one, x in zip(self.operations, maps, strict=True))
        return y


class Cell(nn.Module):
    """Nodes, of which the last is what comes out."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.nodes = nn.ModuleList(
            Node([operation(name, width) for name in names]) for names in ARCHITECTURE_0
        )

    def forward(self, x: Tensor) -> Tensor:
        maps = [x]
        for node in self.nodes:
            maps.append(node(maps))
        return maps[-1]


class Reduction(nn.Module):
    """A residual block of stride 2; its shortcut is pooled, then projected."""

    def __init__(self, x: int) -> None:
        super().__init__()
        self.main = nn.Sequential(unit(x, 2 * x, 3, stride=2), unit(2 * x, 2 * x, 3))
        self.shortcut = nn.Sequential(nn.AvgPool2d(2, 2), nn.Conv2d(x, 2 * x, 1, bias=False))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.main(x) + self.shortcut(x)
        return y


class Network(nn.Module):
    """Three stages of five cells, 16, 32 and 64 wide."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        cells = [[Cell(width) for _ in range(5)] for width in (16, 32, 64)]
        self.body = nn.Sequential(
            nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16),
            *cells[0], Reduction(16), *cells[1], Reduction(32), *cells[2],
            nn.BatchNorm2d(64), nn.ReLU(), nn.AdaptiveAvgPool2d(1),
        )  # fmt: skip
        self.head = nn.Linear(64, classes)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.head(self.body(x).flatten(1))
        return y
