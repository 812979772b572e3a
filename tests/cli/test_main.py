"""The command line as a whole: help, versions, shells, and where its output goes."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import get_args

import pytest

from bottlecalc.cli import COMMANDS
from bottlecalc.cli.compare import Format
from bottlecalc.render.comparison import FORMATS
from bottlecalc.version import __version__
from tests.conftest import Run, run_process

PAIR = ("compare", "--in", "64", "--out", "128")
FAST = (*PAIR, "--no-measure")


def test_version_and_module(run: Run) -> None:
    assert run("--version") == (0, f"bottlecalc {__version__}\n", "")
    assert run_process("--version").out == f"bottlecalc {__version__}\n"


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
def test_help_and_version_have_short_names_everywhere(command: tuple[str, ...], run: Run) -> None:
    assert run(*command, "-h") == run(*command, "--help")
    assert run(*command, "-h").code == 0
    assert run(*command, "-V") == (0, f"bottlecalc {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("sweep", "--in", "3", "--out", "4", "--limit", ""),
            "--limit '' is not allowed; give a whole number of at least 1",
        ),
        (
            ("sweep", "--in", "3", "--out", "4,8", "--plot", "x.svg", "--plot-key", ""),
            "--plot-key has no key ''; the keys are ",
        ),
        (
            ("handout", "--in", "3", "--out", "4", "--to", "", "-o", "x.md"),
            "--to '' is no format; give one of markdown, ",
        ),
    ],
)
def test_an_empty_value_is_none(arguments: tuple[str, ...], sentence: str, run: Run) -> None:
    result = run(*arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"Error: {sentence}")


@pytest.mark.parametrize("command", [(), ("compare",)])
def test_help_has_examples(command: tuple[str, ...], run: Run) -> None:
    result = run(*command, "--help")
    assert result.code == 0
    assert "bottlecalc compare --in 64 --out 128" in result.out
    assert all(len(line) <= 80 for line in result.out.splitlines())


def test_bare_command_shows_its_help(run: Run) -> None:
    result = run()
    assert result.code == 2
    assert "Usage: bottlecalc" in result.out
    assert result.err == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_complete(shell: str) -> None:
    variable = {"_BOTTLECALC_COMPLETE": f"source_{shell}"}
    assert "_BOTTLECALC_COMPLETE" in run_process(**variable).out


def test_completion_of_blocks() -> None:
    result = run_process(
        _BOTTLECALC_COMPLETE="complete_bash",
        COMP_WORDS="bottlecalc compare --block b",
        COMP_CWORD="3",
    )
    assert result.out.split() == ["basic", "bottleneck"]


def test_a_reader_that_stops_early_is_no_error() -> None:
    command = (
        f"{sys.executable} -m bottlecalc {' '.join(FAST)} | head -n 1; echo ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.stdout.splitlines()[1:] == ["0"]
    assert done.stderr == ""


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_one_sentence(unbuffered: str) -> None:
    command = f"{sys.executable} -m bottlecalc {' '.join(FAST)} > /dev/full"
    done = subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
    )
    assert done.returncode == 2
    assert done.stderr == (
        "Error: stdout cannot be written: No space left on device; send it elsewhere\n"
    )


def test_formats_offered_are_the_formats_there_are() -> None:
    assert get_args(Format) == tuple(FORMATS)


def test_only_insist_insists(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from bottlecalc.agreement import ask

    def decline(*_figures: int) -> dict[str, str]:
        return {"fvcore": "it is declined here"}

    monkeypatch.setattr(ask, "decline", decline)
    small = ("compare", "--in", "4", "--out", "8", "--size", "5")
    for asking in ((), ("--measure",)):
        result = run(*small, *asking)
        assert "fvcore was left out: it is declined here" in result.out
    assert "closed form = torch = fvcore" in run(*small, "--insist").out
    assert "closed form = torch = fvcore" in run(*small, "--measure", "--insist").out
    assert run(*small, "--no-measure", "--insist").err == (
        "Error: --insist and --no-measure exclude each other; leave one of the two out\n"
    )


def test_help_in_ascii_and_a_closed_stdout() -> None:
    result = run_process("compare", "--help", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert result.code == 0
    assert "3x3" in result.out
    command = f"{sys.executable} -m bottlecalc {' '.join(FAST)} >&-"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == "Error: stdout is closed; leave it open, or send it to a file\n"
