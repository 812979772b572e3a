"""``compare`` with a block of the user's own, from Python."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, cast

import pytest
from torch import nn

from bottlecalc import (
    ArgumentError,
    BlockError,
    Count,
    OwnBlock,
    OwnCount,
    compare,
    count,
    measure,
    write_handout,
)
from tests.conftest import Run

CODE = """
from torch import nn

class Pointwise(nn.Conv2d):
    def __init__(self, in_channels, out_channels=10):
        super().__init__(in_channels, out_channels, 1)
"""
PLAIN = "plain:in=6,out=10"
OWN = "blocks.py:Pointwise:in_channels=6"


@pytest.fixture(autouse=True)
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "blocks.py").write_text(CODE, "utf-8")
    monkeypatch.chdir(tmp_path)


def test_it_is_counted_beside_the_others() -> None:
    """6·10 weights and 10 biases, at 9·7 positions."""
    told: list[str] = []
    comparison = compare(PLAIN, OWN, size=(9, 7), measure=True, progress=told.append)
    family, own = comparison.blocks
    assert isinstance(family, Count)
    assert isinstance(own, OwnCount)
    assert comparison.closed_forms == (family,)
    assert own.block == OwnBlock.parse(OWN)
    assert (own.input, own.output) == ((1, 6, 9, 7), (1, 10, 9, 7))
    assert (own.params.total, own.macs, own.activations) == (70, 3780, 630)
    assert comparison.agrees is True
    assert comparison.ratios[0].macs == {"block": 37_800 / 3780}
    assert told == [f"measuring {PLAIN}", f"measuring {OWN}"]
    assert "blocks" not in sys.modules


def test_it_may_be_the_baseline_and_be_given_as_a_value_or_a_count() -> None:
    first = compare(OwnBlock.parse(OWN), PLAIN, size=(9, 7), measure=True)
    assert float(first.ratios[0].params["block"]) == 70 / 640
    again = compare([first.blocks[0], PLAIN], size=(9, 7))
    assert again.blocks[0] is first.blocks[0]
    assert again.ratios == first.ratios


def test_it_shows_itself(run: Run) -> None:
    comparison = compare(PLAIN, OWN, size=(9, 7), measure=True)
    arguments = ("compare", "--block", PLAIN, "--block", OWN, "--size", "9x7")
    assert str(comparison) == run(*arguments).out
    document = json.loads(run(*arguments, "--format", "json").out)
    assert json.loads(json.dumps(comparison.to_dict())) == document
    assert repr(comparison) == (f"<Comparison {PLAIN} has 9.14× the parameters (block) of {OWN}>")
    assert ">70</td>" in comparison._repr_html_()
    rows = comparison.to_frame().to_dict("records")
    assert (rows[1]["spec"], rows[1]["params_block"], rows[1]["macs_block"]) == (OWN, 70, 3780)
    assert rows[0]["params_main"] == 540
    own = comparison.blocks[1]
    assert str(own).splitlines()[3] == OWN
    assert own.to_dict()["macs"] == 3780


def test_without_measuring_there_is_nothing_to_say() -> None:
    sentence = "blocks.py:Pointwise has no closed form: it is counted by torch and fvcore alone;"
    with pytest.raises(BlockError, match=f"^{sentence} leave measure=False out, or the block$"):
        compare(PLAIN, OWN, measure=False)
    with pytest.raises(BlockError, match="has no closed form, which is needed here"):
        count(OWN)
    with pytest.raises(BlockError, match=f"^{OWN} has no closed form to hold a measurement"):
        compare([OWN], [measure(nn.Conv2d(6, 10, 1), (1, 6, 9, 7))])


def test_a_class_or_a_module_itself_is_refused() -> None:
    with pytest.raises(ArgumentError, match="is a model, not a block; count it by count_model"):
        compare(cast(Any, nn.Conv2d(6, 10, 1)))
    with pytest.raises(ArgumentError, match="is no block; give one, such as Bottleneck"):
        compare(cast(Any, nn.Conv2d))


def test_a_handout_is_of_closed_forms(tmp_path: Path) -> None:
    path = tmp_path / "sheet.md"
    with pytest.raises(BlockError, match=r"blocks.py:Pointwise has no closed form, which"):
        write_handout(path, "bottleneck:in=6,out=20", PLAIN, OWN)
    assert not path.exists()
