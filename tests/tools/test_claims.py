"""Numbers that people asked about, explained as those who knew did in the end."""

from __future__ import annotations

import pytest

from bottlecalc import explain
from tests.tools.asking import claim, conventions


def test_4_1_may_be_fifteen_things_and_none_is_chosen() -> None:
    """flops-counter.pytorch#94: 4.09 and 4.12; pytorch-OpCounter#46: 4.14; of one ResNet-50."""
    found = claim("resnet50", "4.1G")
    assert conventions(found.matches) == {
        ("MACs", "1"), ("fvcore", "1"), ("fvcore-train", "1"), ("torchinfo", "1"),
        ("ptflops-aten", "1"), ("ptflops-pytorch", "1"), ("thop", "1"), ("ultralytics-thop", "1"),
        ("calflops-macs", "1"), ("torchprofile", "1"), ("pycls", "1"), ("timm", "1"),
        ("ptflops-0.6", "1"), ("thop-2020", "1"), ("thop-2019", "1"),
    }  # fmt: skip
    assert found.tried > 5_000
    assert found.by_chance > 5
    assert found.nearest is None


def test_the_papers_3_8_has_the_stride_on_the_first_1x1() -> None:
    """rethinking-network-pruning#31: "FLOPs of resnet50 is 3.8G FLOPs in Table. 1"."""
    first = claim("resnet50", "3.8G").matches[0]
    assert first.says == 3_857_973_248
    assert "stride on the first 1×1" in first.why
    assert first.cut


def test_8_21_is_flops_with_batch_norm_and_relu() -> None:
    """rethinking-network-pruning#31: a script that adds 2 for batch norm and 1 for ReLU to 2 for
    every MAC prints 8.21G, "still incorrect" beside the paper's 3.8. To five digits, 8.2120e+09, it
    is no tool's: it counts 9 for every output of the 3×3 max pool.
    """
    found = conventions(claim("resnet50", "8.21 GFLOPs").matches)
    assert found == {("calflops", "1"), ("deepspeed", "1")}
    exact = claim("resnet50", "8.2120G")
    assert exact.matches == ()
    assert exact.nearest is not None
    assert exact.nearest.tool == "calflops"


def test_mmpretrains_4_11_is_fvcores_sum_without_the_last_layer() -> None:
    """mmpretrain's table: 4.11 of ResNet-50; to the last integer 4,109,464,576."""
    found = claim("resnet50", "4,109,464,576")
    assert {(match.tool, match.changes) for match in found.matches} == {
        ("fvcore", ("without the last linear layer",)),
        ("timm", ("without the last linear layer",)),
    }  # fmt: skip
    assert found.by_chance == 0


def test_another_resolution_is_found() -> None:
    """pycls: 686,817,992 of EfficientNet-B1, which is at 240 × 240."""
    found = claim("efficientnet_b1", "686,817,992")
    assert {match.input for match in found.matches} == {"1×3×240×240"}
    assert "pycls" in {match.tool for match in found.matches}


def test_25_53_million_parameters_are_fused() -> None:
    """docs.openvino.ai, resnet-50-pytorch: 25.53 MParams, for batch norm is fused there."""
    found = claim("resnet50", "25.53M", figure="params")
    assert {match.says for match in found.matches} == {25_530_472}
    assert all("batch norm fused" in match.why for match in found.matches)


def test_25_6_million_parameters_are_torchs_and_keras_alike() -> None:
    """torchvision: 25,557,032; keras.io: 25.6M, to the last integer 25,636,712."""
    found = claim("resnet50", "25.6M", figure="params")
    assert {25_557_032, 25_636_712} <= {match.says for match in found.matches}
    exact = claim("resnet50", "25,636,712", figure="params")
    assert [match.tool for match in exact.matches] == ["keras"]


@pytest.mark.torch
def test_keras_says_64_more_than_pytorch() -> None:
    """stackoverflow.com/questions/60079783: 13,108,758 in Keras, 13,108,694 in PyTorch."""
    from torch import nn

    model = nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.Flatten(),
        nn.Linear(131_072, 100), nn.ReLU(), nn.Linear(100, 10),
    )  # fmt: skip
    found = claim(model, "13,108,758", "1x1x64x64", figure="params")
    assert [match.tool for match in found.matches] == ["keras"]
    assert explain(model, "1x1x64x64").params == 13_108_694


@pytest.mark.torch
def test_torchinfos_173_million_leave_out_what_vit_does() -> None:
    """torchinfo#226: 173.23 M mult-adds of ViT-B/16, where others say 33 GFLOPs."""
    from tests.models.vit import meta_vit

    (account,) = explain(meta_vit(), "1x3x224x224", tools=["torchinfo"]).tools[:1]
    assert round(account.says / 10**6, 2) == 173.23
    faults = {line.what.partition(":")[0]: line.value for line in account.lines if line.fault}
    assert faults["attention"] == -715_327_488
    assert faults["linear layers"] < 0
    assert account.base == 17_563_828_224  # torchvision: 17.564
    found = claim(meta_vit(), "173.23M", "1x3x224x224", tools=["torchinfo", "fvcore", "thop"])
    assert [match.tool for match in found.matches] == ["torchinfo"]


def test_what_no_convention_gives_is_said_with_the_nearest() -> None:
    """rethinking-network-pruning#31: 24.64G of ResNet-50, three times what that script says now
    that its fault is found.
    """
    found = claim("resnet50", "24.64G")
    assert found.matches == ()
    assert found.nearest is not None
    assert (found.nearest.tool, found.nearest.says) == ("fvcore-train", 24_353_652_736)


def test_tools_that_are_not_wanted_are_not_tried() -> None:
    few, all_ = claim("resnet18", "1.8G", tools=["thop"]), claim("resnet18", "1.8G")
    assert {match.tool for match in few.matches} == {"MACs", "thop"}
    assert few.tried < all_.tried


def test_a_wider_claim_matches_more_by_chance() -> None:
    chances = [claim("resnet18", text).by_chance for text in ("1.814G", "1.81G", "1.8G", "2G")]
    assert chances == sorted(chances)


@pytest.mark.torch
def test_a_model_of_one_size_is_given_up_after_three_others() -> None:
    from torch import Tensor, nn

    sides = set[int]()

    class Fixed(nn.Module):
        """A linear layer over all pixels."""

        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(3 * 40 * 40, 2)

        def forward(self, x: Tensor) -> Tensor:
            sides.add(x.shape[-1])
            y: Tensor = self.linear(x.flatten(1))
            return y

    assert claim(Fixed(), "9,600", "1x3x40x40").matches[0].why == "MACs; at 1×3×40×40"
    assert sides == {40, 32, 128, 160}


@pytest.mark.torch
@pytest.mark.parametrize("tool", ["thop", "ptflops-pytorch", "calflops"])
def test_what_a_tool_counts_again_it_counts_again_in_claims(tool: str) -> None:
    """Of a convolution that stands under two names."""
    from torch import nn

    shared = nn.Conv2d(3, 3, 3)
    model = nn.Sequential(nn.Sequential(nn.Conv2d(3, 3, 3), shared), nn.Sequential(shared))
    (account, *_) = explain(model, "1x3x20x20", tools=[tool]).tools
    assert account.says > account.factor * account.base
    found = claim(model, f"{account.says:,}", "1x3x20x20", tools=[tool])
    assert (tool, ()) in {(match.tool, match.changes) for match in found.matches}


@pytest.mark.torch
def test_how_deep_a_module_lies_is_known_in_claims() -> None:
    """torchinfo 0.1 saw leaf modules four deep or less."""
    from torch import nn

    deep: nn.Module = nn.Linear(4, 4)
    for _ in range(6):
        deep = nn.Sequential(deep)
    model = nn.Sequential(nn.Linear(4, 4), deep)
    (account,) = explain(model, "1x4", tools=["torchinfo-0.1"]).tools
    found = claim(model, str(account.says), "1x4", tools=["torchinfo-0.1"])
    assert ("torchinfo-0.1", "1") in conventions(found.matches)


@pytest.mark.torch
def test_what_is_odd_is_not_halved() -> None:
    """calflops: 2 × 9 MACs and 9 biases."""
    from torch import nn

    model = nn.Conv2d(1, 1, 1)
    assert conventions(claim(model, "27", "1x1x3x3", tools=["calflops"]).matches) == {
        ("calflops", "1")
    }
    assert claim(model, "13", "1x1x3x3", tools=["calflops"]).matches == ()


def test_what_is_rounded_comes_before_what_is_cut_off_and_then_what_is_usual() -> None:
    matches = claim("resnet18", "3.6G").matches
    keys = [(match.cut, len(match.changes)) for match in matches]
    assert keys == sorted(keys)
    assert keys != sorted(keys, key=lambda key: key[1])


@pytest.mark.parametrize("text", ["900T", "2K"])
def test_nothing_is_expected_where_no_number_lies(text: str) -> None:
    assert claim("resnet18", text).by_chance == 0


def test_the_other_figure_is_tried_of_claims_alone_that_match_nothing() -> None:
    wide, params = explain("resnet18", tools=["thop"], claims=["10M..2G", "11.7M"]).claims
    assert (len(wide.matches) > 0, wide.otherwise) == (True, 0)
    assert (params.matches, params.otherwise > 0) == ((), True)
    (known,) = explain("resnet18", tools=["thop"], claims=["10M..2G"], figure="params").claims
    assert known.matches
