"""Budgets of training steps: limits, baselines, another revision, and what is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from torch import nn

from bottlecalc import Report, check, count_training
from bottlecalc.budgets.file import read
from bottlecalc.budgets.limits import BudgetError
from bottlecalc.testing import assert_within_budget
from tests.budgets.cases import HEAD
from tests.changes.conftest import Repository, repository  # noqa: F401
from tests.conftest import Run

NET = """\
from torch import nn


def net(width=5):
    return nn.Sequential(nn.Linear(3, width), nn.ReLU(), nn.Linear(width, 2))
"""
MODEL = '[[budget]]\nname = "m"\nmodel = "net.py:net"\ninput = [4, 3]\n'
STEP = 2 * 4 * 3 * 5 + 3 * 4 * 5 * 2
"""MACs of a training step of the model."""

PLAIN = 2 * 56 * 56 * 9 * 3 * 4 + 2 * 56 * 56 * 3 * 4
"""Of the block: its convolution and its projection, forward and for weights alone."""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "net.py").write_text(NET, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def held(here: Path, text: str, *names: str) -> Report:
    (here / "bottlecalc.toml").write_text(text, "utf-8")
    return check(names=names)


def test_macs_of_a_step_of_a_block_and_of_a_model(here: Path) -> None:
    model = MODEL.replace("budget]]", "budget]]\nmin_params = 1")
    report = held(here, f"{HEAD}max_train_macs = {PLAIN}\n{model}max_train_macs = {STEP - 1}\n")
    assert [one.findings["train_macs"].value for one in report.verdicts] == [PLAIN, STEP]
    assert [one.status for one in report.verdicts] == ["pass", "breach"]
    text = " ".join(str(report).split())
    assert f"{STEP} MACs of a training step exceed max_train_macs = {STEP - 1} by 1" in text
    assert "MACs that weigh most: 0 60 (60.0%), 2 40 (40.0%)" in text


def test_it_is_counted_only_where_it_is_limited(here: Path) -> None:
    (verdict,) = held(here, f"{MODEL}max_params = 99\n").verdicts
    assert not {"train_macs", "peak_bytes"} & verdict.findings.keys()
    assert verdict.count is not None
    assert verdict.count.training is None


def test_the_peak_is_in_bytes_and_depends_on_the_optimizer(here: Path) -> None:
    keys = 'max_peak_bytes = "1kB"\n'
    peaks = []
    for more in ("", 'optimizer = "sgd"\n', 'optimizer = "adam"\n'):
        (verdict,) = held(here, f"{MODEL}{keys}{more}").verdicts
        peaks.append(verdict.findings["peak_bytes"].value)
        assert verdict.findings["peak_bytes"].limit.most == 1000
    parameters = 3 * 5 + 5 + 5 * 2 + 2
    assert peaks[0] == peaks[1] == peaks[2] - 4 * (2 * parameters + 4)
    (verdict,) = held(here, f'{HEAD}max_peak_bytes = "1MiB"\n').verdicts
    step = count_training("plain:in=3,out=4").training
    assert step
    assert step.memory
    assert verdict.findings["peak_bytes"].value == step.memory.peak


def test_a_part_has_macs_and_no_peak(here: Path) -> None:
    (verdict,) = held(here, f'{MODEL}module = "2"\nmax_train_macs = 999\n').verdicts
    assert verdict.findings["train_macs"].value == 3 * 4 * 5 * 2
    (verdict,) = held(here, f'{HEAD}module = "shortcut"\nmax_train_macs = 0\n').verdicts
    assert verdict.findings["train_macs"].value == 2 * 56 * 56 * 12


def test_a_block_that_is_budgeted_as_a_model(here: Path) -> None:
    text = MODEL.replace("net.py:net", "plain:in=3,out=4").replace("[4, 3]", "[2, 3, 56, 56]")
    (verdict,) = held(here, f'{text}max_train_macs = 1\nmax_peak_bytes = "1GB"\n').verdicts
    assert verdict.findings["train_macs"].value == 2 * PLAIN


@pytest.mark.parametrize("key", ["max_train_macs", "max_peak_bytes"])
def test_without_an_input_it_cannot_be_counted(key: str, here: Path) -> None:
    text = MODEL.replace("input = [4, 3]\n", "")
    (verdict,) = held(here, f"{text}{key} = 1\n").verdicts
    assert verdict.problem.startswith(f"{key[4:]} cannot be counted without an input; give input")


def test_a_baseline_and_what_grows(here: Path, run: Run) -> None:
    text = f'{MODEL}max_increase_train_macs = "0%"\nmax_increase_peak_bytes = "900%"\n'
    text += 'optimizer = "adam"\n'
    (here / "bottlecalc.toml").write_text(text, "utf-8")
    assert run("check", "--update").code == 0
    lock = json.loads((here / "bottlecalc.lock.json").read_text("utf-8"))
    entry = lock["budgets"]["m"]
    assert entry["basis"]["optimizer"] == "adam"
    assert entry["figures"]["train_macs"] == STEP
    assert run("check", "--locked").code == 0
    (here / "net.py").write_text(NET.replace("width=5", "width=6"), "utf-8")
    result = run("check")
    assert result.code == 1
    more = 6 * (2 * 4 * 3 + 3 * 4 * 2)
    assert f"{more} MACs of a training step are" in " ".join(result.out.split())
    (here / "bottlecalc.toml").write_text(text.replace("adam", "sgd"), "utf-8")
    result = run("check")
    assert "the baseline is stale: optimizer was adam and is sgd" in " ".join(result.out.split())


def test_against_another_revision(repository: Repository) -> None:  # noqa: F811
    text = f'{MODEL}max_increase_train_macs = "0%"\n'
    repository.commit(bottlecalc_toml=text, net_py=NET)
    repository.branch("grow", net_py=NET.replace("width=5", "width=6"))
    (verdict,) = check(against="main").verdicts
    finding = verdict.findings["train_macs"]
    assert (finding.baseline, finding.value) == (STEP, 6 * (2 * 4 * 3 + 3 * 4 * 2))
    assert verdict.status == "breach"


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ('optimizer = "adam"\nmax_params = 1', "line 4: .*optimizer goes with a limit of a train"),
        ('optimizer = "adma"\nmax_train_macs = 1', r"'adma'; give sgd, .*\(did you mean adam\?\)"),
        ("optimizer = 3\nmax_train_macs = 1", "optimizer = 3; give sgd"),
        ('max_peak_bytes = 1\nmodule = "conv1"', "peak_bytes is of the whole, and module is a"),
        ('max_peak_bytes = "1.5B"', "max_peak_bytes = '1.5B' is no whole number of bytes"),
        ("max_train_mac = 1", r"unknown key 'max_train_mac'; .*did you mean max_train_macs"),
    ],
)
def test_what_is_refused(keys: str, sentence: str) -> None:
    with pytest.raises(BudgetError, match=sentence):
        read(f"{HEAD}{keys}\n", "f.toml")


def test_assertions(here: Path) -> None:
    model = nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 2))
    assert_within_budget(model, (4, 3), max_train_macs=STEP, max_peak_bytes="2kB")
    with pytest.raises(AssertionError, match="exceed max_peak_bytes = 100 by"):
        assert_within_budget(model, (4, 3), max_peak_bytes="100B", optimizer="adam")
    with pytest.raises(AssertionError, match=re.escape(f"max_train_macs = {PLAIN - 1:,}")):
        assert_within_budget("plain:in=3,out=4", max_train_macs=PLAIN - 1)
