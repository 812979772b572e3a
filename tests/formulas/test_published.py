"""Whole networks of blocks, against what their authors published."""

from __future__ import annotations

import pytest

from bottlecalc import Basic, Bottleneck, Count, Plain, count
from bottlecalc.blocks.ghost import Ghost
from bottlecalc.blocks.preactivation import PreactBottleneck
from bottlecalc.blocks.regnet import RegNet
from bottlecalc.tools import fvcore


def resnet(family: type[Basic] | type[Bottleneck], depths: tuple[int, ...]) -> list[Count]:
    """The blocks of a ResNet for 224×224 images (He et al. 2015, table 1)."""
    counts, channels, size = [], 64, 56
    for stage, depth in enumerate(depths):
        out = 64 * 2**stage * (4 if family is Bottleneck else 1)
        for place in range(depth):
            stride = 2 if stage and not place else 1
            counts.append(count(family(channels, out, stride=stride), (size, size)))
            channels, size = out, size // stride
    return counts


@pytest.mark.parametrize(
    ("family", "depths", "params"),
    [
        (Basic, (2, 2, 2, 2), 11_689_512),
        (Basic, (3, 4, 6, 3), 21_797_672),
        (Bottleneck, (3, 4, 6, 3), 25_557_032),
        (Bottleneck, (3, 4, 23, 3), 44_549_160),
        (Bottleneck, (3, 8, 36, 3), 60_192_808),
    ],
    ids=["ResNet-18", "ResNet-34", "ResNet-50", "ResNet-101", "ResNet-152"],
)
def test_torchvisions_resnets(
    family: type[Basic] | type[Bottleneck], depths: tuple[int, ...], params: int
) -> None:
    """Published: torchvision's table of weights; stem and classifier added here by hand."""
    counts = resnet(family, depths)
    stem, classifier = 7 * 7 * 3 * 64 + 2 * 64, (counts[-1].output[1] + 1) * 1000
    assert sum(c.params.block for c in counts) + stem + classifier == params


def test_resnet_50s_macs_and_fvcore_total() -> None:
    """4.089 GMACs (torchvision), 4,111,512,576 by fvcore, at 224×224."""
    counts = resnet(Bottleneck, (3, 4, 6, 3))
    stem, classifier = 7 * 7 * 3 * 64 * 112 * 112, 2048 * 1000
    macs = sum(c.macs.block for c in counts) + stem + classifier
    assert macs == 4_089_184_256
    extras = 2 * 64 * 112 * 112 + 2048 * 7 * 7  # the stem's batch norm, the average pooling
    total = sum(fvcore.total(c.layers) for c in counts) + stem + classifier + extras
    assert total == 4_111_512_576


def test_resnet_50_v2() -> None:
    """timm's resnetv2_50: no batch norm in the stem, one before the classifier."""
    channels, params = 64, 7 * 7 * 3 * 64
    for stage, depth in enumerate((3, 4, 6, 3)):
        for place in range(depth):
            stride = 2 if stage and not place else 1
            block = PreactBottleneck(channels, 256 * 2**stage, stride=stride)
            params += count(block, (8, 8)).params.block
            channels = block.out_channels
    assert params + 2 * 2048 + 2049 * 1000 == 25_549_352


@pytest.mark.parametrize(
    ("depths", "widths", "group_width", "se", "params", "macs"),
    [
        ((1, 2, 7, 12), (32, 64, 160, 384), 16, False, 5_157_512, 397_677_568),
        ((1, 3, 6, 6), (48, 104, 208, 440), 8, True, 4_344_144, 401_842_848),
    ],
    ids=["RegNetX-400MF", "RegNetY-400MF"],
)
def test_pyclss_regnets(
    depths: tuple[int, ...], widths: tuple[int, ...], group_width: int, se: bool,
    params: int, macs: int,
) -> None:  # fmt: skip
    """Published: pycls' model_complexity.json, parameters as they are, MACs without biases."""
    counts, channels, size = [], 32, 112
    for depth, width in zip(depths, widths, strict=True):
        for place in range(depth):
            stride = 1 if place else 2
            block = RegNet(channels, width, stride=stride, group_width=group_width, se=se)
            counts.append(count(block, (size, size)))
            channels, size = width, size // stride
    stem, classifier = 3 * 3 * 3 * 32, channels * 1000
    assert sum(c.params.block for c in counts) + stem + 2 * 32 + classifier + 1000 == params
    assert sum(c.macs.block for c in counts) + stem * 112 * 112 + classifier == macs


def test_the_four_ratios_people_quote() -> None:
    plain, basic, narrow = count(Plain(64, 128)), count(Basic(64, 128)), count(Bottleneck(64, 128))
    assert round(plain.params.main / narrow.params.main, 1) == 4.8
    assert round(basic.params.main / narrow.params.main, 1) == 14.4
    assert round(basic.params.convs / narrow.params.convs, 1) == 9.7
    assert round(basic.params.block / narrow.params.block, 1) == 9.5


GHOSTNET = (
    *((3, 16, 16, 0, 1), (3, 48, 24, 0, 2), (3, 72, 24, 0, 1), (5, 72, 40, 20, 2)),
    *((5, 120, 40, 32, 1), (3, 240, 80, 0, 2), (3, 200, 80, 0, 1), (3, 184, 80, 0, 1)),
    *((3, 184, 80, 0, 1), (3, 480, 112, 120, 1), (3, 672, 112, 168, 1), (5, 672, 160, 168, 2)),
    *((5, 960, 160, 0, 1), (5, 960, 160, 240, 1), (5, 960, 160, 0, 1), (5, 960, 160, 240, 1)),
)
"""Han et al., arXiv:1911.11907, table 1: kernel, expansion, output, squeeze and stride."""


def test_ghostnet() -> None:
    """5,182,508 and 0.141 GMACs: timm's ghostnet_100; all but the Ghost modules by hand."""
    channels, size = 16, 112
    params, macs = 27 * 16 + 2 * 16, 27 * 16 * 112 * 112
    for kernel, mid, out, squeeze, stride in GHOSTNET:
        first, size = count(Ghost(channels, mid), (size, size)), size // stride
        second = count(Ghost(mid, out), (size, size))
        convs, norms = (kernel * kernel * mid, 2 * mid) if stride == 2 else (0, 0)
        if (channels, stride) != (out, 1):
            convs += kernel * kernel * channels + channels * out
            norms += 2 * (channels + out)
        params += first.params.block + second.params.block + convs + norms
        params += (2 * mid + 1) * squeeze + mid * (squeeze > 0)
        macs += first.macs.block + second.macs.block + convs * size**2 + 2 * mid * squeeze
        channels = out
    params += 160 * 960 + 2 * 960 + 961 * 1280 + 1281 * 1000
    macs += 160 * 960 * 7 * 7 + 960 * 1280 + 1280 * 1000
    assert (params, macs) == (5_182_508, 141_150_512)
