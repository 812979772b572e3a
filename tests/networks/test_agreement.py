"""Every network by both derivations, layer by layer, at sizes that are no squares."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
import torch
from torch import nn

from bottlecalc.agreement.ask import measured
from bottlecalc.agreement.networks import compare_networks, count_network
from bottlecalc.models.parameters import by_module
from bottlecalc.models.trace import dispatcher_counts
from bottlecalc.networks import formula, module
from bottlecalc.networks.grammar import parse
from bottlecalc.networks.spec import Network
from bottlecalc.networks.table import NETWORKS

SMALL = ("resnet18", "resnet20", "mobilenet_v2", "squeezenet1_1", "shufflenet_v2_x0_5")


def counts(network: Network, size: tuple[int, int]) -> tuple[dict[str, int], dict[str, int]]:
    """What the built network holds and does, by layer; without memory or arithmetic."""
    with torch.device("meta"):
        built, x = module.build(network).eval(), torch.zeros(1, 3, *size)
    params = {name: n for name, n in by_module(built).items() if n}
    macs = dispatcher_counts(built, [x]).figures["macs"]
    return params, {name: n for name, n in macs.items() if n}


@pytest.mark.parametrize("size", [(224, 224), (96, 160)], ids=str)
@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_agrees_layer_by_layer(name: str, size: tuple[int, int]) -> None:
    count = count_network(NETWORKS[name], size)
    params, macs = counts(NETWORKS[name], size)
    assert {one.name: one.params for one in count.layers if one.params} == params
    assert {one.name: one.macs for one in count.layers if one.macs} == macs


@pytest.mark.parametrize("knobs", ["width=0.75", "width=1.37,depth=1.5", "depth=0.4,classes=7"])
@pytest.mark.parametrize("name", ["resnet50", "efficientnet_b2", "mobilenet_v2", "densenet121",
                                  "convnext_tiny", "shufflenet_v2_x1_0", "vgg13_bn"])  # fmt: skip
def test_knobs_turn_both_alike(name: str, knobs: str) -> None:
    network = parse(f"{name}:{knobs}")
    params, macs = counts(network, (96, 64))
    layers = count_network(network, (96, 64)).layers
    assert {one.name: one.params for one in layers if one.params} == params
    assert {one.name: one.macs for one in layers if one.macs} == macs


@pytest.mark.parametrize("name", SMALL)
def test_all_counters_agree(name: str) -> None:
    count = measured(count_network(NETWORKS[name], (64, 96)))
    assert list(count.counters) == ["closed form", "torch", "fvcore"]
    assert count.agrees is True


def test_blocks_are_exchanged_in_both() -> None:
    comparison = compare_networks("resnet50", "resnet50:block=basic", size=64, measure=True)
    assert comparison.agrees is True
    assert comparison.networks[1].params.total > comparison.networks[0].params.total


@pytest.mark.parametrize("side", [formula, module])
def test_a_fault_in_either_is_seen(side: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "_wide" if side is formula else "widened"
    right = getattr(side, name)
    monkeypatch.setattr(side, name, lambda channels, scale: right(channels, scale) + 2)
    formula._part.cache_clear()
    network = replace(parse("resnet20"), width=Fraction(1, 2))
    params, _ = counts(network, (32, 32))
    found = {one.name: one.params for one in count_network(network).layers if one.params}
    formula._part.cache_clear()
    assert found != params


def test_a_module_is_trainable() -> None:
    built = module.build(parse("resnet20"))
    y = built(torch.rand(2, 3, 32, 48))
    nn.functional.cross_entropy(y, torch.tensor([1, 2])).backward()  # type: ignore[no-untyped-call]
    assert y.shape == (2, 10)
    assert all(one.grad is not None for one in built.parameters())


def test_costs_are_those_of_the_layers() -> None:
    for text in ("resnet50:width=0.5", "densenet121", "squeezenet1_0", "vgg11:depth=2"):
        network = parse(text)
        count = count_network(network, (64, 96))
        costs = formula.costs(network, (64, 96), 1)
        assert costs == (count.params.total, count.macs.block, count.activations)
