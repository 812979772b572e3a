"""Families as they speak of themselves, and every one of them completely."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar

import pytest

from bottlecalc import FAMILIES, Block, BlockError, Bottleneck, families
from bottlecalc.blocks.catalogue import describe
from bottlecalc.blocks.spec import Rule, keys
from tests.conftest import Run


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_says_all_of_itself(name: str) -> None:
    family = describe(FAMILIES[name])
    assert family.name == name
    assert family.text
    assert family.source
    assert [key.name for key in family.keys] == list(keys(FAMILIES[name]))
    assert all(key.text for key in family.keys)
    rules = (*FAMILIES[name].RULES, *FAMILIES[name].INPUT_RULES)
    assert len(family.laws) == len(rules)


@dataclass(frozen=True)
class Silent(Block):
    """Says only what it is."""

    family = "silent"
    RULES: ClassVar = (Rule("in", lambda block: block.in_channels > 9, str),)

    kernel: int = 3


def test_that_test_can_fail() -> None:
    family = describe(Silent)
    assert (family.text, family.source, family.laws) == ("Says only what it is.", "", ())
    assert [key.text for key in family.keys] == ["", ""]


def test_what_a_bottleneck_says() -> None:
    (family,) = families("bottleneck").families
    assert family.text == "1×1, 3×3, 1×1 with a shortcut: narrow in the middle."
    assert family.source.endswith("groups from Xie et al., Aggregated Residual Transformations,"
                                  " arXiv:1611.05431.")  # fmt: skip
    usual = {key.name: key.default for key in family.keys}
    assert usual == {
        "in": None,
        "out": None,
        "stride": 1,
        "dilation": 1,
        "downsample": False,
        "upsample": False,
        "se": None,
        "avg": False,
        "mid": None,
        "groups": 1,
        "v1": False,
    }
    assert [key.name for key in family.keys if key.is_required] == ["in", "out"]
    assert "groups divides mid" in family.laws
    with pytest.raises(BlockError, match="groups = 3 does not divide"):
        Bottleneck(64, 128, groups=3)


def test_the_command_lists_them(run: Run) -> None:
    result = run("blocks")
    assert (result.code, result.err) == (0, "")
    assert result.out == str(families())
    for name in FAMILIES:
        assert f"\n{name}\n" in result.out
    assert "arXiv:1512.03385, figure 5, left" in result.out


def test_the_command_describes_one(run: Run) -> None:
    result = run("blocks", "bottleneck")
    assert "width of the 3×3 [at least 1]; a quarter of the output's when None" in result.out
    assert "groups divides mid" in result.out
    assert "stride=1" in result.out
    document = json.loads(run("blocks", "bottleneck", "--format", "json").out)
    assert document["schema"] == "bottlecalc.blocks/1"
    assert document == json.loads(json.dumps(families("bottleneck").to_dict()))
    assert document["families"][0]["keys"][2] == {
        "name": "stride",
        "python": "stride",
        "type": "number",
        "default": 1,
        "required": False,
        "text": "of the first 3×3 convolution and of the projection [at least 1]",
    }
    text = run("blocks", "bottleneck", "--format", "markdown").out
    assert "| `groups` | 1 | of the 3×3; must divide its width |" in text


def test_a_family_that_there_is_not(run: Run) -> None:
    result = run("blocks", "bottle")
    assert (result.code, result.out) == (2, "")
    assert result.err == "Error: unknown family 'bottle' (did you mean bottleneck?)\n"
