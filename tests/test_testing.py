"""The pytest face: an assertion that reads like the command line's breach."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

import bottlecalc
from bottlecalc import BlockError, Bottleneck, Plain, TargetError
from bottlecalc.budgets.entry import LIMITS
from bottlecalc.budgets.limits import BudgetError
from bottlecalc.testing import assert_within_budget
from tests import zoo
from tests.conftest import Run

BLOCK = Bottleneck(64, 128)


def test_a_size_may_be_one_number() -> None:
    """231,211,008 MACs at 56 by 56 (CS231n's 73,728 weights, 3,136 times); a quarter at 28."""
    for size in (28, (28, 28)):
        assert_within_budget(Plain(64, 128), size=size, max_macs=(73_728 + 8_192) * 28 * 28)
        with pytest.raises(AssertionError, match="by 1 "):
            assert_within_budget(Plain(64, 128), size=size, max_macs=(73_728 + 8_192) * 28 * 28 - 1)


def test_what_holds_passes() -> None:
    assert_within_budget(BLOCK, size=(56, 56), max_params="25k", max_macs="80M", min_params=1)
    assert_within_budget(zoo.Same(), (1, 3, 7, 5), max_params=140, max_flops=9450)
    assert_within_budget(zoo.Same(), max_params=140)
    assert_within_budget(zoo.Same(), (1, 3, 7, 5), counter="fvcore", max_macs=0)


def test_a_breach_reads_like_the_command_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    with pytest.raises(AssertionError) as error:
        assert_within_budget(BLOCK, max_params=24_000, message="Ask first.")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bottlecalc.toml").write_text(
        f'[[budget]]\nname = "{BLOCK}"\nblock = "{BLOCK}"\nmax_params = 24_000\n'
        'message = "Ask first."\n',
        "utf-8",
    )
    assert str(error.value) in run("check").out
    assert "24,192 parameters exceed max_params = 24,000 by 192 (0.8%)" in str(error.value)


def test_a_models_breach_names_its_input_and_what_weighs_most() -> None:
    with pytest.raises(AssertionError) as error:
        assert_within_budget(zoo.mlp(3, 5, 7), (2, 3), max_macs=99)
    assert str(error.value).splitlines() == [
        "Sequential: 100 MACs exceed max_macs = 99 by 1 (1.0%)",
        "  counted: Sequential on 2×3, by torch",
        "  MACs that weigh most: 1 70 (70.0%), 0 30 (30.0%)",
    ]


SNIPPET = """
from bottlecalc import Bottleneck, solve
from bottlecalc.testing import assert_within_budget

assert_within_budget(Bottleneck(64, 128), size=56, max_params="25k", max_macs=80_000_000)
solve("bottleneck", in_=64, out=128, max_params=20_000)
"""
MYPY = """
[mypy]
strict = True
[mypy-torch.*,numpy.*]
follow_imports = skip
"""


def mypy(folder: Path, code: str) -> str:
    """What mypy says of code that a user writes."""
    (folder / "mypy.ini").write_text(MYPY, "utf-8")
    (folder / "snippet.py").write_text(code, "utf-8")
    root = Path(bottlecalc.__file__).parent.parent
    command = [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "snippet.py"]
    environment = {**os.environ, "MYPYPATH": str(root)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return done.stdout


@pytest.mark.slow
def test_mypy_sees_a_limit_that_there_is_not(tmp_path: Path) -> None:
    assert "no issues found" in mypy(tmp_path, SNIPPET)
    said = mypy(tmp_path, SNIPPET.replace("max_params", "max_param"))
    for function in ("assert_within_budget", "solve"):
        assert f'Argument "max_param" to "{function}" has incompatible type' in said
    assert "Found 2 errors" in said


def test_every_limit_is_in_the_signature() -> None:
    parameters = inspect.signature(assert_within_budget).parameters
    assert {*LIMITS} <= {*parameters}
    for limit in LIMITS:
        keys: Any = {limit: 0}
        with pytest.raises(AssertionError) if limit.startswith("max_") else nullcontext():
            assert_within_budget(zoo.Same(), (1, 3, 7, 5), **keys)


def test_a_spec_is_held_as_its_block() -> None:
    """3·3·3·4 + 3·4 + 2·8 parameters."""
    assert_within_budget("plain:in=3,out=4", max_params=136)
    with pytest.raises(AssertionError, match=r"^plain:in=3,out=4: 136 parameters exceed"):
        assert_within_budget("plain:in=3,out=4", max_params=135)


def test_what_cannot_be_held_is_no_pass() -> None:
    with pytest.raises(AssertionError, match="macs cannot be counted without an input"):
        assert_within_budget(zoo.Same(), max_macs=1)
    with pytest.raises(BudgetError, match=r"^'flops' does not say what is meant"):
        assert_within_budget(zoo.Same(), (1, 3, 7, 5), flops=1)  # type: ignore[arg-type]
    with pytest.raises(BudgetError, match="unknown key 'level'; the keys are max_params, min_par"):
        assert_within_budget(BLOCK, max_params=1, level="warn")  # type: ignore[arg-type]
    with pytest.raises(
        BudgetError, match=r"unknown key 'max_param'.*\(did you mean max_params\?\)"
    ):
        assert_within_budget(BLOCK, max_param=25_000)  # type: ignore[arg-type]
    with pytest.raises(BudgetError, match="max_increase needs a baseline; leave it to bottlecalc"):
        assert_within_budget(BLOCK, max_increase="2%")  # type: ignore[arg-type]
    with pytest.raises(BudgetError, match=r"inputs were given for bottleneck:in=64,out=128, and a"):
        assert_within_budget(BLOCK, (1, 64, 7, 7), max_params=1)
    with pytest.raises(BudgetError, match="'counter' goes with a model, and this has none"):
        assert_within_budget(BLOCK, counter="torch", max_params=1)
    with pytest.raises(BudgetError, match="'size' goes with a block, and this has none"):
        assert_within_budget(zoo.Same(), size=(7, 5), max_params=1)
    with pytest.raises(BudgetError, match=r"size = '7x'; give \[height, width\]"):
        assert_within_budget(BLOCK, size="7x", max_params=1)  # type: ignore[arg-type]
    with pytest.raises(BlockError, match=r"^unknown family 'net'"):
        assert_within_budget("net", max_params=1)
    with pytest.raises(
        BlockError, match=r"^size 7x8 is odd, and plain:in=3,out=4,downsample=true ha"
    ):
        assert_within_budget(Plain(3, 4, downsample=True), size=(7, 8), max_params=1)
    with pytest.raises(BudgetError, match="it limits nothing"):
        assert_within_budget(BLOCK)
    with pytest.raises(TargetError, match="cannot be run on 1×4×7×5"):
        assert_within_budget(zoo.Same(), (1, 4, 7, 5), max_macs=1)
