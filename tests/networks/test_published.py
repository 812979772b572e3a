"""Networks with names have the figures that were published of them."""

from __future__ import annotations

from math import prod
from pathlib import Path

import pytest

from bottlecalc.agreement.networks import count_network
from bottlecalc.layers.pooling import MaxPool
from bottlecalc.networks.grammar import parse
from bottlecalc.networks.table import NETWORKS

TORCHVISION: dict[str, tuple[int, str, int]] = {
    "convnext_base": (88_591_464, "15.355", 224),
    "convnext_large": (197_767_336, "34.361", 224),
    "convnext_small": (50_223_688, "8.684", 224),
    "convnext_tiny": (28_589_128, "4.456", 224),
    "densenet121": (7_978_856, "2.834", 224),
    "densenet161": (28_681_000, "7.728", 224),
    "densenet169": (14_149_480, "3.360", 224),
    "densenet201": (20_013_928, "4.291", 224),
    "efficientnet_b0": (5_288_548, "0.386", 224),
    "efficientnet_b1": (7_794_184, "0.687", 240),
    "efficientnet_b2": (9_109_994, "1.088", 288),
    "efficientnet_b3": (12_233_232, "1.827", 300),
    "efficientnet_b4": (19_341_616, "4.394", 380),
    "efficientnet_b5": (30_389_784, "10.266", 456),
    "efficientnet_b6": (43_040_704, "19.068", 528),
    "efficientnet_b7": (66_347_960, "37.746", 600),
    "efficientnet_v2_l": (118_515_272, "56.080", 480),
    "efficientnet_v2_m": (54_139_356, "24.582", 480),
    "efficientnet_v2_s": (21_458_488, "8.366", 384),
    "mobilenet_v2": (3_504_872, "0.301", 224),
    "regnet_x_16gf": (54_278_536, "15.941", 224),
    "regnet_x_1_6gf": (9_190_136, "1.603", 224),
    "regnet_x_32gf": (107_811_560, "31.736", 224),
    "regnet_x_3_2gf": (15_296_552, "3.177", 224),
    "regnet_x_400mf": (5_495_976, "0.414", 224),
    "regnet_x_800mf": (7_259_656, "0.800", 224),
    "regnet_x_8gf": (39_572_648, "7.995", 224),
    "regnet_y_128gf": (644_812_894, "374.570", 384),
    "regnet_y_16gf": (83_590_140, "15.912", 224),
    "regnet_y_1_6gf": (11_202_430, "1.612", 224),
    "regnet_y_32gf": (145_046_770, "32.280", 224),
    "regnet_y_3_2gf": (19_436_338, "3.176", 224),
    "regnet_y_400mf": (4_344_144, "0.402", 224),
    "regnet_y_800mf": (6_432_512, "0.834", 224),
    "regnet_y_8gf": (39_381_472, "8.473", 224),
    "resnet101": (44_549_160, "7.801", 224),
    "resnet152": (60_192_808, "11.514", 224),
    "resnet18": (11_689_512, "1.814", 224),
    "resnet34": (21_797_672, "3.664", 224),
    "resnet50": (25_557_032, "4.089", 224),
    "resnext101_32x8d": (88_791_336, "16.414", 224),
    "resnext101_64x4d": (83_455_272, "15.460", 224),
    "resnext50_32x4d": (25_028_904, "4.230", 224),
    "shufflenet_v2_x0_5": (1_366_792, "0.040", 224),
    "shufflenet_v2_x1_0": (2_278_604, "0.145", 224),
    "shufflenet_v2_x1_5": (3_503_624, "0.296", 224),
    "shufflenet_v2_x2_0": (7_393_996, "0.583", 224),
    "squeezenet1_0": (1_248_424, "0.819", 224),
    "squeezenet1_1": (1_235_496, "0.349", 224),
    "vgg11": (132_863_336, "7.609", 224),
    "vgg11_bn": (132_868_840, "7.609", 224),
    "vgg13": (133_047_848, "11.308", 224),
    "vgg13_bn": (133_053_736, "11.308", 224),
    "vgg16": (138_357_544, "15.470", 224),
    "vgg16_bn": (138_365_992, "15.470", 224),
    "vgg19": (143_667_240, "19.632", 224),
    "vgg19_bn": (143_678_248, "19.632", 224),
    "wide_resnet101_2": (126_886_696, "22.753", 224),
    "wide_resnet50_2": (68_883_240, "11.398", 224),
}
"""Parameters, 10⁹ MACs and the size, of torchvision 0.29.1's weights' meta data."""

PYCLS: dict[str, tuple[int, int, int, int]] = {
    "resnet110": (1_730_714, 253_149_834, 1_060_874, 32),
    "resnet101": (44_549_160, 7_801_406_440, 16_433_640, 224),  # R-101-1x64d
    "resnext50_32x4d": (25_028_904, 4_230_480_872, 14_602_216, 224),  # X-50-32x4d
    "efficientnet_b1": (7_794_184, 686_817_992, 10_884_328, 240),
    "efficientnet_b2": (9_109_994, 993_578_282, 13_832_834, 260),
    "efficientnet_b4": (19_341_616, 4_393_801_064, 49_489_032, 380),
    "efficientnet_b5": (30_389_784, 10_266_426_072, 98_857_400, 456),
    "regnet_x_800mf": (7_259_656, 799_700_712, 5_148_744, 224),
    "regnet_x_3_2gf": (15_296_552, 3_176_622_952, 11_367_432, 224),
    "regnet_x_8gf": (39_572_648, 7_995_133_416, 14_059_688, 224),
    "regnet_x_16gf": (54_278_536, 15_940_756_456, 25_515_496, 224),
    "regnet_x_32gf": (107_811_560, 31_735_930_792, 36_302_160, 224),
    "regnet_y_400mf": (4_344_144, 401_849_056, 3_892_496, 224),
    "regnet_y_3_2gf": (19_436_338, 3_176_496_162, 11_263_418, 224),
    "regnet_y_16gf": (83_590_140, 15_911_534_044, 23_041_228, 224),
    "regnet_y_32gf": (145_046_770, 32_279_583_362, 30_261_570, 224),
}
"""Parameters, flops, acts and the size, of pycls' dev/model_complexity.json.

Its flops are MACs, and one for each value that a bias is added to; its acts are the outputs of
convolutions, linear layers and max poolings. RegNetX-400MF, RegNetY-800MF and RegNetY-8.0GF are
left out: their widths are rounded otherwise than torchvision's.
"""

TIMM: dict[str, tuple[int, int]] = {
    "se_resnet50": (28_088_024, 4_091_699_200),  # seresnet50
    "se_resnet101": (49_326_872, 7_806_148_608),  # seresnet101
    "se_resnet152": (66_821_848, 11_520_204_800),  # seresnet152
    "preact_resnet50": (25_549_352, 4_089_184_256),  # resnetv2_50
    "preact_resnet101": (44_541_480, 7_801_405_440),  # resnetv2_101
    "preact_resnet152": (60_185_128, 11_513_626_624),  # resnetv2_152
    "mobilenet_v1": (4_231_976, 568_740_352),  # mobilenetv1_100
    "repvgg_a0": (9_108_968, 1_512_581_120),  # repvgg_a0, in training form
}
"""Parameters and MACs at 224×224 of timm 1.0.31's models, by torch's FlopCounterMode."""

MILLIONS = {
    "resnet20": 0.27,  # He et al., arXiv:1512.03385, table 6
    "resnet110": 1.7,  # the same
    "resnet1202": 19.4,  # He et al., arXiv:1512.03385, table 6
    "se_resnet18": 11.78,  # timm's legacy_seresnet18
    "se_resnet34": 21.96,  # timm's legacy_seresnet34
    "preact_resnet18": 11.69,  # timm's resnetv2_18
    "preact_resnet34": 21.80,  # timm's resnetv2_34
    "wrn_16_8": 11.0,  # arXiv:1605.07146, as the next
    "wrn_40_2": 2.2,
    "wrn_40_4": 8.9,
    "wrn_28_10": 36.5,  # Zagoruyko and Komodakis, arXiv:1605.07146, on CIFAR
    "resnet50": 25.6,  # Zagoruyko and Komodakis, arXiv:1605.07146, on ILSVRC-2012
    "wide_resnet50_2": 68.9,  # the same
}
"""10⁶ parameters as papers print them."""


REPVGG = {
    "repvgg_a0": ("8.30", "1.4"), "repvgg_a1": ("12.78", "2.4"), "repvgg_a2": ("25.49", "5.1"),
    "repvgg_b0": ("14.33", "3.1"), "repvgg_b1": ("51.82", "11.8"), "repvgg_b2": ("80.31", "18.4"),
    "repvgg_b3": ("110.96", "26.2"),
}  # fmt: skip
"""10⁶ parameters, cut off, and 10⁹ MACs of the deployed form: arXiv:2101.03697, tables 4 and 5."""


@pytest.mark.parametrize("name", REPVGG)
def test_repvggs_deployed(name: str) -> None:
    millions, giga = REPVGG[name]
    count = count_network(parse(f"{name}:deploy=true"))
    assert f"{count.params.total // 10_000 / 100:.2f}" == millions
    assert f"{count.macs.block / 1e9:.1f}" == giga


@pytest.mark.parametrize("name", TORCHVISION)
def test_torchvisions_figures(name: str) -> None:
    params, gmacs, size = TORCHVISION[name]
    count = count_network(NETWORKS[name], (size, size))
    assert count.params.total == params
    assert f"{count.macs.block / 1e9:.3f}" == gmacs


@pytest.mark.parametrize("name", PYCLS)
def test_pyclss_figures(name: str) -> None:
    params, flops, acts, size = PYCLS[name]
    count = count_network(NETWORKS[name], (size, size))
    biased = sum(prod(layer.output) for layer in count.layers if getattr(layer.op, "bias", False))
    pooled = sum(prod(layer.output) for layer in count.layers if isinstance(layer.op, MaxPool))
    assert count.params.total == params
    assert count.macs.block + biased == flops
    assert count.activations + pooled == acts


@pytest.mark.parametrize("name", TIMM)
def test_timms_figures(name: str) -> None:
    count = count_network(NETWORKS[name], (224, 224))
    assert (count.params.total, count.macs.block) == TIMM[name]


@pytest.mark.parametrize("name", MILLIONS)
def test_parameters_as_papers_print_them(name: str) -> None:
    millions = MILLIONS[name]
    decimals = len(str(millions).partition(".")[2])
    assert round(count_network(NETWORKS[name]).params.total / 1e6, decimals) == millions


RESNET_D = """
stem = ["conv:out=32,stride=2", "conv:out=32", "conv:out=64", "max-pool"]
""" + "".join(
    f"""
[[stage]]
block = "bottleneck:avg=true"
depth = {depth}
out = {256 << place}
stride = {min(place + 1, 2)}
"""
    for place, depth in enumerate((3, 4, 6, 3))
)


def test_resnet_d_from_a_file(tmp_path: Path) -> None:
    """He et al., arXiv:1812.01187, figure 2; the figures are timm's, of resnet50d."""
    path = tmp_path / "resnet50d.toml"
    path.write_text(RESNET_D, "utf-8")
    count = count_network(parse(str(path)))
    assert (count.params.total, count.macs.block) == (25_576_264, 4_328_824_832)


def test_v1_has_the_stride_on_the_first_convolution() -> None:
    """3.858 · 10⁹ MACs: He et al. 2015 round to 3.8 · 10⁹."""
    count = count_network(parse("resnet50:v1=true"))
    assert (count.params.total, count.macs.block) == (25_557_032, 3_857_973_248)


def test_enet_at_the_size_of_its_paper() -> None:
    """640×360: 1.774 · 10⁹ MACs; the paper's 3.83 GFLOPs are two for each, of its own network."""
    count = count_network(NETWORKS["enet"], (360, 640))
    assert count.params.total == 351_660  # PyTorch-ENet's, of 19 classes
    assert f"{count.macs.block / 1e9:.3f}" == "1.774"
    assert count.output == (1, 19, 360, 640)
