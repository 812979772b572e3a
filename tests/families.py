"""What every family brings to its tests: random specs, and figures that others published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from hypothesis import strategies as st

from bottlecalc.blocks.csp import C2f
from bottlecalc.blocks.dense import Dense
from bottlecalc.blocks.enet import ENet, ENetAsymmetric, ENetDown, ENetUp
from bottlecalc.blocks.repvgg import RepVGG
from bottlecalc.blocks.residual import Basic, Bottleneck, Plain
from bottlecalc.blocks.shuffle import Shuffle
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
def _dense(draw: st.DrawFn, channels: Any) -> Block:
    width, growth = draw(channels), draw(st.integers(1, 40))
    settings: dict[str, Any] = {"growth": growth, "bn_size": draw(st.integers(1, 5))}
    if draw(st.booleans()):
        settings["out_channels"] = width + growth
    return Dense(width, **settings)


@st.composite
def _repvgg(draw: st.DrawFn, channels: Any) -> Block:
    groups, width = draw(st.integers(1, 5)), draw(channels)
    out = draw(st.one_of(st.just(width), channels))
    return RepVGG(
        groups * width, groups * out,
        stride=draw(st.integers(1, 3)), groups=groups, deploy=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def _shuffles(draw: st.DrawFn, channels: Any) -> Block:
    out, stride = 2 * draw(channels), draw(st.integers(1, 3))
    return Shuffle(out if stride == 1 else draw(channels), out, stride=stride)


@st.composite
def _enets(draw: st.DrawFn, family: type[ENet] | type[ENetAsymmetric], channels: Any) -> Block:
    settings: dict[str, Any] = {"relu": draw(st.booleans()), **_middle(draw, channels)}
    width = draw(channels) + 3
    if draw(st.booleans()):
        settings["out_channels"] = width
    if family is ENet:
        settings["dilation"] = draw(st.integers(1, 4))
    return family(width, **settings)


@st.composite
def _enets_down(draw: st.DrawFn, channels: Any) -> Block:
    width, wider = draw(channels) + 3, draw(st.integers(0, 30))
    middle = _middle(draw, channels)
    return ENetDown(width, width + wider, relu=draw(st.booleans()), **middle)


@st.composite
def _enets_up(draw: st.DrawFn, channels: Any) -> Block:
    return ENetUp(draw(channels) + 3, draw(channels), **_middle(draw, channels))


@st.composite
def _c2fs(draw: st.DrawFn, channels: Any) -> Block:
    return C2f(draw(channels), draw(channels) + 1, n=draw(st.integers(1, 6)))


def _middle(draw: st.DrawFn, channels: Any) -> dict[str, int]:
    return {"mid_channels": draw(channels)} if draw(st.booleans()) else {}


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
    Dense: FamilyTests(
        _dense,
        (
            # torchvision's densenet121, denseblock1.denselayer1.
            Published("torchvision, DenseNet-121", Dense(64), 56, "params_block", 45_440),
            # 1×1 of 64·128 and 3×3 of 128·32, at every position.
            Published("textbook arithmetic", Dense(64), 56, "params_main", 45_056),
        ),
    ),
    RepVGG: FamilyTests(
        _repvgg,
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
        lambda channels: _enets(ENet, channels),
        (Published("PyTorch-ENet, regular", ENet(128), 8, "params_block", 17_796),),
    ),
    ENetAsymmetric: FamilyTests(
        lambda channels: _enets(ENetAsymmetric, channels),
        (Published("PyTorch-ENet, asymmetric", ENetAsymmetric(128), 8, "params_block", 18_885),),
    ),
    ENetDown: FamilyTests(
        _enets_down,
        (Published("PyTorch-ENet, down", ENetDown(64, 128), 8, "params_block", 8_772),),
    ),
    ENetUp: FamilyTests(
        _enets_up,
        (Published("PyTorch-ENet, up", ENetUp(128, 64), 8, "params_block", 18_816),),
    ),
    Shuffle: FamilyTests(
        _shuffles,
        (
            # torchvision's shufflenet_v2_x1_0, stage2.0 and stage2.1.
            Published("torchvision, ShuffleNetV2", Shuffle(24, 116, stride=2), 56,
                      "params_block", 7_398),
            Published("torchvision, ShuffleNetV2", Shuffle(116, 116), 28, "params_block", 7_598),
        ),
    ),
    C2f: FamilyTests(
        _c2fs,
        (
            # ultralytics' yolov8n.yaml: model.2 and, by hand, model.4.
            Published("ultralytics, YOLOv8n", C2f(32, 32), 8, "params_block", 7_360),
            Published("ultralytics, YOLOv8n", C2f(64, 64, n=2), 8, "params_block", 49_664),
        ),
    ),
}  # fmt: skip
"""By family; ``tests/conformance.py`` fails where one is missing."""

SPECS = st.one_of(*(tests.specs(CHANNELS) for tests in FAMILY_TESTS.values()))
"""Any block of any family."""
