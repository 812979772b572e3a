"""What ``bottlecalc check`` prints: on any terminal, in any encoding, whatever things are named."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt

from bottlecalc.budgets.check import check
from bottlecalc.budgets.file import read
from bottlecalc.cli.check import Format
from tests.conftest import Run, run_on_terminal, run_process
from tests.strategies import sampled

BREACH = """\
[[budget]]
name = {name}
block = "bottleneck:in=64,out=128"
max_params = 1
max_macs = "80M"
message = "Nachgefragt: 64×56 ü"
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    return tmp_path


def write_named(here: Path, *names: str) -> None:
    text = "".join(BREACH.format(name=name) for name in names)
    (here / "bottlecalc.toml").write_text(text, "utf-8")


@pytest.mark.parametrize("columns", [30, 40, 50, 80])
def test_no_number_is_broken_on_any_terminal(columns: int, here: Path) -> None:
    """640·320 + 9·320² + 320·1280 + 640·1280 weights, two for each of 3,200 channels; at 56²."""
    block = '[[budget]]\nname = "wide"\nblock = "bottleneck:in=640,out=1280"\n'
    limits = (f'max_{name} = "900T"\n' for name in ("params", "macs", "flops", "activations"))
    (here / "bottlecalc.toml").write_text(block + "".join(limits), "utf-8")
    screen = run_on_terminal(columns, "check", NO_COLOR="1").out
    for number in ("2,361,600", "7,385,907,200", "14,771,814,400", "900,000,000,000,000"):
        assert re.search(rf"(?<![\d,]){number}(?![\d,])", screen), (number, screen)
    for word in ("parameters", "activations", "value", "limit", "wide"):
        assert word in screen


@pytest.mark.parametrize("columns", sampled([30, 40, 60, 80], 4))
def test_nor_in_a_model(columns: int) -> None:
    """(640·3200 + 9·3200² + 3200·12800 + 640·12800) weights, at 64·224² positions."""
    block = ("bottleneck:in=640,out=12800", "--input", "64x640x224x224", "--counter", "torch")
    screen = run_on_terminal(columns, "count", *block, "--depth", "1", NO_COLOR="1").out
    for text in ("(all)", "conv1", "activations", "100.0%"):
        assert text in screen
    assert re.search(r"(?<![\d,])460,366,807,040,000(?![\d,])", screen)


def test_a_model_of_usual_size_fits_a_terminal() -> None:
    """Where all columns do not, the types of modules are left out."""
    block = ("count", "bottleneck:in=64,out=128", "--counter", "torch", "--depth", "1")
    narrow, wide = (run_on_terminal(columns, *block).out for columns in (80, 120))
    assert "BottleneckBlock" not in narrow
    assert "BottleneckBlock" in wide
    for columns, screen in ((80, narrow), (120, wide)):
        plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", screen).split("\n")
        assert max(len(line) for line in plain if "\r" not in line) <= columns


def test_a_breach_is_wrapped_beside_its_mark(here: Path) -> None:
    write_named(here, '"a"')
    screen = run_on_terminal(50, "check").out
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", screen)
    told = plain.partition("✗ a:")[2].partition("1 budget")[0].rstrip().split("\n")[1:]
    assert len(told) > 3
    assert all(line.startswith("  ") for line in told if line)


def test_a_report_prints_as_a_table_that_is_whole_and_plain(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As ``print(report)`` shows it, whatever the environment says of terminals."""
    write_named(here, '"a"')
    for name, value in {"FORCE_COLOR": "1", "COLUMNS": "30"}.items():
        monkeypatch.setenv(name, value)
    text = str(check(read((here / "bottlecalc.toml").read_text("utf-8"), "bottlecalc.toml")))
    assert "\x1b" not in text
    assert "1×64×56×56  MACs        73,859,072  ≤ 80,000,000" in text


def test_a_table_in_a_file_is_whole_and_plain(here: Path) -> None:
    write_named(here, '"a"')
    arguments = ("check", "--format", "table", "--output", "report.txt")
    run_on_terminal(30, *arguments, FORCE_COLOR="1")
    text = (here / "report.txt").read_text("utf-8")
    assert "\x1b" not in text
    assert "1×64×56×56  MACs        73,859,072  ≤ 80,000,000" in text


HOSTILE = [
    "# head",
    "1. one",
    "- dash",
    "+ plus",
    "~~~fence",
    "~~x~~",
    "&copy;",
    "a|b",
    "<b>",
    "*x*",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_no_markup(name: str, here: Path, run: Run) -> None:
    write_named(here, json.dumps(name))
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    html = markdown.render(run("check", "--format", "markdown").out)
    text = unescape(re.sub("<[^>]*>", "", html))
    assert text.count(f"{name}: 24,192 parameters exceed") == 1
    assert not re.search("<(h1|ol|pre|s|em|b|code)>", html)
    assert html.count("<ul>") == 1


MODULES = """
from torch import nn

class Net(nn.Module):
    def __init__(self, name):
        super().__init__()
        self.d = nn.ModuleDict({name: nn.Linear(3, 3)})

    def forward(self, x):
        for module in self.d.values():
            x = module(x)
        return x
"""


@pytest.mark.parametrize("name", ["[red]", "[/bold]", ":smile:", "a|b", "`t`", "x\ny", "a\x1b[2Jb"])
def test_names_of_modules_are_no_markup(name: str, here: Path, run: Run) -> None:
    (here / "net.py").write_text(MODULES, "utf-8")
    arguments = ("net.py:Net", "--arg", f"name={json.dumps(name)}", "--input", "1x3")
    table = run("count", *arguments, "--counter", "torch")
    assert table.code == 0
    spelled = name.encode("unicode_escape").decode()
    assert f"  {spelled}  " in table.out
    text = run("count", *arguments, "--counter", "torch", "--format", "markdown").out
    html = MarkdownIt("commonmark").enable("table").render(text)
    rows = re.findall(r"<tr>\s*(.*?)</tr>", html, re.DOTALL)
    assert {row.count("</t") for row in rows} == {8}
    assert any(f"d.{spelled}" in unescape(row) for row in rows)


def test_control_characters_are_spelled_out(here: Path, run: Run) -> None:
    write_named(here, r'"a\u001b[2Jb\u0000"')
    for format_ in ("table", "markdown", "github", "junit", "sarif"):
        text = run("check", "--format", format_).out
        assert "\x1b" not in text
        assert "\\u001b" not in text
        assert "x1b" in text


def test_rules_have_names_of_their_own(here: Path, run: Run) -> None:
    write_named(here, r'"a\nb"', r"'a\nb'")
    (sarif,) = json.loads(run("check", "--format", "sarif").out)["runs"]
    assert len({rule["id"] for rule in sarif["tool"]["driver"]["rules"]}) == 2


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "cp1252", "ascii"])
def test_junit_reads_the_same_in_every_encoding(encoding: str, here: Path) -> None:
    write_named(here, '"a"')
    text = run_process("check", "--format", "junit", PYTHONIOENCODING=encoding).out
    failure = ElementTree.fromstring(text).find(".//failure")
    assert failure is not None
    assert "Nachgefragt: 64×56 ü" in str(failure.text)


@pytest.mark.parametrize("format_", [one for one in get_args(Format) if one != "badge"])
def test_what_has_no_bytes_is_spelled_out(
    format_: str, here: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lone surrogate, in an error of the user's."""
    (here / "net.py").write_text('def f(): raise ValueError("bad \\udc80 byte")\n', "utf-8")
    budget = '[[budget]]\nname = "a"\nmodel = "net.py:f"\nmax_params = 1\n'
    (here / "bottlecalc.toml").write_text(budget, "utf-8")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "s.md")
    assert run("check", "--format", format_, "--output", "o.txt").code == 2
    written = [(here / name).read_text("utf-8") for name in ("o.txt", "s.md")]
    assert all("udc80" in text or "&#56448;" in text for text in written)


def test_tracebacks_are_the_users_own_and_only_where_asked_for(here: Path, run: Run) -> None:
    """Of every budget that their code kept from being checked, on stderr."""
    (here / "net.py").write_text("def f(what):\n    raise ValueError(what)\n", "utf-8")
    entry = '[[budget]]\nname = "{0}"\nmodel = "net.py:f"\nargs.what = "{0}"\nmax_params = 1\n'
    (here / "bottlecalc.toml").write_text(entry.format("one") + entry.format("two"), "utf-8")
    assert run("check").err == ""
    err = run("check", "--traceback").err
    lines = [line.strip() for line in err.splitlines()]
    assert [line for line in lines if not line.startswith("File")] == [
        *("raise ValueError(what)", "ValueError: one"),
        *("raise ValueError(what)", "ValueError: two"),
    ]
    assert "bottlecalc/" not in err


GUEST = r"""
import atexit, ctypes, os, sys
from torch import nn

atexit.register(print, "at exit")

class Net(nn.Module):
    def forward(self, x):
        print("to the real stdout", file=sys.__stdout__)
        ctypes.CDLL(None).printf(b"from C\n")
        os.chdir("/")
        return x
"""


@pytest.mark.parametrize("command", ["check", "count"])
def test_whatever_a_model_prints_goes_to_stderr(command: str, here: Path) -> None:
    """As users run it: the command itself, its output buffered."""
    (here / "net.py").write_text(GUEST, "utf-8")
    entry = '[[budget]]\nname = "{}"\nmodel = "net.py:Net"\ninput = [1, 3]\nmax_macs = 0\n'
    (here / "bottlecalc.toml").write_text(entry.format(1) + entry.format(2), "utf-8")
    options = {"check": ["--output", "x.json"], "count": ["net.py:Net", "--input", "1x3"]}[command]
    script = str(Path(sys.executable).parent / "bottlecalc")
    buffered = {key: text for key, text in os.environ.items() if key != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        [script, command, *options, "--format", "json"],
        capture_output=True,
        text=True,
        env=buffered,
    )
    assert done.returncode == 0, done.stderr
    for text in ("to the real stdout", "from C"):
        assert text not in done.stdout
        assert text in done.stderr
    assert "at exit" not in done.stdout
    json.loads(done.stdout if command == "count" else (here / "x.json").read_text("utf-8"))
