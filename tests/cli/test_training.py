"""``bottlecalc count --mode train`` and ``bottlecalc network --mode train``."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from bottlecalc import Layer, compare_networks
from bottlecalc.agreement.training import trained
from bottlecalc.formulas import families
from bottlecalc.layers.training import PASSES, Recipe
from bottlecalc.render import count as render_count
from bottlecalc.render import networks as render_networks
from tests.conftest import Run

CODE = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 6, 3, groups=3), nn.BatchNorm2d(6), nn.ReLU(True))
        self.head = nn.Linear(6, 5)

    def forward(self, x):
        return self.head(self.body(x).mean((2, 3)))
"""
INPUT = ("--input", "2x3x9x7")
BODY, HEAD = 2 * 6 * 9 * 7 * 5, 2 * 6 * 5
TRAIN = ("--mode", "train")


@pytest.fixture(autouse=True)
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "net.py").write_text(CODE, "utf-8")
    monkeypatch.chdir(tmp_path)


def test_json_of_a_model(run: Run) -> None:
    result = run("count", "net.py:Net", *INPUT, *TRAIN, "--optimizer", "adam", "--format", "json")
    assert result.code == 0
    document = json.loads(result.out)
    step = document["training"]
    assert document["macs"] == BODY + HEAD  # of a forward pass, as ever
    assert step["macs"] == {
        "forward": BODY + HEAD, "backward_activations": HEAD, "backward_weights": BODY + HEAD,
        "recomputed": 0, "total": 2 * BODY + 3 * HEAD,
    }  # fmt: skip
    assert step["counters"] == {"torch": step["macs"]}
    assert (step["optimizer"], step["frozen"], step["agrees"]) == ("adam", [], None)
    params = 3 * 9 * 2 + 6 + 2 * 6 + 6 * 5 + 5
    assert step["parameters_bytes"] == step["gradients_bytes"] == 4 * params
    assert step["optimizer_bytes"] == 4 * (2 * params + 6)
    assert step["peak_bytes"] > step["stored_bytes"] > 4 * 2 * 3 * 9 * 7
    assert [one["name"] for one in step["layers"]] == ["body.0", "head"]


def test_without_it_the_json_is_as_it_was(run: Run) -> None:
    result = run("count", "net.py:Net", *INPUT, "--format", "json")
    assert "training" not in json.loads(result.out)


def test_a_block_is_counted_by_both(run: Run) -> None:
    spec = "bottleneck:in=6,out=12,mid=6,groups=3"
    result = run("count", spec, *TRAIN, "--format", "json")
    document = json.loads(result.out)
    assert list(document["training"]["counters"]) == ["closed_form", "torch"]
    assert (result.code, document["training"]["agrees"]) == (0, True)
    assert "✓ MACs of the step  closed form = torch" in run("count", spec, *TRAIN).out


def test_a_contradiction_fails(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    fire = families.FORMULAS["fire"]
    monkeypatch.setitem(families.FORMULAS, "fire", fire._replace(forks={}))
    result = run("count", "fire:in=8,out=16", *TRAIN)
    assert result.code == 1
    assert "✗ MACs of the step  closed form ≠ torch" in result.out
    assert "expand1x1: MACs of a training step, gradients of activations, by closed form 0" in (
        " ".join(result.out.split())
    )
    assert json.loads(run("count", "fire:in=8,out=16", *TRAIN, "--format", "json").out)[
        "agrees"
    ] is False  # fmt: skip


DECIDES = """
import torch
from torch import nn

class Routed(nn.Linear):
    def __init__(self):
        super().__init__(3, 2)

    def forward(self, x):
        return super().forward(x[x[:, 0].nonzero()[:, 0]])

class Cond(nn.Linear):
    def __init__(self):
        super().__init__(3, 3)

    def forward(self, x):
        return torch.cond(x.sum() > 0, super().forward, lambda x: x + 1, (x,))
"""


def test_why_it_is_run_on_real_tensors_is_said_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "decides.py").write_text(DECIDES, "utf-8")
    result = run("count", "decides.py:Routed", "--input", "5x3=ones", *TRAIN, "--format", "json")
    document = json.loads(result.out)
    assert document["training"]["notes"] == [
        "a training step is run on real tensors, fused attention and recurrence off"
    ]
    assert [note for note in document["notes"] if "meta device" in note] == [document["notes"][0]]


def test_an_operator_that_is_given_functions(run: Run, tmp_path: Path) -> None:
    (tmp_path / "decides.py").write_text(DECIDES, "utf-8")
    result = run("count", "decides.py:Cond", "--input", "5x3", *TRAIN)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "Error: decides.py:Cond runs cond, which is given functions, and its training step cannot"
        " be counted; count its forward pass alone\n"
    )


def test_columns_of_a_csv_are_sums(run: Run) -> None:
    result = run("count", "net.py:Net", *INPUT, *TRAIN, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.out)))
    assert [int(rows[0][f"train_{name}"]) for name in PASSES] == [BODY + HEAD, HEAD, BODY + HEAD, 0]
    named = {row["module"]: row for row in rows}
    assert named["body"]["train_backward_weights"] == str(BODY)
    assert named["body"]["train_backward_activations"] == "0"


def test_markdown_has_the_facts(run: Run) -> None:
    result = run("count", "net.py:Net", *INPUT, *TRAIN, "--format", "markdown")
    assert f"- gradients of weights: {BODY + HEAD:,} (MACs)" in result.out
    assert "- peak: " in result.out
    forward, step = result.out.split("\nTraining step, sgd:\n\n")
    assert "parameters: 107 (each counted once)" in forward
    assert "- parameters: 428 (bytes)\n" in step


def test_a_frozen_module(run: Run) -> None:
    result = run("count", "net.py:Net", *INPUT, *TRAIN, "--freeze", "body", "--format", "json")
    step = json.loads(result.out)["training"]
    assert step["frozen"] == ["body"]
    assert step["macs"]["backward_weights"] == HEAD
    assert step["macs"]["backward_activations"] == 0


def test_a_module_alone(run: Run) -> None:
    """Of a step of the whole model, whose bytes are not its own."""
    options = (*INPUT, *TRAIN, "--module", "head", "--format", "json")
    step = json.loads(run("count", "net.py:Net", *options).out)["training"]
    assert step["macs"] == {
        "forward": HEAD, "backward_activations": HEAD, "backward_weights": HEAD,
        "recomputed": 0, "total": 3 * HEAD,
    }  # fmt: skip
    assert step.get("peak_bytes") is None


def test_networks(run: Run) -> None:
    result = run("network", "resnet18", "squeezenet1_1", "--size", "64", *TRAIN, "--batch", "2",
                 "--format", "json")  # fmt: skip
    assert result.code == 0
    steps = [one["training"] for one in json.loads(result.out)["networks"]]
    assert [step["agrees"] for step in steps] == [True, True]
    assert all(step["macs"]["total"] > 2.5 * step["macs"]["forward"] for step in steps)


def test_a_networks_csv(run: Run) -> None:
    result = run("network", "resnet18", "--size", "64", *TRAIN, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.out)))
    assert all(row["train_forward"] == row["macs"] == row["train_backward_weights"] for row in rows)
    stem = next(row for row in rows if row["name"] == "stem")
    assert stem["train_backward_activations"] == "0"


@pytest.mark.parametrize("width", [80, 100])
def test_tables_fit(width: int) -> None:
    (one,) = compare_networks("resnet18", size=64).networks
    step = trained(one, Recipe("adam", ("stem",)))
    console = Console(width=width, force_terminal=True, color_system=None)
    comparison = replace(compare_networks("resnet18", size=64), networks=(step,))
    texts = render_networks.table(comparison, console), render_count.table(step, 0, console)
    for text in texts:
        part = text[text.index("Training step, adam, stem frozen") :]
        assert max(map(len, part.splitlines())) <= width


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--optimizer", "adam"), "--optimizer goes with a training step; give --mode train too"),
        (("--freeze", "body"), "--freeze goes with a training step; give --mode train too"),
        ((*TRAIN, "--optimizer", "adma"), "--optimizer 'adma'; give sgd, sgd-momentum, adam"),
        ((*TRAIN, "--freeze", ""), "Net has no module '' to be frozen; name one of its modules: "),
        ((*TRAIN, "--freeze", "bdoy"), "Net has no module 'bdoy' to be frozen; the nearest"),
    ],
)
def test_what_is_refused(arguments: tuple[str, ...], sentence: str, run: Run) -> None:
    result = run("count", "net.py:Net", *INPUT, *arguments)
    assert (result.code, result.out) == (2, "")
    assert sentence in result.err
    assert "Traceback" not in result.err


def test_an_input_is_needed(run: Run) -> None:
    result = run("count", "net.py:Net", *TRAIN)
    assert result.code == 2
    assert "cannot be trained without an input; give" in result.err


def test_a_batch_of_one_value_is_one_sentence(run: Run) -> None:
    result = run("count", "net.py:Net", "--input", "1x3x3x3", *TRAIN)
    assert result.code == 2
    assert result.err.strip().endswith("; give a larger batch")
    assert len(result.err.strip().splitlines()) == 1


def test_a_layer_has_no_field_of_a_step() -> None:
    assert Layer._fields == ("name", "op", "branch", "input", "output")
