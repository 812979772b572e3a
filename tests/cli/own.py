"""Blocks of a user's own, in a file and in a package."""

from __future__ import annotations

from pathlib import Path

CODE = '''
from torch import nn

print("an import that prints")

class Grouped(nn.Module):
    """A 3×3 in groups, with a bias, and a 1×1."""

    def __init__(self, in_channels, out_channels, stride=1, groups=1, act="relu"):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(in_channels, in_channels, 3, stride, 1, groups=groups),
            nn.ReLU() if act == "relu" else nn.SiLU(),
        )
        self.head = nn.Conv2d(in_channels, out_channels, 1, bias=False)

    def forward(self, x):
        return self.head(self.body(x))

class Narrow(nn.Module):
    """A bottleneck, written plainly from its paper."""

    def __init__(self, in_channels, out_channels, mid, stride=1):
        super().__init__()
        self.reduce = nn.Conv2d(in_channels, mid, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(mid)
        self.conv = nn.Conv2d(mid, mid, 3, stride, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(mid)
        self.expand = nn.Conv2d(mid, out_channels, 1, bias=False)
        self.norm3 = nn.BatchNorm2d(out_channels)
        self.project = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)
        self.norm4 = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU()

    def forward(self, x):
        y = self.relu(self.norm1(self.reduce(x)))
        y = self.relu(self.norm2(self.conv(y)))
        return self.relu(self.norm3(self.expand(y)) + self.norm4(self.project(x)))

class Same(nn.Conv2d):
    """fvcore does not support a padding that is a word."""

    def __init__(self, in_channels=6):
        super().__init__(in_channels, 10, 3, padding="same")

class Two(nn.Module):
    def __init__(self, in_channels):
        super().__init__()

    def forward(self, x):
        return x, x

class Unnamed(nn.Conv2d):
    def __init__(self, width):
        super().__init__(width, width, 1)

class Any(nn.Conv2d):
    def __init__(self, **options):
        super().__init__(options["in"], 4, 1)

class Fails(nn.Module):
    def __init__(self, in_channels):
        raise RuntimeError("no way\\nat all")

class Late(nn.Module):
    def __init__(self, in_channels):
        super().__init__()

    def forward(self, x):
        raise RuntimeError("too late")

def text(in_channels): return "a block"

instance = Same()
'''
GROUPED = "blocks.py:Grouped:in_channels=6,out_channels=10,groups=3"


def write(folder: Path) -> None:
    """Both, into this folder."""
    (folder / "blocks.py").write_text(CODE, "utf-8")
    (folder / "package").mkdir()
    (folder / "package" / "parts.py").write_text(CODE, "utf-8")
