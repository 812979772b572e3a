"""The rules, against what the tools of these versions printed; no residue but those named here."""

from __future__ import annotations

import pytest

from bottlecalc.layers.calls import Evidence
from bottlecalc.tools.base import (
    Term,
    Tool,
)
from bottlecalc.tools.predict import lines, prediction
from bottlecalc.tools.table import FORMER, TOOLS
from tests.tools import evidence
from tests.tools.evidence import MODELS, RECORDED, SPECS

RUN = [tool for tool in (*TOOLS, *FORMER) if tool.name in next(iter(SPECS.values()))]
"""The tools that are run on models; thop-2019 adds in single precision, and is published alone."""

UNEXPLAINED = {
    ("several names", "torchinfo", "params"): 12,
    ("bilinear", "torch.profiler", "operations"): 294,
    ("projected LSTM", "torchprofile", "operations"): -5280,
}
"""Torchinfo sums leftovers over a tree in which a module stands twice; how torch multiplies in a
bilinear layer depends on its shapes; torchprofile takes projections for hidden states."""


def residues(
    recorded: dict[str, list[int | None]], seen: Evidence, tools: list[Tool]
) -> dict[tuple[str, str], int]:
    """What the rules of these tools leave over."""
    said = {tool: evidence.said(recorded, tool) for tool in tools}
    return {
        (tool.name, tool.figure): value - prediction(tool, seen)
        for tool, value in said.items()
        if value is not None and value != prediction(tool, seen)
    }


def test_the_rules_are_of_the_versions_that_were_recorded() -> None:
    versions = RECORDED["versions"]
    assert {tool.package or tool.name: tool.version for tool in RUN} == versions


@pytest.mark.parametrize("spec", SPECS)
def test_of_blocks_and_networks_nothing_is_left_over(spec: str) -> None:
    assert residues(SPECS[spec], evidence.of_spec(spec), RUN) == {}


@pytest.mark.torch
@pytest.mark.parametrize("name", MODELS)
def test_of_models_nothing_is_left_over(name: str) -> None:
    known = {key[1:]: value for key, value in UNEXPLAINED.items() if key[0] == name}
    assert residues(MODELS[name], evidence.of_model(name), RUN) == known


def terms() -> list[tuple[Tool, int]]:
    """Every term of every tool, by its place."""
    return [(tool, place) for tool in RUN for place in range(len(tool.terms))]


def occurs(tool: Tool, term: Term, seen: Evidence) -> bool:
    return any(line.what == term.what for line in lines(tool, seen))


@pytest.mark.torch
@pytest.mark.parametrize(("tool", "place"), terms(), ids=lambda one: getattr(one, "name", one))
def test_a_rule_that_is_tampered_with_is_seen(tool: Tool, place: int) -> None:
    """Where a term occurs at all, one more for each would contradict the tool."""
    term = tool.terms[place]
    tampered = (*tool.terms[:place], term._replace(each=term.each + 1), *tool.terms[place + 1 :])
    cases = [
        *((SPECS[spec], evidence.of_spec(spec)) for spec in list(SPECS)[:25]),
        *((MODELS[name], evidence.of_model(name)) for name in MODELS),
    ]
    found = [(recorded, seen) for recorded, seen in cases if occurs(tool, term, seen)]
    assert found, f"{term.what} occurs nowhere"
    wrong = tool._replace(terms=tampered)
    assert any(residues(recorded, seen, [wrong]) for recorded, seen in found)


@pytest.mark.torch
@pytest.mark.parametrize(
    ("name", "tool", "words"),
    [
        ("derived", "ultralytics-thop", "whose class derives from one that it knows"),
        ("norms by functions", "fvcore-train", "running statistics in training too"),
        ("bilinear", "torch.profiler", "a bilinear layer is not predicted"),
        ("several names", "torchinfo", "stands under several names"),
        ("products", "fvcore", ""),
    ],
)
def test_what_the_rules_do_not_reach_is_said(name: str, tool: str, words: str) -> None:
    remarks = [
        remark
        for one in RUN
        if one.name == tool
        for remark in one.remarks(evidence.of_model(name))
        if remark not in one.notes
    ]
    assert len(remarks) == bool(words)
    assert all(words in remark for remark in remarks)


@pytest.mark.torch
def test_layers_that_hooks_do_not_expect_are_told() -> None:
    from torch import Tensor, nn

    from bottlecalc import explain

    class Keywords(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 1)

        def forward(self, x: Tensor) -> Tensor:
            y: Tensor = self.conv(input=x)
            return y

    notes = explain(Keywords(), "3x5x6").notes
    assert any("has no batch" in note for note in notes)
    assert any("by keyword" in note for note in notes)
    assert explain(nn.Conv2d(3, 4, 1), "1x3x5x6").notes == ()
