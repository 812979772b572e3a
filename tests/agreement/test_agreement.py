"""Tampering is seen, whoever is tampered with, and the layer is named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from torch import nn

from bottlecalc import Bottleneck, Count, count, measure
from bottlecalc.agreement.agreement import differences
from bottlecalc.agreement.ask import measured
from bottlecalc.layers.counted import Counted
from bottlecalc.models.parameters import by_module
from bottlecalc.modules.families import build
from bottlecalc.tools import check

SUBJECT = count(Bottleneck(14, 26, groups=3, stride=2, upsample=True), (7, 12), 2)

FINDINGS = [
    *(("params", "torch"), ("macs", "torch"), ("activations", "torch")),
    *(("macs", "fvcore"), ("activations", "fvcore"), ("fvcore_total", "fvcore")),
]


@pytest.mark.parametrize(("figure", "counter"), FINDINGS)
@pytest.mark.parametrize("layer", ["conv2", "bn1", "relu", ""])
def test_one_off_in_any_counter_is_seen_and_its_layer_named(
    figure: str, counter: str, layer: str
) -> None:
    genuine: Any = measured(SUBJECT)
    assert check.differences(genuine) == ()
    tampered = tamper(genuine, figure, counter, layer)
    assert check.agrees([tampered]) is False
    (difference,) = check.differences(tampered)
    named = (difference.layer, difference.figure, difference.counter, difference.first)
    assert named == (layer, figure, counter, "closed form")
    assert difference.found == difference.expected + 1


def tamper(genuine: Any, figure: str, counter: str, layer: str) -> Count:
    counted = genuine.others[counter]
    if figure == "fvcore_total":
        total = {**counted.total, layer: counted.total.get(layer, 0) + 1}
        wrong = replace(counted, total=total)
    else:
        layers = counted.figures[figure]
        layers = {**layers, layer: layers.get(layer, 0) + 1}
        wrong = replace(counted, figures={**counted.figures, figure: layers})
    tampered: Count = replace(genuine, others={**genuine.others, counter: wrong})
    return tampered


def test_a_layer_that_only_the_module_has_is_seen() -> None:
    module = build(SUBJECT.block)
    module.add_module("extra", nn.Linear(2, 3))
    found = Counted(figures={"params": by_module(module)})
    (difference,) = replace(SUBJECT, others={"torch": found}).differences
    assert (difference.layer, difference.expected, difference.found) == ("extra", 0, 9)


def test_a_layer_that_one_counter_lacks_is_seen() -> None:
    genuine = measured(SUBJECT)
    macs = dict(genuine.others["fvcore"].figures["macs"])
    del macs["conv3"]
    lacking = replace(genuine.others["fvcore"], figures={"macs": macs})
    (difference,) = replace(genuine, others={"fvcore": lacking}).differences
    assert (difference.layer, difference.counter, difference.found) == ("conv3", "fvcore", 0)


def test_a_layer_that_costs_nothing_may_be_missing() -> None:
    counters: dict[Any, Counted] = {
        "closed form": Counted(figures={"macs": {"a": 7, "relu": 0}}),
        "torch": Counted(figures={"macs": {"a": 7}}),
        "fvcore": Counted(figures={"macs": {"a": 7, "relu": 0, "norm": 0}}),
    }
    assert differences(counters, ("macs",)) == ()


def test_equal_totals_do_not_hide_layers_that_differ() -> None:
    layers = dict(SUBJECT.counters["closed form"].figures["params"])
    layers["conv1"] += 5
    layers["conv3"] -= 5
    tampered = replace(SUBJECT, others={"torch": Counted(figures={"params": layers})})
    assert sum(layers.values()) == SUBJECT.params.block
    assert [difference.layer for difference in tampered.differences] == ["conv1", "conv3"]


def test_any_number_of_counters_is_held_against_the_first() -> None:
    by_figure: dict[Any, Counted] = {
        name: Counted(figures={"macs": {"a": macs, "b": 2}})
        for name, macs in (("closed form", 1), ("torch", 1), ("fvcore", 5))
    }
    (difference,) = differences(by_figure, ("macs",))
    assert (difference.layer, difference.counter, difference.found) == ("a", "fvcore", 5)
    by_figure["torch"] = Counted(figures={})
    assert [one.counter for one in differences(by_figure, ("macs",))] == ["fvcore"]
    assert differences(by_figure, ("params",)) == ()


def test_a_wider_middle_is_another_block() -> None:
    other = count(Bottleneck(14, 26, groups=3, stride=2), (7, 12), 2)
    found = measure(build(SUBJECT.block), SUBJECT.input)
    assert replace(other, others=found.others).agrees is False


def test_one_counter_alone_agrees_with_nobody() -> None:
    assert SUBJECT.agrees is None
    assert check.agrees([SUBJECT]) is None
    assert check.agrees([SUBJECT, measured(SUBJECT)]) is True
