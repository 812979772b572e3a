"""What was found of a block by whom, and whether all of it agrees."""

from __future__ import annotations

from dataclasses import replace

from bottlecalc import Plain
from bottlecalc.agreement import closed_form
from bottlecalc.layers.counted import Counted
from bottlecalc.tools import check

COUNT = closed_form.count(Plain(3, 5), (7, 4), 2)
MACS = {layer.name: layer.macs for layer in COUNT.layers}


def test_a_counter_stands_only_beside_the_figures_that_it_has() -> None:
    found = replace(COUNT, others={"torch": Counted(figures={"macs": MACS}, version="2")})
    counts = check.by_counter(found)
    assert {figure: list(by) for figure, by in counts.items()} == {
        "params": ["closed form"],
        "macs": ["closed form", "torch"],
        "fvcore_total": ["closed form"],
        "activations": ["closed form"],
    }
    assert counts["macs"]["torch"] == 2 * (7 * 4) * (3 * 5 * 9 + 3 * 5)
    assert check.agrees([found]) is True


def test_one_block_that_is_contradicted_is_enough() -> None:
    wrong = Counted(figures={"macs": MACS | {"conv1": 1}}, version="2")
    found = replace(COUNT, others={"torch": wrong})
    assert [one.layer for one in check.differences(found)] == ["conv1"]
    assert check.agrees([COUNT]) is None
    assert check.agrees([COUNT, found]) is False
