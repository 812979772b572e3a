"""Awkward blocks and sizes: coprime channels, H ≠ W, odd sizes, groups, wide middles."""

from __future__ import annotations

from itertools import cycle, product
from typing import Any, NamedTuple

from bottlecalc.blocks.preactivation import PreactBasic, PreactBottleneck
from bottlecalc.blocks.regnet import RegNet
from bottlecalc.blocks.residual import Basic, Bottleneck, Plain, Residual
from bottlecalc.blocks.spec import Block


class Case(NamedTuple):
    block: Block
    size: tuple[int, int]
    batch: int

    def __str__(self) -> str:
        return f"{self.block}@{self.batch}x{self.size[0]}x{self.size[1]}"


MODES: tuple[dict[str, Any], ...] = (
    {},
    {"dilation": 2},
    {"stride": 2},
    {"stride": 3, "dilation": 3},
    {"upsample": True},
    {"upsample": True, "stride": 2},
    {"upsample": True, "stride": 3, "dilation": 2},
    {"downsample": True},
    {"downsample": True, "dilation": 3},
)
CHANNELS = ((3, 11), (7, 7), (10, 4), (13, 29), (31, 6))
MIDDLES = (
    *((3, 11, None, 1), (9, 9, 4, 2), (7, 7, 10, 5), (14, 26, None, 3)),
    *((5, 6, 21, 7), (12, 35, 8, 8), (1, 4, None, 1)),
)
REFINED: tuple[dict[str, Any], ...] = (
    {"se": 3},
    {"avg": True},
    {"avg": True, "stride": 2},
    {"avg": True, "stride": 2, "se": 2, "upsample": True},
    {"downsample": True, "se": 1},
)
GROUPED = ((3, 14, 7), (6, 6, 3), (10, 9, 1), (14, 14, 14))
SIZES = cycle(((7, 12), (1, 5), (13, 9), (10, 3)))
EVEN_SIZES = cycle(((8, 6), (2, 10), (4, 14)))
BATCHES = cycle((1, 2, 1, 3, 1))


def _case(block: Block) -> Case:
    halves = isinstance(block, Residual) and block.downsample
    return Case(block, next(EVEN_SIZES if halves else SIZES), next(BATCHES))


GRID = [
    *(_case(family(i, o, **mode))
      for family, (i, o), mode in product((Plain, Basic), CHANNELS, MODES)),
    *(_case(Bottleneck(i, o, mid_channels=m, groups=g, **mode))
      for (i, o, m, g), mode in product(MIDDLES, MODES) for _ in range(2)),
    *(_case(Basic(i, o, **mode)) for (i, o), mode in product(CHANNELS, REFINED)),
    *(_case(Bottleneck(i, o, mid_channels=m, groups=g, v1=v1, **mode))
      for v1 in (True, False) for (i, o, m, g), mode in product(MIDDLES[:4], REFINED)),
    *(_case(PreactBasic(i, o, **mode)) for (i, o), mode in product(CHANNELS, MODES[:4])),
    *(_case(PreactBottleneck(i, o, mid_channels=m, **mode))
      for (i, o, m, _), mode in product(MIDDLES, MODES[:4])),
    *(_case(RegNet(i, o, group_width=g, stride=stride, se=se))
      for (i, o, g), stride, se in product(GROUPED, (1, 2, 3), (True, False))),
]  # fmt: skip
