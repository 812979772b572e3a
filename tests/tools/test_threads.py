"""Threads in which people asked why numbers differ: what they found is what ``explain`` finds."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from bottlecalc import explain
from bottlecalc.tools.explanation import Claim
from tests.tools.asking import claim, conventions, says

THOP_2019 = {
    "vgg11": 7.74, "vgg11_bn": 7.77, "vgg13": 11.44, "vgg16": 15.61, "vgg16_bn": 15.66,
    "vgg19": 19.77, "vgg19_bn": 19.83, "resnet18": 1.82, "resnet34": 3.68, "resnet50": 4.14,
    "resnet101": 7.87, "resnet152": 11.61, "wide_resnet50_2": 11.46, "wide_resnet101_2": 22.84,
    "resnext50_32x4d": 4.29, "resnext101_32x8d": 16.54, "densenet121": 2.90, "densenet161": 7.85,
    "densenet169": 3.44, "densenet201": 4.39, "squeezenet1_0": 0.82, "squeezenet1_1": 0.35,
    "mobilenet_v2": 0.33, "shufflenet_v2_x0_5": 0.05, "shufflenet_v2_x1_0": 0.15,
    "shufflenet_v2_x1_5": 0.31, "shufflenet_v2_x2_0": 0.60,
}  # fmt: skip
"""MACs(G) in the README of pytorch-OpCounter, from September 2019 on."""


def test_ptflops_macs_are_half_of_flops() -> None:
    """flops-counter.pytorch#16: "Why use the GMACs?" "Roughly GMACs = 2 * GFLOPs", and then, by
    another: "GFLOPs = 2 * GMACs as general each MAC contains one multiplication and one addition".
    """
    macs, flops = explain("resnet50", tools=["ptflops-0.6", "FlopCounterMode"]).tools[::-1]
    assert (macs.tool, macs.calls_it, macs.factor) == ("ptflops-0.6", "MACs", 1)
    assert (flops.tool, flops.calls_it, flops.factor) == ("FlopCounterMode", "FLOPs", 2)
    assert macs.base == flops.base == 4_089_184_256


def test_ptflops_4_12_counts_batch_norm_relu_and_pooling_once() -> None:
    """flops-counter.pytorch#76 and #94: 4.12, where papers say 4.09. "ptflops also considers batch
    norms and poolings as non-zero ops"; it counted every ReLU too, and once as long as it did not
    patch functions.
    """
    first = claim("resnet50", "4.12G").matches[0]
    assert (first.tool, first.convention, first.changes) == (
        "ptflops-0.6",
        '"MACs" of ptflops-0.6',
        (),
    )
    lines = explain("resnet50", tools=["ptflops-0.6"]).tools[0].lines
    assert {line.what for line in lines} == {
        "biases of linear layers, once a call", "batch norm", "activations that are modules",
        "poolings that are modules",
    }  # fmt: skip


def test_ptflops_610_of_mobilenet_has_its_pooling_as_a_function() -> None:
    """flops-counter.pytorch#33: 610.1 MMac and 6.11 M parameters of torchvision's MobileNetV2 ×1.4,
    where the paper has 585; torchvision's averaged by ``x.mean([2, 3])`` then.
    """
    (account,) = explain("mobilenet_v2:width=1.4", tools=["ptflops-0.6"]).tools
    pooled = next(line.value for line in account.lines if "pooling" in line.what)
    assert round((account.says - pooled) / 10**6, 1) == 610.1
    assert explain("mobilenet_v2:width=1.4").params == 6_108_776  # pytorch-OpCounter#66


def test_thops_4_14_has_additions_of_the_last_layer_and_3_8_another_stride() -> None:
    """pytorch-OpCounter#46: "In ResNet paper the FLOPs value is 3.8G while in this repo we get
    4.14G", as its README had it.
    """
    assert ("thop-2019", "1") in conventions(claim("resnet50", "4.14G").matches)
    assert "stride on the first 1×1" in claim("resnet50", "3.8G").matches[0].why


@pytest.mark.parametrize("network", THOP_2019)
def test_thops_readme_is_explained(network: str) -> None:
    assert round(says(network, "thop-2019") / 10**9, 2) == THOP_2019[network]


def test_the_flops_of_shufflenets_paper_are_multiply_adds() -> None:
    """pytorch-OpCounter#184: "the MACs of shuffNetV2-0.5X isn't half of FLOPs in the paper", which
    has 41 M (arXiv:1807.11164, table 8) and says that these are multiply-adds: here 40.5 M.
    """
    found = conventions(claim("shufflenet_v2_x0_5", "40M..41M").matches)
    assert ("MACs", "1") in found
    assert not {factor for _, factor in found} - {"1", "1/2"}
    (thop,) = (
        one for one in explain("shufflenet_v2_x0_5").tools
        if (one.tool, one.figure) == ("thop", "operations")
    )  # fmt: skip
    assert [line.what.partition(":")[0] for line in thop.lines] == [
        "batch norm", "adaptive average pool",
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.torch
def test_darknets_9_74_is_at_256_and_has_no_projections() -> None:
    """CrossStagePartialNetworks#31: 9.74 BFLOPs of ResNet-50, where the paper has 3.8 to 4.0.
    "darknet use real FLOPs with 256x256", which is 2.61 times as many. That would be 10.08 or
    10.68, but darknet's ResNet-50 has no projections; its 22.73M are weights of convolutions alone.
    """
    from tests.models.darknet import ResNet50

    tools = ["FlopCounterMode"]
    found = claim(ResNet50(), "9.74G", "1x3x224x224", tools=tools)
    assert {match.input for match in found.matches} == {"1×3×256×256"}
    assert {match.says for match in found.matches} == {9_741_172_736}
    assert found.by_chance < 0.5
    assert claim("resnet50", "9.74G", tools=tools).matches == ()
    assert round((explain(ResNet50(), "1x3x256x256").params - 1000 - 45_440) / 10**6, 2) == 22.73


@cache
def yolov5s_of_2020() -> dict[str, Claim]:
    """Claims of version 3, by their text."""
    from tests.models.yolov5 import YOLOv5s

    texts = ["17.5G", "13.2G", "4.4G"]
    tools = ["thop-2020", "thop"]
    found = explain(YOLOv5s(version=3), "1x3x640x640", claims=texts, tools=tools).claims
    return {one.text: one for one in found}


@pytest.mark.slow
@pytest.mark.torch
def test_yolov5s_13_is_at_480_by_640() -> None:
    """yolov5#1751: "the flops are 17.5G, while the repo reported to be 13G": "they multiply the
    default 640x640 assumed input shaped by 480/640". The README had 13.2B.
    """
    square, oblong = yolov5s_of_2020()["17.5G"], yolov5s_of_2020()["13.2G"]
    first = square.matches[0]
    assert (first.tool, first.factor, first.input) == ("thop-2020", "2", "1×3×640×640")
    assert {match.input for match in oblong.matches} == {"1×3×480×640"}
    assert oblong.matches[0].says == 13_196_390_400


@pytest.mark.slow
@pytest.mark.torch
def test_yolov5s_fused_is_17_5_and_4_4() -> None:
    """yolov5#1398, a month before: 7,459,581 parameters; 17.5 GFLOPS at 640 × 640 and 4.4 at
    320 × 320, twice what thop says of the fused model.
    """
    from tests.models.yolov5 import YOLOv5s

    counted = claim(
        YOLOv5s(version=3), "7,459,581", "1x3x640x640", figure="params", tools=["fvcore"]
    )
    assert {(match.tool, match.changes) for match in counted.matches} == {
        ("parameters", ("batch norm fused",)), ("fvcore", ("batch norm fused",)),
    }  # fmt: skip
    doubled = ("batch norm fused", "doubled")
    for text, side, changes in (
        ("17.5G", 640, doubled), ("4.4G", 320, ("another input", *doubled)),
    ):  # fmt: skip
        found = {(one.tool, one.input, one.changes) for one in yolov5s_of_2020()[text].matches}
        assert ("thop-2020", f"1×3×{side}×{side}", changes) in found


@pytest.mark.slow
@pytest.mark.torch
def test_yolov5s_15_8_has_two_classes_and_16_4_eighty() -> None:
    """yolov5#13590: "7,015,519 parameters and 15.8 GFLOPs. Today, after fusing layers, it suddenly
    reports 16.4 GFLOPs". 7,015,519 are those of two classes, fused; 16.4 is of COCO's eighty, whose
    summary has 7,225,885 (pytorch-grad-cam#496).
    """
    from tests.models.yolov5 import YOLOv5s

    fused = ("thop", ("batch norm fused", "doubled"))
    for classes, params, flops in ((2, 7_015_519, 0), (80, 7_225_885, 1)):
        model = YOLOv5s(classes)
        counted = claim(model, f"{params:,}", "1x3x640x640", figure="params", tools=["thop"])
        assert {match.says for match in counted.matches} == {params}
        assert all("batch norm fused" in match.why for match in counted.matches)
        found = explain(model, "1x3x640x640", tools=["thop"], claims=["15.8G", "16.4G"]).claims
        assert fused in {(match.tool, match.changes) for match in found[flops].matches}
        assert found[1 - flops].matches == ()


NATS_BENCH = (
    (10, "1x3x32x32", {"ptflops-aten": 15.64737, "thop-2020": 16.464576, "ptflops-0.6": 16.810634}),
    (100, "1x3x32x32", {"ptflops-aten": 15.65322, "thop-2020": 16.470336,
                        "ptflops-0.6": 16.816484}),
    (120, "1x3x16x16", {"ptflops-aten": 3.91948, "thop-2020": 4.123712, "ptflops-0.6": 4.210296}),
)  # fmt: skip
"""Of CIFAR-10, CIFAR-100 and ImageNet16-120: its own, thop's and ptflops' millions."""


@pytest.mark.torch
@pytest.mark.parametrize(("classes", "size", "millions"), NATS_BENCH)
def test_nas_benchs_three_numbers_are_three_conventions(
    classes: int, size: str, millions: dict[str, float]
) -> None:
    """NATS-Bench#24: "are there any operations that the model does not count?" Its own script
    counts no batch norm and no pooling; thop counts both, ptflops ReLU too.
    """
    from tests.models.nas_bench_201 import Network

    said = explain(Network(classes), size, tools=list(millions)).tools
    operations = {one.tool: one.says for one in said if one.figure == "operations"}
    assert operations == {tool: round(value * 10**6) for tool, value in millions.items()}


@pytest.mark.slow
@pytest.mark.torch
def test_nas_benchs_numbers_name_their_conventions() -> None:
    """The same thread: none of the three is matched by chance."""
    from tests.models.nas_bench_201 import Network

    numbers = NATS_BENCH[0][2]
    claims = [f"{round(value * 10**6):,}" for value in numbers.values()]
    for tool, found in zip(
        numbers, explain(Network(10), "1x3x32x32", claims=claims).claims, strict=True
    ):
        assert (tool, "1") in conventions(found.matches)
        assert found.by_chance == 0


def test_efficientnets_0_657_is_at_224_and_the_papers_1_0_at_260() -> None:
    """fvcore#42: 'conv': 0.65755544 and 'addmm': 0.001408 of EfficientNet-B2, not the paper's 1.0B.
    "at least one of the following three must be wrong": none is. The paper's is at 260 × 260.
    """
    convolutions = claim("efficientnet_b2", "657,555,440", "1x3x224x224").matches[0]
    assert (convolutions.tool, convolutions.input) == ("MACs", "1×3×224×224")
    assert convolutions.changes == ("without the last linear layer",)
    assert explain("efficientnet_b2", "1x3x224x224").macs == 657_555_440 + 1_408_000
    whole = claim("efficientnet_b2", "1.0G", "1x3x224x224").matches
    assert ("MACs", "1×3×260×260") in {(match.tool, match.input) for match in whole}


@pytest.mark.torch
def test_torchinfos_11_71_counts_parents_with_their_children() -> None:
    """torchinfo#39, of ResNet-18: 11.71G where the paper has 1.8G; "the MACs of a model should be
    the sum of leaf layers".
    """
    from tests.models.resnet import ResNet

    model = ResNet((2, 2, 2, 2), bottleneck=False)
    first = claim(model, "11.71G", "1x3x224x224", tools=["torchinfo-0.1"]).matches[0]
    assert (first.tool, first.changes) == ("torchinfo-0.1", ())
    assert first.says > 6 * 1_814_073_344
    (account,) = explain(model, "1x3x224x224", tools=["torchinfo-0.1"]).tools
    (fault,) = (line for line in account.lines if line.fault)
    assert fault.what.startswith("modules that hold others")


@pytest.mark.torch
def test_torchinfos_163_23_became_11_51() -> None:
    """torchinfo#48, which mended #39: "the MACs of ResNet152 changed from 163.23G to 11.51G"."""
    from tests.models.resnet import ResNet

    model = ResNet((3, 8, 36, 3), bottleneck=True)
    tools = explain(model, "1x3x224x224", tools=["torchinfo-0.1", "torchinfo"]).tools
    said = [round(one.says / 10**9, 2) for one in tools if one.figure == "operations"]
    assert sorted(said) == [11.51, 163.23]


@pytest.mark.torch
def test_parameters_that_torchinfo_counts_twice_are_not_predicted_but_told() -> None:
    """torchinfo#312 and #322: "double count and hence the overestimated result", where one module
    lies in several parents; of an example such as this #396 says "reports 160, true is 120".
    """
    from torch import nn

    activation = nn.ReLU()
    model = nn.Sequential(*(
        nn.Sequential(nn.Linear(4, 4), activation, nn.Linear(4, 4), activation) for _ in range(3)
    ))  # fmt: skip
    explanation = explain(model, "1x4", tools=["torchinfo"])
    assert explanation.params == 120
    (account,) = (one for one in explanation.tools if one.figure == "params")
    (note,) = account.notes
    assert note.endswith("may count its neighbours' parameters again, which is not predicted")
    assert replace(account, ran=160).residue == 40


@pytest.mark.torch
def test_what_calflops_calls_macs_torchvision_calls_gflops() -> None:
    """calculate-flops.pytorch#56: "MACs probably indicate FLOPs and FLOPs probably indicate 2x
    FLOPs", of ResNet-18 and ViT-B/16. torchvision has 1.81 and 17.56 GFLOPS; of the ViT calflops
    leaves out attention.
    """
    from tests.models.vit import meta_vit

    assert ("calflops-macs", "1") in conventions(claim("resnet18", "1.814G").matches)
    assert says("resnet18", "calflops") > 2 * says("resnet18", "calflops-macs") == 3_628_146_688
    found = claim(meta_vit(), "17.564G", "1x3x224x224", tools=["calflops-macs"])
    assert {match.tool for match in found.matches} == {"MACs"}
    (account,) = explain(meta_vit(), "1x3x224x224", tools=["calflops-macs"]).tools
    assert [line.what.partition(":")[0] for line in account.lines] == ["attention"]
