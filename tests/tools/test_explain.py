"""``explain``, and what it shows: the table, JSON, Markdown, and the command."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import bottlecalc
from bottlecalc import ArgumentError, Bottleneck, explain
from bottlecalc.render.explain import FORMATS
from bottlecalc.render.layout import unbounded
from bottlecalc.tools.explanation import Account, Explanation
from bottlecalc.tools.table import FORMER, NAMES, TOOLS
from tests.conftest import Run, run_on_terminal

BLOCK = "bottleneck:in=64,out=128"
ISSUE_TOOLS = (
    "fvcore", "fvcore-train", "FlopCounterMode", "torch.profiler", "torchinfo", "ptflops-aten",
    "ptflops-pytorch", "thop", "ultralytics-thop", "calflops", "calflops-macs", "deepspeed",
    "torchprofile", "keras", "pycls", "timm",
)  # fmt: skip


def account(explanation: Explanation, tool: str, figure: str = "operations") -> Account:
    return next(one for one in explanation.tools if (one.tool, one.figure) == (tool, figure))


def test_the_tools_are_these() -> None:
    assert {tool.name for tool in TOOLS} == set(ISSUE_TOOLS)
    assert set(NAMES) == {*ISSUE_TOOLS, *(tool.name for tool in FORMER)}


def test_former_versions_are_shown_where_they_are_asked_for() -> None:
    former = {tool.name for tool in FORMER}
    assert not former & {one.tool for one in explain(BLOCK).tools}
    (one,) = explain(BLOCK, tools=["thop-2020"], run=True).tools
    assert (one.tool, one.ran, one.residue) == ("thop-2020", None, 0)


def test_every_sum_is_exact() -> None:
    for subject in (BLOCK, "resnet18", "convnext:in=10"):
        for one in explain(subject).tools:
            assert one.factor * one.base + sum(line.value for line in one.lines) == one.says


@pytest.mark.parametrize("given", [Bottleneck(64, 128), BLOCK, f"{BLOCK},mid=32"])
def test_a_block_is_a_value_or_its_text(given: object) -> None:
    assert account(explain(given), "thop").says == 77_873_152


def test_the_documents_sums_are_what_it_says() -> None:
    document = explain(BLOCK, claims=["77.9M"]).to_dict()
    assert document["schema"] == "bottlecalc.explain/1"
    assert {"target", "inputs", "macs", "params", "tools", "claims"} <= set(document)
    for one in document["tools"]:
        terms = sum(term["value"] for term in one["terms"])
        assert one["says"] == one["factor"] * one["base"] + terms + one["residue"]
        assert all(term["count"] * term["each"] == term["value"] for term in one["terms"])
        assert one["ran"] is None
    (claim,) = document["claims"]
    assert claim["text"] == "77.9M"
    assert claim["matches"][0]["tool"] == "thop"
    assert {"says", "tool", "factor", "input", "why"} <= set(claim["matches"][0])
    assert claim["nearest"] is None
    assert json.loads(json.dumps(document)) == document


def test_a_residue_is_shown_and_not_absorbed() -> None:
    explanation = explain(BLOCK, tools=["thop"])
    first, *more = explanation.tools
    wrong = replace(explanation, tools=(replace(first, ran=first.predicted + 7), *more))
    assert wrong.tools[0].residue == 7
    assert not wrong.is_explained
    assert "7 that these rules do not explain" in str(wrong)
    assert "+7 that these rules do not explain" in FORMATS["markdown"](wrong, unbounded())


def test_module_by_module_the_terms_are_the_same() -> None:
    whole, parts = explain(BLOCK, tools=["thop"]), explain(BLOCK, tools=["thop"], by="module")
    assert [one.says for one in whole.tools] == [one.says for one in parts.tools]
    names = [line.module for line in account(parts, "thop").lines]
    assert names == ["bn1", "bn2", "bn3", "shortcut.bn"]
    assert "batch norm, in shortcut.bn, 4 per element" in str(parts)


def test_who_counts_the_parameters_as_they_are_is_one_sentence() -> None:
    text = str(explain(BLOCK, tools=["fvcore", "thop", "keras"]))
    assert text.count("24,192") == 3  # above all tools, in Keras' sum, and here
    assert "\nfvcore and thop count 24,192 parameters.\n" in text
    assert "\nthop counts 24,192 parameters.\n" in str(explain(BLOCK, tools=["thop"]))


def test_a_claim_that_is_another_figures_is_told_so() -> None:
    (claim,) = explain("resnet50", tools=["thop"], claims=["25.6M"]).claims
    assert (claim.figure, claim.matches) == ("operations", ())
    text = str(explain("resnet50", tools=["thop"], claims=["25.6M"]))
    assert f"as parameters, {claim.otherwise} combinations give it (figure: params)" in text
    (right,) = explain("resnet50", tools=["thop"], claims=["25.6M"], figure="params").claims
    assert len(right.matches) == claim.otherwise > 0


def test_markdown_keeps_the_capitals_of_another_figure() -> None:
    explanation = explain("resnet18", tools=["thop"], claims=["1.8G"], figure="params")
    text = FORMATS["markdown"](explanation, unbounded())
    assert re.search(r"^As MACs, \d+ combinations give it \(figure: operations\)\.$", text, re.M)


def test_a_whole_number_is_a_claim_too() -> None:
    (claim,) = explain("resnet50", tools=["thop"], claims=[4_133_742_592]).claims  # type: ignore[list-item]
    assert [match.tool for match in claim.matches] == ["thop"]


def test_a_claim_that_says_that_it_is_of_parameters_is() -> None:
    (claim,) = explain("resnet50", tools=["thop"], claims=["25.6 M params"]).claims
    assert claim.figure == "params"
    assert {match.says for match in claim.matches} == {25_557_032}


def test_what_has_no_unit_is_told_to_be_tried_in_two() -> None:
    text = str(explain("resnet50", tools=["thop"], claims=["4.1"]))
    assert "claimed: 4.1, in M or G" in text


def test_conventions_that_give_one_number_share_a_line() -> None:
    text = str(explain("resnet50", claims=["4,111,512,576"]))
    line = '4,111,512,576 "flops" of fvcore, "MACs" of timm; at 1×3×224×224'
    assert line in text


def test_a_number_has_one_line_with_what_gives_it_and_is_least_unusual() -> None:
    """One number, as it is and doubled or in a batch; 3.8 is cut off, not rounded."""
    macs = explain(BLOCK).macs
    explanation = explain(BLOCK, claims=[f"{2 * macs:,}"], tools=["thop", "FlopCounterMode"])
    (claim,) = explanation.claims
    ways = [(match.tool, match.changes) for match in claim.matches]
    assert {("MACs", ("doubled",)), ("MACs", ("batch of 2",))} < {*ways}
    lines = [one.strip() for one in str(explanation).splitlines() if f'{2 * macs:,} "' in one]
    assert lines[-1] == (
        f'{2 * macs:,} "FLOPs" of FlopCounterMode; at 1×64×56×56; and {len(ways) - 1} other ways'
    )
    (claim,) = explain("resnet50", claims=["3.8G"], tools=["thop"]).to_dict()["claims"]
    for match in claim["matches"]:
        assert match["cut"] == match["why"].endswith("; cut off, not rounded")
    assert claim["matches"][0]["cut"]


def test_markdown_has_a_row_for_every_figure_that_is_explained() -> None:
    explanation = explain(BLOCK)
    text = FORMATS["markdown"](explanation, unbounded())
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    figures = [one for one in explanation.tools if one.figure != "params" or one.lines]
    assert len(rows) == len(figures) + 2
    assert "pycls and timm count 24,192 parameters." in text
    assert "4,014,080 batch norm, 4 per element (1,003,520 elements)" in text


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: explain(5), "5 cannot be explained; give a block, a network, a model, or text"),
        (lambda: explain(BLOCK, tools=["tohp"]), "'tohp' is no tool (did you mean thop?); the"),
        (lambda: explain(BLOCK, "1x3x4x4"), "1×3×4×4 is no input of bottleneck:in=64,out=128; gi"),
        (lambda: explain("resnet5"), "unknown network 'resnet5' (did you mean"),
        (
            lambda: explain(BLOCK, by="line"),  # type: ignore[arg-type]
            "by = 'line'; give 'module' or 'operator'",
        ),
        (
            lambda: explain(BLOCK, figure="acts"),  # type: ignore[arg-type]
            "figure = 'acts'; give 'operations' or 'params'",
        ),
        (lambda: explain(BLOCK, claims=["x"]), "'x' is no number; give one as it is written"),
        (lambda: explain(BLOCK, claims=[4.1e9]), "4100000000.0 is no number; give one as it is"),  # type: ignore[list-item]
        (
            lambda: explain(BLOCK, claims=None),  # type: ignore[arg-type]
            'claims = None; give text such as "4.1G", or a list',
        ),
        (
            lambda: explain(BLOCK, tools=object),  # type: ignore[arg-type]
            "tools = <class 'object'>; give text such as \"thop\", or a list",
        ),
        (lambda: explain(BLOCK, arguments={"a": 1}), "takes no arguments; leave them out"),
    ],
)
def test_what_is_wrong_is_one_sentence(call: Callable[[], object], sentence: str) -> None:
    with pytest.raises(bottlecalc.BottlecalcError) as error:
        call()
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.torch
def test_a_model_is_left_as_it_was() -> None:
    import torch

    from tests.models.disagreements import Attention

    model = Attention().train()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    explanation = explain(model, "2x9x12")
    after = model.state_dict()
    assert all(torch.equal(tensor, after[name]) for name, tensor in before.items())
    assert model.training
    attended = 2 * 4 * 9 * 9 * (6 + 6)  # two sequences, four heads of six features
    assert explanation.macs == 46_896 + attended  # torch sees the rest: 93,792 FLOPs


@pytest.mark.torch
def test_every_disagreement_about_attention_is_named() -> None:
    from tests.models.disagreements import Attention

    explanation = explain(Attention(), "2x9x12")
    faults = {
        one.tool: [line.what.partition(":")[0] for line in one.lines if line.fault]
        for one in explanation.tools
        if one.figure == "operations"
    }
    assert faults["fvcore"] == faults["FlopCounterMode"] == faults["calflops"] == ["attention"]
    assert faults["thop"] == ["linear layers", "attention"]
    assert faults["deepspeed"] == []


@pytest.mark.torch
def test_every_disagreement_about_functions_is_named() -> None:
    from tests.models.disagreements import Functional

    explanation = explain(Functional(), "1x5x6x7", tools=["thop", "torchinfo", "ptflops-pytorch"])
    for one in explanation.tools:
        if one.figure == "operations":
            what = [line.what.partition(":")[0] for line in one.lines if line.fault]
            assert what == ["convolutions", "linear layers"]


@pytest.mark.torch
def test_run_is_refused_where_an_argument_does_not_reach_another_process() -> None:
    import torch

    options = {"in_features": 3, "out_features": 4, "dtype": torch.float32}
    with pytest.raises(ArgumentError, match=r"^dtype = .* cannot be told to another process"):
        explain("torch.nn:Linear", "1x3", tools=["thop"], arguments=options, run=True)


@pytest.mark.torch
def test_run_is_refused_where_no_other_process_can_build_the_model() -> None:
    from torch import nn

    with pytest.raises(ArgumentError, match="builds Linear in processes of their own; give it by"):
        explain(nn.Linear(3, 4), "1x3", run=True)


def test_a_block_is_explained_without_torch_and_numpy() -> None:
    code = (
        "import sys; from bottlecalc import explain; explain('resnet18', claims=['1.8G']);"
        " sys.exit(not {'torch', 'numpy', 'sympy'}.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_command(run: Run) -> None:
    result = run("explain", BLOCK, "--tool", "thop", "--claim", "77.9M")
    assert result.code == 0
    assert 'thop 0.1.1.post2209072238  77,873,152 "MACs"' in result.out
    assert "+  4,014,080 batch norm, 4 per element (1,003,520 elements)" in result.out
    assert "claimed: 77.9M" in result.out


def test_the_command_writes_json(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "explained.json"
    assert run("explain", "resnet18", "-o", str(path)).code == 0
    assert json.loads(path.read_text("utf-8"))["target"] == "resnet18"


def test_the_command_refuses_in_one_sentence(run: Run) -> None:
    result = run("explain", BLOCK, "--tool", "tohp")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("Error: 'tohp' is no tool")
    assert result.err.count("\n") == 1


def test_on_a_terminal_of_80_columns_nothing_is_wider() -> None:
    result = run_on_terminal(80, "explain", "resnet50", "--claim", "4.1G")
    assert result.code == 0
    lines = result.out.splitlines()
    plain = [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line) for line in lines]
    assert max(map(len, plain)) <= 80
