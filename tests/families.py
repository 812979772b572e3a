"""What every family brings to its tests: random specs, and figures that others published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, replace
from typing import Any, NamedTuple

from hypothesis import strategies as st

from bottlecalc.blocks.convnext import ConvNeXt
from bottlecalc.blocks.csp import C2f
from bottlecalc.blocks.dense import Dense
from bottlecalc.blocks.enet import ENet, ENetAsymmetric, ENetDown, ENetUp
from bottlecalc.blocks.fire import Fire
from bottlecalc.blocks.ghost import Ghost
from bottlecalc.blocks.mobile import (
    FusedMBConv,
    InvertedResidual,
    MBConv,
    Separable,
)
from bottlecalc.blocks.preactivation import PreactBasic, PreactBottleneck
from bottlecalc.blocks.regnet import RegNet
from bottlecalc.blocks.repvgg import RepVGG
from bottlecalc.blocks.residual import Basic, Bottleneck, Plain
from bottlecalc.blocks.shuffle import Shuffle
from bottlecalc.blocks.spec import Block, keys
from tests import strategies
from tests.strategies import CHANNELS, EXPAND


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


def said(block: Block) -> dict[str, Any]:
    """What a spec says, by key, its defaults left out."""
    fields = keys(type(block)).items()
    values = {name: (getattr(block, field.name), field.default) for name, field in fields}
    return {
        name: value
        for name, (value, default) in values.items()
        if default is MISSING or value != default or isinstance(default, bool)
    }


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
        strategies.plains,
        (
            # CS231n's listing of VGGNet has the 73,728; MACs are 56·56 times it.
            Published("CS231n, one 3×3", Plain(64, 128), 56, "params_main", 73_728),
            Published("CS231n, one 3×3", Plain(64, 128), 56, "macs_main", 231_211_008),
        ),
    ),
    Basic: FamilyTests(
        strategies.basics,
        (
            Published(
                "torchvision, ResNet-34", Basic(64, 128, stride=2), 56, "params_block", 230_144
            ),
            Published("two 3×3", Basic(256, 256), 56, "params_main", 1_179_648),
            Published("two 3×3", Basic(256, 256), 56, "macs_main", 3_699_376_128),
            Published("torchvision, ResNet-18", Basic(64, 64), 56, "params_block", 73_984),
            Published("torchvision, ResNet-18", Basic(64, 64), 56, "macs_block", 231_211_008),
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
        strategies.bottlenecks,
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
            # The same table at other widths of a group: (C, d) of (2, 40), (4, 24) and (8, 14).
            *(
                Published("ResNeXt table 2, left", replace(RESNEXT, mid_channels=c * d, groups=c),
                          56, "params_main", params)
                for c, d, params in ((2, 40, 69_760), (4, 24, 69_888), (8, 14, 71_456))
            ),
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
    Separable: FamilyTests(
        lambda channels: strategies.mobiles(Separable, channels, dilation=st.integers(1, 4)),
        (
            Published("timm, mobilenetv1_100", Separable(64, 128), 56, "params_block", 9_152),
            # MobileNets (arXiv:1704.04861), table 3: "52.3" million, "0.27" million.
            Published("MobileNets table 3", Separable(512, 512), 14, "macs_main", 52_283_392),
            Published("MobileNets table 3", Separable(512, 512), 14, "params_main", 266_752),
        ),
    ),
    InvertedResidual: FamilyTests(
        lambda channels: strategies.mobiles(InvertedResidual, channels, expand=EXPAND),
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
        lambda channels: strategies.mobiles(
            MBConv, channels, expand=EXPAND, se=st.integers(1, 9)
        ),
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
        lambda channels: strategies.mobiles(FusedMBConv, channels, expand=EXPAND),
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
        strategies.convnexts,
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
        strategies.fires,
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
        strategies.ghosts,
        (
            Published("timm, ghostnet_100", Ghost(16, 16), 112, "params_block", 232),
        ),
    ),
    Dense: FamilyTests(
        strategies.dense,
        (
            # torchvision's densenet121, denseblock1.denselayer1.
            Published("torchvision, DenseNet-121", Dense(64), 56, "params_block", 45_440),
            # 1×1 of 64·128 and 3×3 of 128·32, at every position.
            Published("textbook arithmetic", Dense(64), 56, "params_main", 45_056),
        ),
    ),
    RepVGG: FamilyTests(
        strategies.repvgg,
        (
            # timm's repvgg_a0, stages.0.1, as it is trained: 10C² + 6C.
            Published("timm, RepVGG-A0", RepVGG(48, 48), 56, "params_block", 23_328),
            # One 3×3 of 48·48, and 48 biases.
            Published("arXiv:2101.03697, figure 4", RepVGG(48, 48, deploy=True), 56,
                      "params_block", 20_784),
        ),
    ),
    # The parameters that the blocks of davidtvs/PyTorch-ENet hold.
    ENet: FamilyTests(
        lambda channels: strategies.enets(ENet, channels),
        (Published("PyTorch-ENet, regular", ENet(128), 8, "params_block", 17_796),),
    ),
    ENetAsymmetric: FamilyTests(
        lambda channels: strategies.enets(ENetAsymmetric, channels),
        (Published("PyTorch-ENet, asymmetric", ENetAsymmetric(128), 8, "params_block", 18_885),),
    ),
    ENetDown: FamilyTests(
        strategies.enets_down,
        (Published("PyTorch-ENet, down", ENetDown(64, 128), 8, "params_block", 8_772),),
    ),
    ENetUp: FamilyTests(
        strategies.enets_up,
        (Published("PyTorch-ENet, up", ENetUp(128, 64), 8, "params_block", 18_816),),
    ),
    Shuffle: FamilyTests(
        strategies.shuffles,
        (
            # torchvision's shufflenet_v2_x1_0, stage2.0 and stage2.1.
            Published("torchvision, ShuffleNetV2", Shuffle(24, 116, stride=2), 56,
                      "params_block", 7_398),
            Published("torchvision, ShuffleNetV2", Shuffle(116, 116), 28, "params_block", 7_598),
        ),
    ),
    C2f: FamilyTests(
        strategies.c2fs,
        (
            # ultralytics' yolov8n.yaml: model.2 and, by hand, model.4.
            Published("ultralytics, YOLOv8n", C2f(32, 32), 8, "params_block", 7_360),
            Published("ultralytics, YOLOv8n", C2f(64, 64, n=2), 8, "params_block", 49_664),
        ),
    ),
    PreactBasic: FamilyTests(
        strategies.preact_basics,
        (
            # timm's resnetv2_18, stages 0 and 1.
            Published("timm, ResNet-18 v2", PreactBasic(64, 64), 56, "params_block", 73_984),
            Published("timm, ResNet-18 v2", PreactBasic(64, 64), 56, "macs_block", 231_211_008),
            Published("timm, ResNet-18 v2", PREACT_DOWN, 56, "params_block", 229_760),
            Published("timm, ResNet-18 v2", PREACT_DOWN, 56, "macs_block", 179_830_784),
        ),
    ),
    PreactBottleneck: FamilyTests(
        strategies.preact_bottlenecks,
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
        strategies.regnets,
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
