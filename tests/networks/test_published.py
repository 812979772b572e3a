"""Networks with names have the figures that were published of them."""

from __future__ import annotations

import pytest

from bottlecalc.agreement.networks import count_network
from bottlecalc.networks.grammar import parse
from bottlecalc.networks.table import NETWORKS

TORCHVISION: dict[str, tuple[int, str, int]] = {
    "convnext_large": (197_767_336, "34.361", 224),
    "convnext_small": (50_223_688, "8.684", 224),
    "convnext_tiny": (28_589_128, "4.456", 224),
    "densenet121": (7_978_856, "2.834", 224),
    "densenet169": (14_149_480, "3.360", 224),
    "efficientnet_b0": (5_288_548, "0.386", 224),
    "efficientnet_b1": (7_794_184, "0.687", 240),
    "efficientnet_b2": (9_109_994, "1.088", 288),
    "efficientnet_b4": (19_341_616, "4.394", 380),
    "efficientnet_b6": (43_040_704, "19.068", 528),
    "efficientnet_b7": (66_347_960, "37.746", 600),
    "efficientnet_v2_s": (21_458_488, "8.366", 384),
    "mobilenet_v2": (3_504_872, "0.301", 224),
    "regnet_x_16gf": (54_278_536, "15.941", 224),
    "regnet_x_1_6gf": (9_190_136, "1.603", 224),
    "regnet_x_32gf": (107_811_560, "31.736", 224),
    "regnet_x_400mf": (5_495_976, "0.414", 224),
    "regnet_x_800mf": (7_259_656, "0.800", 224),
    "regnet_x_8gf": (39_572_648, "7.995", 224),
    "regnet_y_128gf": (644_812_894, "374.570", 384),
    "regnet_y_16gf": (83_590_140, "15.912", 224),
    "regnet_y_1_6gf": (11_202_430, "1.612", 224),
    "regnet_y_32gf": (145_046_770, "32.280", 224),
    "regnet_y_3_2gf": (19_436_338, "3.176", 224),
    "regnet_y_400mf": (4_344_144, "0.402", 224),
    "resnet101": (44_549_160, "7.801", 224),
    "resnet18": (11_689_512, "1.814", 224),
    "resnet50": (25_557_032, "4.089", 224),
    "resnext101_32x8d": (88_791_336, "16.414", 224),
    "resnext50_32x4d": (25_028_904, "4.230", 224),
    "shufflenet_v2_x0_5": (1_366_792, "0.040", 224),
    "shufflenet_v2_x1_0": (2_278_604, "0.145", 224),
    "squeezenet1_0": (1_248_424, "0.819", 224),
    "vgg11": (132_863_336, "7.609", 224),
    "vgg11_bn": (132_868_840, "7.609", 224),
    "vgg13": (133_047_848, "11.308", 224),
    "vgg16": (138_357_544, "15.470", 224),
    "vgg16_bn": (138_365_992, "15.470", 224),
    "vgg19_bn": (143_678_248, "19.632", 224),
    "wide_resnet50_2": (68_883_240, "11.398", 224),
}
"""Parameters, 10⁹ MACs and the size, of torchvision 0.29.1's weights' meta data."""

PARAMS = {
    "resnet110": 1_730_714,  # pycls, R-110
    "efficientnet_b5": 30_389_784,  # pycls, EN-B5
    "regnet_x_3_2gf": 15_296_552,  # pycls, RegNetX-3.2GF
    "regnet_y_8gf": 39_180_068,  # pycls, RegNetY-8.0GF
    "preact_resnet50": 25_549_352,  # timm, resnetv2_50
    "se_resnet50": 28_088_024,  # timm, seresnet50
    "mobilenet_v1": 4_231_976,  # timm, mobilenetv1_100
    "repvgg_a0": 9_108_968,  # timm, repvgg_a0, in training form
    "enet": 351_660,  # PyTorch-ENet, of 19 classes
}


@pytest.mark.parametrize("name", TORCHVISION)
def test_torchvisions_figures(name: str) -> None:
    params, gmacs, size = TORCHVISION[name]
    count = count_network(NETWORKS[name], (size, size))
    assert count.params.total == params
    assert f"{count.macs.block / 1e9:.3f}" == gmacs


@pytest.mark.parametrize("name", PARAMS)
def test_parameters_that_others_published(name: str) -> None:
    assert count_network(NETWORKS[name]).params.total == PARAMS[name]


def test_v1_has_the_stride_on_the_first_convolution() -> None:
    """3.858 · 10⁹ MACs: He et al. 2015 round to 3.8 · 10⁹."""
    count = count_network(parse("resnet50:v1=true"))
    assert (count.params.total, count.macs.block) == (25_557_032, 3_857_973_248)


RECEPTIVE = {"vgg11": (150, 32), "vgg16": (212, 32), "mobilenet_v1": (315, 32)}
"""Field and stride, of google-research/receptive_field's table: vgg_a, VGG-16, MobileNet v1."""


@pytest.mark.parametrize("name", RECEPTIVE)
def test_receptive_fields(name: str) -> None:
    count = count_network(NETWORKS[name])
    assert (count.receptive_field, count.effective_stride) == RECEPTIVE[name]


def test_enet_at_the_size_of_its_paper() -> None:
    """640×360: 1.774 · 10⁹ MACs; the paper's 3.83 GFLOPs are two for each, of its own network."""
    count = count_network(NETWORKS["enet"], (360, 640))
    assert f"{count.macs.block / 1e9:.3f}" == "1.774"
    assert count.output == (1, 19, 360, 640)
