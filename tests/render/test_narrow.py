"""Terminals of 40 and 60 columns: every number of the wide table, and none of them torn."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.text import Text

from bottlecalc.render.layout import literal_console, printed
from bottlecalc.render.stack import Facts, unbroken
from tests.conftest import run_on_terminal, run_process
from tests.strategies import sampled

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
NUMBER = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?[×%]?|\d+\.\d+[×%]")
PAIR = ("--in", "64", "--out", "128")
BUDGETS = """
[[budget]]
name = "the textbook's bottleneck, as everybody knows it"
block = "bottleneck:in=64,out=128"
max_params = "25k"
max_macs = "80M"

[[budget]]
name = "a-plain-block-which-is-too-large-for-this"
block = "plain:in=64,out=128,stride=2,dilation=3,upsample=true"
max_params = 80_000
max_activations = 802_817
"""

COMMANDS = [
    ("compare", *PAIR, "--no-measure"),
    ("compare", *PAIR, "--no-measure", "--summary", "--stride", "2", "--block", "plain",
     "--block", "bottleneck:mid=16,groups=2,dilation=3", "--block", "basic"),
    ("check", "--config", "budgets.toml"),
    ("solve", *PAIR, "--max-params", "20k", "--max-macs", "60M"),
    ("solve", *PAIR, "--break-even"),
    ("sweep", *PAIR, "--mid", "8,16", "--batch", "3"),
    ("count", "bottleneck:in=64,out=128"),
    ("compare", *PAIR, "--no-measure", "--layers"),
]  # fmt: skip


def lines(columns: int, *arguments: str) -> list[str]:
    shown = ESCAPE.sub("", run_on_terminal(columns, *arguments).out)
    return [line.removesuffix("\r").rpartition("\r")[2] for line in shown.splitlines()]


@pytest.mark.parametrize("columns", sampled([40, 60], 2))
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_no_number_is_torn(
    arguments: tuple[str, ...], columns: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("budgets.toml").write_text(BUDGETS, "utf-8")
    wide, narrow = run_process(*arguments).out, lines(columns, *arguments)
    assert all(len(line) <= columns for line in narrow)
    found = NUMBER.findall("\n".join(narrow))
    assert sorted(found) == sorted(NUMBER.findall(wide))


@pytest.mark.parametrize("columns", sampled([40, 60], 2))
def test_a_tree_of_modules_is_stacked_with_full_names(columns: int) -> None:
    arguments = ("count", "bottleneck:in=64,out=128", "--counter", "torch")
    narrow = lines(columns, *arguments)
    assert " shortcut.conv" in narrow
    assert "   MACs         25,690,112   34.8%" in narrow
    found = NUMBER.findall("\n".join(narrow))
    assert sorted(found) == sorted(NUMBER.findall(run_process(*arguments).out))


def test_a_spec_is_broken_between_its_values() -> None:
    spec = "bottleneck:in=64,out=128,stride=2,dilation=3,mid=1234567"
    broken = unbroken(Text(f"a {spec} b"), 20).plain
    assert broken.replace("\n", "") == f"a {spec} b"
    assert broken.split("\n") == ["a bottleneck:in=64,", "out=128,stride=2,",
                                  "dilation=3,", "mid=1234567 b"]  # fmt: skip
    assert unbroken(Text("short, words"), 8).plain == "short, words"


def test_a_note_that_does_not_fit_stands_below() -> None:
    facts = Facts([("ab", "1,234", "a note"), ("c", "5", "another note"), ("d", "67", "")])

    def shown(width: int) -> list[str]:
        console = literal_console(file=io.StringIO(), width=width, force_terminal=True)
        return ESCAPE.sub("", printed([facts], console)).splitlines()

    assert shown(24) == [" ab  1,234  a note", " c       5  another note", " d      67"]
    assert shown(23) == [" ab  1,234  a note", " c       5", "   another note", " d      67"]
    assert shown(12)[:4] == [" ab  1,234", "   a note", " c       5", "   another"]


def test_a_long_text_does_not_move_the_figures() -> None:
    text = "input_ids=1×128:int64, attention_mask=1×128:int64"
    facts = Facts([("input", text, ""), ("MACs", "1,234", "a note")])
    console = literal_console(file=io.StringIO(), width=80, force_terminal=True)
    assert ESCAPE.sub("", printed([facts], console)).splitlines() == [
        f" input  {text}", " MACs   1,234  a note",
    ]  # fmt: skip
