"""What every family brings to its tests: random specs, and figures that others published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from hypothesis import strategies as st

from bottlecalc.blocks.preactivation import PreactBasic, PreactBottleneck
from bottlecalc.blocks.regnet import RegNet
from bottlecalc.blocks.residual import Basic, Bottleneck, Plain
from bottlecalc.blocks.spec import Block

CHANNELS = st.integers(1, 2000)
FEW_CHANNELS = st.integers(1, 23)
SETTINGS = st.one_of(
    st.fixed_dictionaries({"stride": st.integers(1, 5), "upsample": st.booleans()}),
    st.just({"downsample": True}),
)


class Published(NamedTuple):
    """A figure from outside.

    Attributes:
        source: who published it.
        block: of which.
        size: height and width of the input [pixels].
        figure: its name, such as ``params_main``.
        value: of the figure.
    """

    source: str
    block: Block
    size: int
    figure: str
    value: int


class FamilyTests(NamedTuple):
    """What a family brings.

    Attributes:
        specs: of any size, given the strategy of their channels.
        published: its figures.
    """

    specs: Any
    published: tuple[Published, ...]


@st.composite
def _plains(draw: st.DrawFn, channels: Any) -> Block:
    return Plain(
        draw(channels), draw(channels), dilation=draw(st.integers(1, 4)), **draw(SETTINGS)
    )  # fmt: skip


@st.composite
def _resnets(draw: st.DrawFn, out: int) -> dict[str, Any]:
    """What blocks of ResNet may have in common."""
    settings: dict[str, Any] = {"dilation": draw(st.integers(1, 4)), **draw(SETTINGS)}
    if not settings.get("downsample") and settings["stride"] < 3:
        settings["avg"] = draw(st.booleans())
    reductions = st.one_of(st.none(), st.integers(1, min(out, 20)))
    return {"se": draw(reductions), **settings}


@st.composite
def _basics(draw: st.DrawFn, channels: Any) -> Block:
    out = draw(channels)
    return Basic(draw(channels), out, **draw(_resnets(out)))


@st.composite
def _bottlenecks(draw: st.DrawFn, channels: Any) -> Block:
    narrow, v1 = draw(st.booleans()), draw(st.booleans())
    out = draw(channels) + 3 * narrow
    settings = draw(_resnets(out))
    if narrow:
        return Bottleneck(draw(channels), out, v1=v1, **settings)
    groups = draw(st.integers(1, 7))
    mid = groups * draw(st.integers(1, 9))
    return Bottleneck(draw(channels), out, mid_channels=mid, groups=groups, v1=v1, **settings)


@st.composite
def _preact_basics(draw: st.DrawFn, channels: Any) -> Block:
    stride, dilation = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    return PreactBasic(*_ends(draw, channels), stride=stride, dilation=dilation)


@st.composite
def _preact_bottlenecks(draw: st.DrawFn, channels: Any) -> Block:
    settings = {"stride": draw(st.integers(1, 5)), "dilation": draw(st.integers(1, 4))}
    before, after = _ends(draw, channels)
    if after > 3 and draw(st.booleans()):
        return PreactBottleneck(before, after, **settings)
    return PreactBottleneck(before, after, mid_channels=draw(st.integers(1, 63)), **settings)


@st.composite
def _regnets(draw: st.DrawFn, channels: Any) -> Block:
    width = draw(st.integers(1, 9))
    before, after = _ends(draw, channels.map(lambda one: one * width))
    se = before > 2 and draw(st.booleans())
    return RegNet(before, after, stride=draw(st.integers(1, 5)), group_width=width, se=se)


def _ends(draw: st.DrawFn, channels: Any) -> tuple[int, int]:
    """Channels before and after, often the same, so that the shortcut is an identity."""
    before = draw(channels)
    return before, before if draw(st.booleans()) else draw(channels)


NARROW = Bottleneck(64, 128)
RESNEXT = Bottleneck(256, 256, mid_channels=128, groups=32)
DOWN = Bottleneck(256, 512, stride=2)
SE = Bottleneck(256, 256, se=16)
BASIC_SE = Basic(64, 128, stride=2, se=16)
BASIC_D = Basic(64, 128, stride=2, avg=True)
PREACT = PreactBottleneck(256, 256)
PREACT_DOWN = PreactBasic(64, 128, stride=2)
REGNET = RegNet(64, 64, group_width=16)
REGNET_DOWN = RegNet(32, 32, stride=2, group_width=16)
REGNET_Y_DOWN = RegNet(32, 48, stride=2, group_width=8, se=True)
REGNET_Y = RegNet(104, 104, group_width=8, se=True)

FAMILY_TESTS: Mapping[type[Block], FamilyTests] = {
    Plain: FamilyTests(
        _plains,
        (
            # CS231n's listing of VGGNet has the 73,728; MACs are 56·56 times it.
            Published("CS231n, one 3×3", Plain(64, 128), 56, "params_main", 73_728),
            Published("CS231n, one 3×3", Plain(64, 128), 56, "macs_main", 231_211_008),
        ),
    ),
    Basic: FamilyTests(
        _basics,
        (
            Published("two 3×3", Basic(256, 256), 56, "params_main", 1_179_648),
            Published("two 3×3", Basic(256, 256), 56, "macs_main", 3_699_376_128),
            Published("torchvision, ResNet-18", Basic(64, 64), 56, "params_block", 73_984),
            Published("torchvision, ResNet-18", Basic(64, 64), 56, "macs_block", 231_211_008),
            Published(
                "torchvision, ResNet-34", Basic(64, 128, stride=2), 56, "params_block", 230_144
            ),
            Published(
                "torchvision, ResNet-34", Basic(64, 128, stride=2), 56, "macs_block", 179_830_784
            ),
            # timm's seresnet18 and resnet18d, layer2.0.
            Published("timm, SE-ResNet-18", BASIC_SE, 56, "params_block", 232_328),
            Published("timm, SE-ResNet-18", BASIC_SE, 56, "macs_block", 179_832_832),
            Published("timm, ResNet-18-D", BASIC_D, 56, "params_block", 230_144),
            Published("timm, ResNet-18-D", BASIC_D, 56, "macs_block", 179_830_784),
        ),
    ),
    Bottleneck: FamilyTests(
        _bottlenecks,
        (
            Published("textbook arithmetic", NARROW, 56, "params_main", 15_360),
            Published("textbook arithmetic", NARROW, 56, "macs_main", 48_168_960),
            Published("ptflops, aten backend", NARROW, 56, "macs_block", 73_859_072),
            Published("FlopCounterMode", NARROW, 56, "flops_block", 147_718_144),
            Published("fvcore", NARROW, 56, "fvcore_total", 75_866_112),
            # ResNeXt (arXiv:1611.05431): "≈ 70k" (equation 4), "≈ 0.22 billion" (table 2).
            Published("ResNeXt eq. 4", Bottleneck(256, 256), 56, "params_convs", 69_632),
            Published("ResNeXt table 2", Bottleneck(256, 256), 56, "macs_main", 218_365_952),
            Published("torchinfo, mmpretrain", Bottleneck(256, 256), 56, "params_block", 70_400),
            # ResNeXt, equation 4 at C = 32, d = 4: as many as the above, nearly.
            Published("ResNeXt eq. 4 at C = 32", RESNEXT, 56, "params_main", 70_144),
            # torchvision's resnext50_32x4d, layer1.1: with batch norm.
            Published("torchvision, ResNeXt-50", RESNEXT, 56, "params_block", 71_168),
            Published("torchvision, wide", Bottleneck(256, 256, mid_channels=128), 56,
                      "params_block", 214_016),
            # ResNet-50, layer1.0 and layer2.0, of torchvision and mmpretrain.
            Published("ResNet-50", Bottleneck(64, 256), 56, "params_block", 75_008),
            Published("ResNet-50", Bottleneck(64, 256), 56, "macs_block", 231_211_008),
            Published("ResNet-50", DOWN, 56, "params_block", 379_392),
            Published("ResNet-50", DOWN, 56, "macs_block", 372_506_624),
            # The stride on the first 1×1, as He et al. 2015 have it.
            Published("He et al. 2015", replace(DOWN, v1=True), 56, "params_block", 379_392),
            Published("He et al. 2015", replace(DOWN, v1=True), 56, "macs_block", 295_436_288),
            # timm's seresnet50, layer1.1 and layer2.0, and resnet50d, layer2.0.
            Published("timm, SE-ResNet-50", SE, 56, "params_block", 78_864),
            Published("timm, SE-ResNet-50", SE, 56, "macs_block", 218_374_144),
            Published("timm, SE-ResNet-50", replace(DOWN, se=16), 56, "params_block", 412_704),
            Published("timm, SE-ResNet-50", replace(DOWN, se=16), 56, "macs_block", 372_539_392),
            Published("timm, ResNet-50-D", replace(DOWN, avg=True), 56, "params_block", 379_392),
            Published("timm, ResNet-50-D", replace(DOWN, avg=True), 56, "macs_block", 372_506_624),
        ),
    ),
    PreactBasic: FamilyTests(
        _preact_basics,
        (
            # timm's resnetv2_18, stages 0 and 1.
            Published("timm, ResNet-18 v2", PreactBasic(64, 64), 56, "params_block", 73_984),
            Published("timm, ResNet-18 v2", PreactBasic(64, 64), 56, "macs_block", 231_211_008),
            Published("timm, ResNet-18 v2", PREACT_DOWN, 56, "params_block", 229_760),
            Published("timm, ResNet-18 v2", PREACT_DOWN, 56, "macs_block", 179_830_784),
        ),
    ),
    PreactBottleneck: FamilyTests(
        _preact_bottlenecks,
        (
            # timm's resnetv2_50, stages 0 and 1.
            Published("timm, ResNet-50 v2", PREACT, 56, "params_block", 70_400),
            Published("timm, ResNet-50 v2", PREACT, 56, "macs_block", 218_365_952),
            Published("timm, ResNet-50 v2", replace(PREACT, in_channels=64), 56,
                      "params_block", 74_112),
            Published("timm, ResNet-50 v2", replace(PREACT, in_channels=64), 56,
                      "macs_block", 231_211_008),
            Published("timm, ResNet-50 v2", replace(PREACT, out_channels=512, stride=2), 56,
                      "params_block", 377_856),
            Published("timm, ResNet-50 v2", replace(PREACT, out_channels=512, stride=2), 56,
                      "macs_block", 372_506_624),
        ),
    ),
    RegNet: FamilyTests(
        _regnets,
        (
            # The same in torchvision and timm, of the networks' first and second stages.
            Published("RegNetX-400MF", REGNET_DOWN, 112, "params_block", 7_936),
            Published("RegNetX-400MF", REGNET_DOWN, 112, "macs_block", 33_718_272),
            Published("RegNetX-400MF", REGNET, 28, "params_block", 17_792),
            Published("RegNetX-400MF", REGNET, 28, "macs_block", 13_647_872),
            Published("RegNetY-400MF", REGNET_Y_DOWN, 112, "params_block", 10_040),
            Published("RegNetY-400MF", REGNET_Y_DOWN, 112, "macs_block", 42_148_608),
            Published("RegNetY-400MF", REGNET_Y, 28, "params_block", 35_282),
            Published("RegNetY-400MF", REGNET_Y, 28, "macs_block", 22_835_488),
        ),
    ),
}  # fmt: skip
"""By family; ``tests/conformance.py`` fails where one is missing."""

SPECS = st.one_of(*(tests.specs(CHANNELS) for tests in FAMILY_TESTS.values()))
"""Any block of any family."""
