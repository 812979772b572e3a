"""Counters that are not installed: left out where nobody insists, and one sentence otherwise."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Result

WITHOUT = """
import sys
sys.modules.update(dict.fromkeys({absent!r}))
sys.argv[0] = "bottlecalc"
from bottlecalc.cli import main
main()
"""
EVERYTHING = ("torch", "fvcore", "psutil")
PAIR = ("--in", "6", "--out", "10")
INSTALL = "install it with: python -m pip install torch fvcore psutil"
LEFT_OUT = (
    f"torch was left out: torch is not installed; {INSTALL}",
    "fvcore was left out: torch, which it needs, is not installed",
)
CANNOT = f"cannot be counted: torch is not installed; {INSTALL}"


def without(absent: tuple[str, ...], *arguments: str, folder: Path | None = None) -> Result:
    """Run ``bottlecalc`` where these cannot be imported, as if they were not installed."""
    command = [sys.executable, "-c", WITHOUT.format(absent=absent), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    return Result(done.returncode, done.stdout, done.stderr)


def test_compare_has_the_closed_forms_and_says_how_to_have_more() -> None:
    """Plain 6 to 10: 3·3·6·10 = 540 weights."""
    done = without(EVERYTHING, "compare", *PAIR)
    assert (done.code, done.err) == (0, "")
    assert re.search(r"total, main +540 ", done.out)
    assert "".join(f" {sentence}\n" for sentence in LEFT_OUT) in done.out


def test_in_json_too_and_on_stderr() -> None:
    done = without(EVERYTHING, "compare", *PAIR, "--format", "json")
    assert (done.code, done.err.splitlines()) == (0, list(LEFT_OUT))
    for block in json.loads(done.out)["blocks"]:
        assert block["agrees"] is None
        assert list(block["left_out"]) == ["torch", "fvcore"]


def test_a_spec_is_counted_by_closed_form() -> None:
    done = without(EVERYTHING, "count", "plain:in=6,out=10")
    assert (done.code, done.err) == (0, "")
    assert done.out.count(INSTALL) == 1


def test_a_sweep_is_made_and_its_sample_not_measured() -> None:
    done = without(EVERYTHING, "sweep", *PAIR, "--mid", "2,3", "--measure", "--format", "csv")
    assert (done.code, done.out.count("\n")) == (0, 4)
    assert done.err.splitlines()[:2] == list(LEFT_OUT)
    assert done.err.count(INSTALL) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("compare", *PAIR, "--insist"),
        ("count", "plain:in=6,out=10", "--counter", "torch"),
        ("count", "plain:in=6,out=10", "--counter", "fvcore"),
        ("count", "net.py:net"),
        ("count", "net.py:net", "--input", "1x3", "--counter", "fvcore"),
    ],
)
def test_who_insists_is_told_in_one_sentence(arguments: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("import torch\nnet = torch.nn.Linear(3, 2)\n", "utf-8")
    done = without(EVERYTHING, *arguments, folder=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert f"torch is not installed; {INSTALL}" in done.err


def test_a_budget_of_a_model_is_told_and_one_of_a_block_holds(tmp_path: Path) -> None:
    (tmp_path / "bottlecalc.toml").write_text(
        '[[budget]]\nname = "a"\nblock = "plain:in=6,out=10"\nmax_params = 700\n'
        '[[budget]]\nname = "b"\nmodel = "net.py:net"\nmax_params = 700\n',
        "utf-8",
    )
    done = without(EVERYTHING, "check", folder=tmp_path)
    assert done.code == 2
    assert f"net.py:net {CANNOT}" in " ".join(done.out.split())
    assert "✓  a " in done.out


@pytest.mark.torch
def test_without_fvcore_torch_counts() -> None:
    done = without(("fvcore",), "compare", *PAIR)
    assert (done.code, done.err) == (0, "")
    assert "closed form = torch, on every layer" in done.out
    remedy = "install it with: python -m pip install fvcore"
    assert f" fvcore was left out: fvcore is not installed; {remedy}\n" in done.out


@pytest.mark.torch
def test_without_fvcore_a_model_is_counted_by_torch(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("import torch\nnet = torch.nn.Linear(3, 2)\n", "utf-8")
    ask = ("count", "net.py:net", "--input", "1x3")
    done = without(("fvcore",), *ask, folder=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert "fvcore was left out: fvcore is not installed; install it with" in done.out
    done = without(("fvcore",), *ask, "--counter", "fvcore", folder=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "Error: net.py:net cannot be counted: fvcore is not installed;"
        " install it with: python -m pip install fvcore\n"
    )


def test_a_training_step_has_the_closed_form_and_no_bytes() -> None:
    done = without(EVERYTHING, "count", "plain:in=6,out=10", "--mode", "train", "--format", "json")
    assert done.code == 0
    step = json.loads(done.out)["training"]
    assert list(step["counters"]) == ["closed_form"]
    assert step["peak_bytes"] is None
    assert step["notes"] == [f"torch was left out: torch is not installed; {INSTALL}"]
