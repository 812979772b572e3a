"""Sums that others published, to the last integer."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from bottlecalc import explain
from bottlecalc.layers.calls import Evidence
from bottlecalc.text.shapes import Input
from bottlecalc.tools.explanation import Account
from bottlecalc.tools.predict import prediction
from bottlecalc.tools.subject import read_subject
from bottlecalc.tools.table import TOOLS
from bottlecalc.tools.variants import headless


class Sum(NamedTuple):
    """What a tool says of ResNet-50 at 224×224, and who says so."""

    tool: str
    says: int
    lines: dict[str, int]


BATCH_NORM = 11_113_984
"""Elements of ResNet-50's normalised maps at 224×224: its convolutions' outputs."""

RESNET50 = [
    # pycls dev/model_complexity.json: R-50-1x64d.
    Sum("pycls", 4_089_185_256, {"biases of linear layers": 1_000}),
    # torchinfo 1.8.0, fvcore, ptflops 0.7.5, thop 0.1.1: printed by these for torchvision's.
    Sum("torchinfo", 4_089_238_376, {
        "biases of linear layers, once an image": 1_000,
        "batch norm: its parameters, once an image": 53_120,
    }),
    Sum("fvcore", 4_111_512_576, {
        "batch norm": 2 * BATCH_NORM, "global average pool": 100_352,
    }),
    Sum("fvcore-train", 4_144_854_528, {
        "batch norm": 5 * BATCH_NORM, "global average pool": 100_352,
    }),
    Sum("ptflops-aten", 4_089_185_256, {"biases of linear layers": 1_000}),
    Sum("ptflops-pytorch", 4_132_436_968, {
        "biases of linear layers": 1_000,
        "batch norm": 2 * BATCH_NORM,
        "activations that are modules": 9_608_704,
        "activations again, as functions": 9_608_704,
        "poolings that are modules": 903_168,
        "poolings again, as functions": 903_168,
    }),
    Sum("thop", 4_133_742_592, {
        "batch norm": 4 * BATCH_NORM,
        "adaptive average pool: what goes in, and what comes out": 102_400,
    }),
    # torchprofile 0.1.0, of the same layers.
    Sum("torchprofile", 4_100_300_288, {
        "batch norm": BATCH_NORM, "average pool, and mean": 2_048,
    }),
    # torchvision's _ops is half of it, in billions: 4.089.
    Sum("FlopCounterMode", 2 * 4_089_184_256, {}),
]  # fmt: skip


@pytest.fixture(scope="module")
def resnet50() -> dict[tuple[str, str], Account]:
    return {(one.tool, one.figure): one for one in explain("resnet50").tools}


@pytest.mark.parametrize("expected", RESNET50, ids=lambda one: one.tool)
def test_resnet50(expected: Sum, resnet50: dict[tuple[str, str], Account]) -> None:
    account = resnet50[expected.tool, "operations"]
    assert account.says == expected.says
    assert {line.what: line.value for line in account.lines} == expected.lines
    assert account.residue == 0


def test_pycls_counts_resnet50s_activations_with_the_max_pools(
    resnet50: dict[tuple[str, str], Account],
) -> None:
    """11,114,984 of convolutions and the linear layer, 200,704 of the max pool (pycls)."""
    account = resnet50["pycls", "activations"]
    assert (account.says, account.base) == (11_315_688, 11_114_984)


def test_keras_counts_what_is_not_trained(resnet50: dict[tuple[str, str], Account]) -> None:
    """keras.io/api/applications: 25,636,712 of ResNet50, 25.6M."""
    account = resnet50["keras", "params"]
    assert account.says == 25_636_712
    assert [line.value for line in account.lines] == [53_120, 26_560]


def test_mmpretrain_leaves_out_the_last_layer() -> None:
    """4,109,464,576: fvcore's sum of mmpretrain's ResNet-50, 4.11 in its table."""
    subject = read_subject("resnet50", [])
    bare = headless(subject.observe(subject.inputs)[0])
    fvcore = next(tool for tool in TOOLS if tool.name == "fvcore")
    assert bare is not None
    assert prediction(fvcore, bare) == 4_109_464_576


def test_version_1_has_the_stride_on_the_first_1x1() -> None:
    """3,857,973,248: the 3.8 of He et al., arXiv:1512.03385, table 1, whose stride is there."""
    assert explain("resnet50:v1=true", tools=["thop"]).macs == 3_857_973_248


BLOCK = {
    "ptflops-aten": 73_859_072, "torchinfo": 73_859_712, "fvcore": 75_866_112,
    "ptflops-pytorch": 77_070_336, "thop": 77_873_152, "FlopCounterMode": 147_718_144,
    "torch.profiler": 148_119_552, "calflops": 150_327_296,
    "torchprofile": 74_862_592,
}  # fmt: skip
"""What each tool prints for 64→32→128 with projection at 1×64×56×56."""


def test_one_block_nine_tools() -> None:
    explanation = explain("bottleneck:in=64,out=128")
    says = {one.tool: one.says for one in explanation.tools if one.figure == "operations"}
    assert {tool: says[tool] for tool in BLOCK} == BLOCK
    assert explanation.macs == 73_859_072
    assert explanation.is_explained


@pytest.mark.parametrize("tool", ["thop", "torchinfo", "torchprofile"])
def test_a_transposed_convolution_is_four_times_too_high(tool: str) -> None:
    """3×3 of stride 2, 64→64 at 56×56: 115,605,504 MACs; these say four times that."""
    from bottlecalc.layers.calls import Call
    from bottlecalc.layers.ops import Conv

    op = Conv(kernel=(3, 3), stride=2, transposed=True)
    shapes = (1, 64, 56, 56), (1, 64, 112, 112)
    call = Call("up", op, *shapes, "ConvTranspose2d", "F.conv_transpose2d")
    seen = Evidence(calls=(call,), weights=(), macs=call.macs, params=36_864)
    assert call.macs == 115_605_504
    operations = next(one for one in TOOLS if one.name == tool)
    assert prediction(operations, seen) == 4 * 115_605_504


@pytest.mark.parametrize(("name", "published"), [("resnet18", "1.817"), ("mobilenet_v2", "0.3075")])
def test_torchprofiles_own_figures(name: str, published: str) -> None:
    """tests/test_models.py of torchprofile: what it should say, in billions of MACs."""
    (account,) = explain(name, tools=["torchprofile"]).tools
    digits = len(published.partition(".")[2])
    assert f"{account.says / 10**9:.{digits}f}" == published


@pytest.mark.torch
def test_torchprofiles_own_figure_of_vit() -> None:
    """tests/test_models.py of torchprofile: 17.57 of torchvision's ViT-B/16."""
    from tests.models.vit import meta_vit

    (account,) = explain(meta_vit(), "1x3x224x224", tools=["torchprofile"]).tools
    assert f"{account.says / 10**9:.2f}" == "17.57"


PYCLS = {
    # name: input, params, flops, acts; pycls dev/model_complexity.json
    "resnet110": (32, 1_730_714, 253_149_834, 1_060_874),
    "resnet101": (224, 44_549_160, 7_801_406_440, 16_433_640),
    "resnext50_32x4d": (224, 25_028_904, 4_230_480_872, 14_602_216),
    "efficientnet_b1": (240, 7_794_184, 686_817_992, 10_884_328),
    "efficientnet_b2": (260, 9_109_994, 993_578_282, 13_832_834),
    "efficientnet_b4": (380, 19_341_616, 4_393_801_064, 49_489_032),
    "regnet_x_16gf": (224, 54_278_536, 15_940_756_456, 25_515_496),
    "regnet_x_3_2gf": (224, 15_296_552, 3_176_622_952, 11_367_432),
    "regnet_x_32gf": (224, 107_811_560, 31_735_930_792, 36_302_160),
    "regnet_x_8gf": (224, 39_572_648, 7_995_133_416, 14_059_688),
    "regnet_x_800mf": (224, 7_259_656, 799_700_712, 5_148_744),
    "regnet_y_16gf": (224, 83_590_140, 15_911_534_044, 23_041_228),
    "regnet_y_3_2gf": (224, 19_436_338, 3_176_496_162, 11_263_418),
    "regnet_y_32gf": (224, 145_046_770, 32_279_583_362, 30_261_570),
    "regnet_y_400mf": (224, 4_344_144, 401_849_056, 3_892_496),
}


@pytest.mark.parametrize("name", PYCLS)
def test_pycls_own_integers(name: str) -> None:
    side, *published = PYCLS[name]
    explanation = explain(name, Input((1, 3, side, side)), tools=["pycls"])
    figures = {one.figure: one.says for one in explanation.tools}
    assert [figures[one] for one in ("params", "operations", "activations")] == published
