"""Every network by both derivations, layer by layer, at sizes that are no squares."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from bottlecalc.agreement.ask import measured
from bottlecalc.agreement.networks import compare_networks, count_network
from bottlecalc.networks import formula, module
from bottlecalc.networks.grammar import parse
from bottlecalc.networks.table import NETWORKS
from bottlecalc.tools import check
from tests.networks.evidence import EVERY, SLOW, SORTS, TRACED, agrees, evidence, observe
from tests.strategies import sampled

KNOBBED = (
    *("resnet50", "efficientnet_b2", "convnext_tiny", "mobilenet_v2", "densenet121"),
    *("shufflenet_v2_x1_0", "repvgg_a0"),
)


def test_there_is_one_of_every_sort() -> None:
    """Every family and every element that a network is made of."""

    def kinds(names: object) -> set[str]:
        stages = (stage for name in names for stage in NETWORKS[name].stages)  # type: ignore[attr-defined]
        return {block.partition(":")[0] for stage in stages for block in stage.blocks}

    assert kinds(SORTS) | {"bottleneck"} == kinds(NETWORKS)


@pytest.mark.parametrize("size", [pytest.param((64, 64), marks=SLOW), (64, 96)], ids=str)
@pytest.mark.parametrize("name", TRACED)
def test_all_counters_agree(name: str, size: tuple[int, int]) -> None:
    count = evidence(NETWORKS[name], size)
    assert list(count.counters) == ["closed form", "torch", "fvcore"]
    assert check.differences(count) == ()
    assert count.agrees is True


@pytest.mark.parametrize("name", EVERY)
def test_torch_and_the_outputs_of_stages_agree(name: str) -> None:
    assert agrees(NETWORKS[name], observe(NETWORKS[name], (224, 224)), (224, 224))


@pytest.mark.slow
@pytest.mark.parametrize("name", TRACED)
def test_they_agree_at_odd_sizes(name: str) -> None:
    size = (96, 160) if name == "enet" else (97, 163)  # which halves what it takes
    assert agrees(NETWORKS[name], observe(NETWORKS[name], size), size)


@pytest.mark.parametrize("knobs", ["width=0.75", "width=1.37,depth=1.5", "depth=0.4,classes=7"])
@pytest.mark.parametrize("name", sampled(KNOBBED, 3))
def test_knobs_turn_both_alike(name: str, knobs: str) -> None:
    network = parse(f"{name}:{knobs}")
    assert agrees(network, observe(network, (96, 64)), (96, 64))


def test_a_network_is_measured_as_it_is_asked() -> None:
    count = measured(count_network(NETWORKS["resnet20"], (32, 48)))
    assert list(count.counters) == ["closed form", "torch", "fvcore"]
    assert count.agrees is True


def test_blocks_are_exchanged_in_both() -> None:
    comparison = compare_networks(
        "resnet50:width=0.25", "resnet50:width=0.25,block=basic", size=32, measure=True
    )
    assert comparison.agrees is True
    assert comparison.networks[1].params.total > comparison.networks[0].params.total


def test_a_module_is_trainable() -> None:
    built = module.build(parse("resnet20"))
    y = built(torch.rand(2, 3, 32, 48))
    nn.functional.cross_entropy(y, torch.tensor([1, 2])).backward()  # type: ignore[no-untyped-call]
    assert y.shape == (2, 10)
    assert all(one.grad is not None for one in built.parameters())


def test_costs_are_those_of_the_layers() -> None:
    for text in ("resnet50:width=0.5", "densenet121", "squeezenet1_0", "vgg11:width=2"):
        network = parse(text)
        count = count_network(network, (64, 96))
        costs = formula.costs(network, (64, 96), 1)
        assert costs == (count.params.total, count.macs.block, count.activations)
