"""Layers of closed forms, against what torch calls of the modules that are built of them."""

from __future__ import annotations

import pytest

from bottlecalc.networks.spec import Network, Stage
from bottlecalc.text.shapes import Input
from bottlecalc.tools.predict import prediction
from bottlecalc.tools.subject import read_subject
from bottlecalc.tools.table import FORMER, TOOLS


@pytest.mark.torch
def test_of_a_stage_of_several_families_each_block_is_written_as_its_own() -> None:
    """Some of them add a shortcut, and some have none."""
    from bottlecalc.networks.module import build

    blocks = ("bottleneck:out=8", "repvgg:out=8", "mbconv:out=8", "basic:out=8")
    network = Network(name="mixed", stages=(Stage(name="body", blocks=blocks),))
    inputs = [Input((1, 3, 8, 8))]
    formula, built = (
        read_subject(one, inputs).observe(inputs)[0] for one in (network, build(network).eval())
    )
    for tool in (*TOOLS, *FORMER):
        assert prediction(tool, formula) == prediction(tool, built), tool.name
