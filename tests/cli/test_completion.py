"""What shells complete, and how they are told to; silent where something is wrong, and at once."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import MISSING
from pathlib import Path
from typing import Any

import pytest

from bottlecalc import FAMILIES, Bottleneck
from bottlecalc.blocks.spec import keys, numbers
from bottlecalc.cli import completion
from bottlecalc.explore.sweep import sweep
from tests.conftest import Run, run_process

BUDGETS = """
[[budget]]
name = "the stem's"
block = "plain:in=3,out=4"
max_params = 1

[[budget]]
name = "head"
block = "plain:in=3,out=4"
max_params = "25K"
"""


def completed(words: str, place: int) -> list[str]:
    """What bash is given for the word at that place."""
    asked = {"COMP_WORDS": f"bottlecalc {words}", "COMP_CWORD": str(place)}
    result = run_process(_BOTTLECALC_COMPLETE="complete_bash", **asked)
    assert (result.code, result.err) == (0, "")
    return result.out.split("\n")[:-1] if result.out.strip() else []


@pytest.mark.parametrize(
    ("words", "place", "found"),
    [
        ("compare --block b", 3, ["basic", "bottleneck"]),
        ("solve --block pl", 3, ["plain"]),
        ("blocks b", 2, ["basic", "bottleneck"]),
        ("sweep --sort activ", 3, ["activations"]),
        ("sweep --sort params", 3, ["params", "params_main", "params_convs", "params_block"]),
        ("sweep --pareto macs,ratio_p", 3, ["macs,ratio_params_block"]),
        ("sweep --pareto macs,-mi", 3, ["macs,-mid"]),
        ("sweep --where mi", 3, ["mid"]),
        ("sweep --plot-key macs", 3, ["macs_main", "macs_block"]),
        ("check --config nowhere.toml ", 4, []),
        ("explain --tool ptflops-p", 3, ["ptflops-pytorch"]),
        ("explain --tool thop", 3, ["thop", "thop-2020", "thop-2019"]),
        ("explain bottl", 2, ["bottleneck"]),
        ("explain resnet34", 2, ["resnet34"]),
    ],
)
def test_keys_complete(words: str, place: int, found: list[str]) -> None:
    assert completed(words, place) == found


def test_what_completes_is_what_there_is() -> None:
    for key in completion.columns():
        family = next((one for one in FAMILIES.values() if key in numbers(one)), Bottleneck)
        required = (name for name, one in keys(family).items() if one.default is MISSING)
        needed: dict[str, Any] = dict.fromkeys(required, 4)
        sweep(family, **needed, sort=key, where=f"{key}>=1", pareto=f"-{key}")
    assert set(completion.families()) == set(FAMILIES)


def test_budgets_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert completed("check ", 2) == []
    (tmp_path / "bottlecalc.toml").write_text(BUDGETS, "utf-8")
    assert completed("check ", 2) == ["'the stem'\"'\"'s'", "head"]
    assert completed("check h", 2) == ["head"]
    (tmp_path / "bottlecalc.toml").rename(tmp_path / "other.toml")
    assert completed("check h", 2) == []
    assert completed("check --config other.toml h", 4) == ["head"]
    (tmp_path / "other.toml").write_text("[[budget", "utf-8")
    assert completed("check --config other.toml h", 4) == []


def test_completion_loads_nothing_heavy() -> None:
    code = (
        "import sys; from bottlecalc.cli import main\n"
        "try: main()\n"
        "except SystemExit: print({'torch', 'numpy', 'sympy'} & set(sys.modules))"
    )
    for words, place in (("sweep --sort p", "3"), ("check ", "2")):
        asked = {"COMP_WORDS": f"bottlecalc {words}", "COMP_CWORD": place}
        environment = {**os.environ, "_BOTTLECALC_COMPLETE": "complete_bash", **asked}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True
        )
        assert done.stdout.splitlines()[-1] == "set()"


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_shell_that_is_named_is_the_one_that_completes(shell: str, tmp_path: Path) -> None:
    result = run_process("--install-completion", shell, HOME=str(tmp_path))
    assert result.code == 0
    assert f"{shell} completion installed in {tmp_path}" in result.out
    (script,) = (path for path in tmp_path.rglob("*bottlecalc*") if path.is_file())
    assert f"complete_{shell}" in script.read_text("utf-8")
    assert f"complete_{shell}" in run_process(f"--show-completion={shell}").out


def test_no_shell_of_that_name(tmp_path: Path) -> None:
    result = run_process("--install-completion", "tcsh", HOME=str(tmp_path))
    assert (result.code, result.out) == (2, "")
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish', 'powershell', 'pwsh'" in result.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (
            {"_BOTTLECALC_COMPLETE": "nonsense"},
            "_BOTTLECALC_COMPLETE = 'nonsense' is no request for completion; unset it, or let it"
            " be source_SHELL or complete_SHELL, with one of bash, zsh, fish, powershell, pwsh",
        ),
        (
            {"_BOTTLECALC_COMPLETE": "complete_bash", "COMP_WORDS": "bottlecalc ",
             "COMP_CWORD": "x"},
            "_BOTTLECALC_COMPLETE is set without COMP_WORDS, or without a number in COMP_CWORD;"
            " unset it",
        ),
    ],
)  # fmt: skip
def test_a_request_that_no_shell_makes(
    request_: dict[str, str], sentence: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in request_.items():
        monkeypatch.setenv(name, value)
    assert run("--version") == (2, "", f"Error: {sentence}\n")
