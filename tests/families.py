"""What every family brings to its tests: random specs, and figures that others published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from hypothesis import strategies as st

from bottlecalc.blocks.convnext import ConvNeXt
from bottlecalc.blocks.fire import Fire
from bottlecalc.blocks.ghost import Ghost
from bottlecalc.blocks.mobile import (
    FusedMBConv,
    InvertedResidual,
    MBConv,
    Mobile,
    Separable,
)
from bottlecalc.blocks.residual import Basic, Bottleneck, Plain
from bottlecalc.blocks.spec import Block

CHANNELS = st.integers(1, 2000)
FEW_CHANNELS = st.integers(1, 23)
ODD = st.sampled_from([1, 3, 5, 7])
EXPAND = st.sampled_from([1, 1, 2, 5, 6])
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
def _residuals(draw: st.DrawFn, family: type[Plain] | type[Basic], channels: Any) -> Block:
    settings: dict[str, Any] = {"dilation": draw(st.integers(1, 4)), **draw(SETTINGS)}
    return family(draw(channels), draw(channels), **settings)


@st.composite
def _bottlenecks(draw: st.DrawFn, channels: Any) -> Block:
    settings: dict[str, Any] = {"dilation": draw(st.integers(1, 4)), **draw(SETTINGS)}
    if draw(st.booleans()):
        return Bottleneck(draw(channels), 3 + draw(channels), **settings)
    groups = draw(st.integers(1, 7))
    mid = groups * draw(st.integers(1, 9))
    return Bottleneck(draw(channels), draw(channels), mid_channels=mid, groups=groups, **settings)


@st.composite
def _mobiles(draw: st.DrawFn, /, family: type[Mobile], channels: Any, **keys: Any) -> Block:
    """Of as many channels out as in, too: what is put in is added then."""
    channels_in = draw(channels)
    channels_out = draw(st.one_of(st.just(channels_in), channels))
    stride, kernel = draw(st.sampled_from([1, 1, 2, 3])), draw(ODD)
    others = {name: draw(values) for name, values in keys.items()}
    return family(channels_in, channels_out, stride=stride, kernel=kernel, **others)


@st.composite
def _convnexts(draw: st.DrawFn, channels: Any) -> Block:
    width = draw(channels)
    out = draw(st.sampled_from([None, width]))
    return ConvNeXt(width, out, kernel=draw(ODD), expand=draw(EXPAND))


@st.composite
def _fires(draw: st.DrawFn, channels: Any) -> Block:
    if draw(st.booleans()):
        return Fire(draw(channels), 2 * (3 + draw(channels)))
    return Fire(draw(channels), 2 * draw(channels), squeeze=draw(st.integers(1, 40)))


@st.composite
def _ghosts(draw: st.DrawFn, channels: Any) -> Block:
    """Of ratios that divide the output's channels, that do not, and that exceed them."""
    return Ghost(
        draw(channels),
        draw(channels),
        stride=draw(st.integers(1, 3)),
        ratio=draw(st.integers(2, 9)),
        kernel=draw(ODD),
        dw=draw(ODD),
    )


NARROW = Bottleneck(64, 128)
RESNEXT = Bottleneck(256, 256, mid_channels=128, groups=32)
DOWN = Bottleneck(256, 512, stride=2)

FAMILY_TESTS: Mapping[type[Block], FamilyTests] = {
    Plain: FamilyTests(
        lambda channels: _residuals(Plain, channels),
        (
            # CS231n's listing of VGGNet has the 73,728; MACs are 56·56 times it.
            Published("CS231n, one 3×3", Plain(64, 128), 56, "params_main", 73_728),
            Published("CS231n, one 3×3", Plain(64, 128), 56, "macs_main", 231_211_008),
        ),
    ),
    Basic: FamilyTests(
        lambda channels: _residuals(Basic, channels),
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
        ),
    ),
    Separable: FamilyTests(
        lambda channels: _mobiles(Separable, channels, dilation=st.integers(1, 4)),
        (
            Published("timm, mobilenetv1_100", Separable(64, 128), 56, "params_block", 9_152),
            # MobileNets (arXiv:1704.04861), table 3: "52.3" million, "0.27" million.
            Published("MobileNets table 3", Separable(512, 512), 14, "macs_main", 52_283_392),
            Published("MobileNets table 3", Separable(512, 512), 14, "params_main", 266_752),
        ),
    ),
    InvertedResidual: FamilyTests(
        lambda channels: _mobiles(InvertedResidual, channels, expand=EXPAND),
        (
            # torchvision's mobilenet_v2, features 1 to 4.
            Published("torchvision, MobileNetV2", InvertedResidual(24, 24), 56,
                      "params_block", 8_832),
            Published("torchvision, MobileNetV2", InvertedResidual(32, 16, expand=1), 112,
                      "params_block", 896),
            Published("torchvision, MobileNetV2", InvertedResidual(16, 24, stride=2), 112,
                      "params_block", 5_136),
            Published("torchvision, MobileNetV2", InvertedResidual(24, 32, stride=2), 56,
                      "params_block", 10_000),
            # MobileNetV2 (arXiv:1801.04381), section 3.3: h · w · d' · t · (d' + k² + d″).
            Published("MobileNetV2 section 3.3", InvertedResidual(24, 24), 56,
                      "macs_main", 25_740_288),
        ),
    ),
    MBConv: FamilyTests(
        lambda channels: _mobiles(MBConv, channels, expand=EXPAND, se=st.integers(1, 9)),
        (
            # torchvision's efficientnet_b0, features 1 to 4, as torchinfo prints them.
            Published("torchinfo, EfficientNet-B0", MBConv(24, 24), 56, "params_block", 10_710),
            Published("torchinfo, EfficientNet-B0", MBConv(32, 16, expand=1), 112,
                      "params_block", 1_448),
            Published("torchinfo, EfficientNet-B0", MBConv(16, 24, stride=2), 112,
                      "params_block", 6_004),
            Published("torchinfo, EfficientNet-B0", MBConv(24, 40, stride=2, kernel=5), 56,
                      "params_block", 15_350),
            Published("torchinfo, EfficientNet-B0", MBConv(40, 40, kernel=5), 28,
                      "params_block", 31_290),
            Published("torchinfo, EfficientNet-B0", MBConv(80, 80), 14, "params_block", 102_900),
        ),
    ),
    FusedMBConv: FamilyTests(
        lambda channels: _mobiles(FusedMBConv, channels, expand=EXPAND),
        (
            # torchvision's efficientnet_v2_s, features 1 to 3.
            Published("torchvision, EfficientNetV2-S", FusedMBConv(48, 48), 96,
                      "params_block", 92_640),
            Published("torchvision, EfficientNetV2-S", FusedMBConv(24, 24, expand=1), 192,
                      "params_block", 5_232),
            Published("torchvision, EfficientNetV2-S", FusedMBConv(24, 48, stride=2), 192,
                      "params_block", 25_632),
            Published("torchvision, EfficientNetV2-S", FusedMBConv(64, 64), 48,
                      "params_block", 164_480),
        ),
    ),
    ConvNeXt: FamilyTests(
        _convnexts,
        (
            # torchvision's convnext_tiny, a block of each stage.
            Published("torchvision, ConvNeXt-T", ConvNeXt(96), 56, "params_block", 79_296),
            Published("torchvision, ConvNeXt-T", ConvNeXt(192), 28, "params_block", 306_048),
            Published("torchvision, ConvNeXt-T", ConvNeXt(384, 384), 14,
                      "params_block", 1_201_920),
            Published("torchvision, ConvNeXt-T", ConvNeXt(768), 7, "params_block", 4_763_136),
        ),
    ),
    Fire: FamilyTests(
        _fires,
        (
            # SqueezeNet (arXiv:1602.07360), table 1, before pruning: fire2 to fire9.
            Published("SqueezeNet table 1", Fire(96, 128, squeeze=16), 55,
                      "params_block", 11_920),
            Published("SqueezeNet table 1", Fire(128, 128), 55, "params_block", 12_432),
            Published("SqueezeNet table 1", Fire(128, 256), 55, "params_block", 45_344),
            Published("SqueezeNet table 1", Fire(256, 256), 27, "params_block", 49_440),
            Published("SqueezeNet table 1", Fire(256, 384), 27, "params_block", 104_880),
            Published("SqueezeNet table 1", Fire(384, 384), 27, "params_block", 111_024),
            Published("SqueezeNet table 1", Fire(384, 512), 27, "params_block", 188_992),
            Published("SqueezeNet table 1", Fire(512, 512, squeeze=64), 13,
                      "params_block", 197_184),
        ),
    ),
    Ghost: FamilyTests(
        _ghosts,
        (
            Published("timm, ghostnet_100", Ghost(16, 16), 112, "params_block", 232),
        ),
    ),
}  # fmt: skip
"""By family; ``tests/conformance.py`` fails where one is missing."""

SPECS = st.one_of(*(tests.specs(CHANNELS) for tests in FAMILY_TESTS.values()))
"""Any block of any family."""
