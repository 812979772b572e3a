"""Texts of others, in arguments and in budgets: nothing that a terminal or a runner obeys."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, example, given, settings

from bottlecalc.cli.check import Format
from tests.conftest import Run, run_process
from tests.render.test_words import COMMAND, TEXTS, is_plain

COMMANDS = ("::error ", "::warning ", "::notice ")
ADD_MASK = "x\n ::add-mask::y\u2028::z\x1b[31m ##[group]\u202e"
SHARED = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
PLACES: list[tuple[str, ...]] = [
    ("{}",),
    ("compare", "--in", "{}", "--out", "8"),
    ("compare", "--block", "plain:in={},out=8"),
    ("compare", "--{}"),
    ("compare", "--in", "4", "--out", "8", "--format", "{}"),
    ("compare", "--in", "4", "--out", "8", "--size", "{}"),
    ("sweep", "--in", "4", "--out", "8", "--where", "{}"),
    ("sweep", "--in", "4", "--out", "8", "--sort", "{}"),
    ("sweep", "--in", "4", "--out", "8", "--output", "missing/{}"),
    ("solve", "--in", "4", "--out", "8", "--max-params", "{}"),
    ("count", "{}"),
    ("count", "missing.py:{}"),
    ("count", "{}.py:Net"),
    ("count", "net:Net", "--arg", "{}"),
    ("count", "net:Net", "--input", "{}"),
    ("check", "{}"),
    ("check", "--config", "missing/{}"),
    ("check", "--baseline", "missing/{}"),
    ("check", "--output", "missing/{}"),
    ("handout", "--check", "missing/{}", "--exercises", "2"),
    ("handout", "--exercises", "2", "--check", "answers.csv", "--points", "{}"),
    ("handout", "--exercises", "2", "--check", "answers.csv", "--encoding", "{}"),
    ("handout", "--exercises", "2", "--check", "answers.csv", "--to", "{}"),
    ("handout", "--seed", "{}"),
    ("handout", "--lang", "{}"),
]
BUDGET = '[[budget]]\nname = {}\nmessage = {}\nblock = "plain:in=4,out=8"\nmax_params = {}\n'


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    write_budget(tmp_path, "a", "b", 1)
    (tmp_path / "answers.csv").write_text("student,1\nAda,5\n", "utf-8")
    return tmp_path


def write_budget(here: Path, name: str, message: str, most: int) -> None:
    text = BUDGET.format(quoted(name), quoted(message), most)
    (here / "bottlecalc.toml").write_text(text, "utf-8")


def quoted(text: str) -> str:
    """A string of TOML."""
    return '"' + "".join(f"\\U{ord(letter):08x}" for letter in text) + '"'


def is_obeyed(text: str) -> bool:
    lines = [line for line in text.split("\n") if not line.startswith(COMMANDS)]
    return any(COMMAND.search(line) for line in lines) or "##[" in text


@pytest.mark.parametrize("place", PLACES, ids=" ".join)
@SHARED
@given(TEXTS)
@example(ADD_MASK)
def test_an_error_is_one_line_that_nobody_obeys(
    place: tuple[str, ...], run: Run, text: str
) -> None:
    result = run(*(part.format(text.replace("\0", "")) for part in place))
    assert is_plain(result.err.removesuffix("\n"))
    assert is_plain(result.out.replace("\n", ""))
    assert not is_obeyed(result.out + result.err)


@pytest.mark.parametrize("format_", get_args(Format))
@pytest.mark.parametrize("most", [1, 10**6])
@SHARED
@given(TEXTS, TEXTS)
@example(ADD_MASK, ADD_MASK)
def test_no_budget_is_obeyed(
    format_: str, most: int, run: Run, here: Path, name: str, message: str
) -> None:
    write_budget(here, name, message, most)
    result = run("check", "--format", format_)
    assert result.code == (0 if most > 1 else 1) or not name.strip()
    assert is_plain((result.out + result.err).replace("\n", ""))
    assert not is_obeyed(result.out + result.err)


def test_commands_of_ours_are_one_a_line(here: Path, run: Run) -> None:
    write_budget(here, ADD_MASK, ADD_MASK, 1)
    written = run("check", "--format", "github").out.splitlines()
    (annotation,) = [line for line in written if line.lstrip().startswith("::")]
    assert annotation.startswith("::error file=bottlecalc.toml,line=1,title=budget x\\n ")


@pytest.mark.parametrize("to", ["csv", "json", "markdown"])
@SHARED
@given(TEXTS, TEXTS)
@example(ADD_MASK, ADD_MASK)
@example("=cmd|'/c calc'!A0", "=cmd|'/c calc'!A0")
def test_no_answer_is_obeyed(to: str, run: Run, here: Path, name: str, answer: str) -> None:
    with (here / "answers.csv").open("w", encoding="utf-8", errors="replace", newline="") as file:
        csv.writer(file).writerows([["student", "1", name], [name, answer], [answer, name]])
    result = run("handout", "--exercises", "2", "--check", "answers.csv", "--to", to)
    assert is_plain((result.out + result.err).replace("\n", ""))
    assert not is_obeyed(result.out + result.err)
    if to == "csv" and result.code == 0:
        cells = [cell for row in csv.reader(io.StringIO(result.out)) for cell in row]
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


MODULES = """
from torch import nn

def build(name):
    kind = type(name, (nn.Linear,), {})
    return nn.ModuleDict({name: kind(3, 3)})

def fail(name):
    raise ValueError("in the first line\\n" + name)
"""


@pytest.mark.parametrize("format_", ["table", "json", "csv", "markdown"])
def test_no_module_is_obeyed(format_: str, here: Path, run: Run) -> None:
    (here / "net.py").write_text(MODULES, "utf-8")
    named = ("--arg", f"name={quoted('=::' + ADD_MASK)}")
    result = run("count", "net.py:build", *named, "--format", format_)
    assert result.code == 0
    assert is_plain(result.out.replace("\n", ""))
    assert not is_obeyed(result.out + result.err)
    if format_ == "json":
        assert json.loads(result.out)["modules"][1]["name"] == f"=::{ADD_MASK}"
    if format_ == "csv":
        assert result.out.splitlines()[2].startswith("'=::x")


def test_no_traceback_is_obeyed(here: Path, run: Run) -> None:
    (here / "net.py").write_text(MODULES, "utf-8")
    named = ("--arg", f"name={quoted(ADD_MASK)}")
    result = run("count", "net.py:fail", *named, "--traceback")
    assert result.code == 2
    assert is_plain(result.err.replace("\n", ""))
    assert r" \x3a:add-mask::y" in result.err
    assert not is_obeyed(result.err)


def test_nor_does_a_summary_of_a_job_draw_anything(here: Path) -> None:
    write_budget(here, "$x^2$ :smile: \u202e", "@team", 1)
    run_process("check", GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY="summary.md")
    summary = (here / "summary.md").read_text("utf-8")
    assert r"<span>$</span>x^2<span>$</span> <span>:</span>smile: \\u202e" in summary
    assert "<span>@</span>team" in summary
