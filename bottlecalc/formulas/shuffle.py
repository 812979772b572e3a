"""The unit of ShuffleNetV2, which splits its channels and shuffles them again.

Source: Ma et al., ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design,
arXiv:1807.11164, figure 3.
"""

from __future__ import annotations

from bottlecalc.blocks.shuffle import Shuffle
from bottlecalc.formulas.formula import Case, Formula, Layers
from bottlecalc.formulas.vocabulary import (
    batch_norm,
    channel_shuffle,
    concat,
    depthwise,
    pointwise,
    relu,
)
from bottlecalc.layers.ops import Shape

SPLIT = "split"
CASES = (Case(SPLIT, lambda block: block.stride == 1), Case("doubled", lambda block: True))


def shuffle(block: Shuffle, x: Shape, case: str) -> Layers:
    """The second branch, beside the half that passes or the first branch."""
    half = block.out_channels // 2
    is_split = case == SPLIT
    first = () if is_split else _first(x, half, block.stride)
    second = _second((x[0], half, *x[2:]) if is_split else x, half, block.stride)
    y = second[-1].output
    joined = concat("concat", y, block.out_channels, branch="after")
    return *first, *second, joined, channel_shuffle("shuffle", joined.output)


def _first(x: Shape, half: int, stride: int) -> Layers:
    """Depthwise 3×3, BN, 1×1, BN, ReLU."""
    conv1 = depthwise("branch1.conv1", x, 3, stride=stride, branch="aside")
    conv2 = pointwise("branch1.conv2", conv1.output, half, branch="aside")
    y = conv2.output
    return (
        *(conv1, batch_norm("branch1.bn1", conv1.output, branch="aside")),
        *(conv2, batch_norm("branch1.bn2", y, branch="aside")),
        relu("branch1.relu", y, branch="aside"),
    )


def _second(x: Shape, half: int, stride: int) -> Layers:
    """1×1, BN, ReLU, depthwise 3×3, BN, 1×1, BN, ReLU."""
    conv1 = pointwise("branch2.conv1", x, half)
    conv2 = depthwise("branch2.conv2", conv1.output, 3, stride=stride)
    conv3 = pointwise("branch2.conv3", conv2.output, half)
    return (
        *(conv1, batch_norm("branch2.bn1", conv1.output), relu("branch2.relu1", conv1.output)),
        *(conv2, batch_norm("branch2.bn2", conv2.output)),
        *(conv3, batch_norm("branch2.bn3", conv3.output), relu("branch2.relu2", conv3.output)),
    )


SHUFFLE = Formula(layers=shuffle, cases=CASES)
