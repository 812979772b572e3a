"""Blocks that split their channels and pass a part on: cross stage partial networks.

Source: Wang et al., CSPNet, arXiv:1911.11929; C2f: the code of YOLOv8.
"""

from __future__ import annotations

from bottlecalc.blocks.csp import MOST, C2f
from bottlecalc.formulas.formula import ALWAYS, Case, Formula, Layers
from bottlecalc.formulas.vocabulary import activation, add, batch_norm, concat, conv
from bottlecalc.layers.layer import Layer
from bottlecalc.layers.ops import Shape


def _has(n: int) -> Case:
    return Case(str(n), lambda block: block.n == n)


CASES = (*map(_has, range(1, MOST)), Case(str(MOST), ALWAYS.holds))
"""One for each number of bottlenecks, which is how many layers there are."""


def c2f(block: C2f, x: Shape, case: str) -> Layers:
    """1×1 to two halves, bottlenecks on the second, and a 1×1 on halves and bottlenecks."""
    n, half = int(case), block.out_channels // 2
    cv1 = _unit("cv1", x, 2 * half, 1)
    inside = (x[0], half, *x[2:])
    inner = tuple(layer for number in range(n) for layer in _bottleneck(f"m.{number}", inside))
    joined = concat("concat", inside, (2 + n) * half)
    return *cv1, *inner, joined, *_unit("cv2", joined.output, block.out_channels, 1)


def _bottleneck(name: str, x: Shape) -> Layers:
    """Two 3×3, and the sum with what goes in."""
    units = (*_unit(f"{name}.cv1", x, x[1], 3), *_unit(f"{name}.cv2", x, x[1], 3))
    return *units, add(x, name=f"{name}.add", branch="main")


def _unit(name: str, x: Shape, out_channels: int, kernel: int) -> tuple[Layer, Layer, Layer]:
    """A convolution, BN and SiLU."""
    first = conv(f"{name}.conv", x, out_channels, kernel)
    y = first.output
    return first, batch_norm(f"{name}.bn", y), activation(f"{name}.act", y, "SiLU")


C2F = Formula(layers=c2f, cases=CASES)
