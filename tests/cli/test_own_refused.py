"""Blocks of the user's own: what is wrong with one, or where one is wrong, is one sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.own import GROUPED, write
from tests.conftest import Run


@pytest.fixture(autouse=True)
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path)
    monkeypatch.chdir(tmp_path)


NEEDED = (
    "Error: blocks.py:Grouped has no closed form, which is needed here; torch and fvcore count it:"
    " bottlecalc compare --block blocks.py:Grouped:KEY=VALUE, or bottlecalc count"
    " blocks.py:Grouped --arg KEY=VALUE\n"
)


@pytest.mark.parametrize(
    "arguments",
    [
        ("sweep", "--in", "6", "--out", "8:20:4", "--block", GROUPED),
        ("solve", "--block", GROUPED, "--for", "out", "--max-params", "3k"),
        ("handout", "--block", GROUPED, "--block", "bottleneck:in=6,out=20", "-o", "x.md"),
        ("blocks", "blocks.py:Grouped"),
    ],
    ids=lambda arguments: " ".join(arguments)[:30],
)
def test_what_needs_a_closed_form_says_so(arguments: tuple[str, ...], run: Run) -> None:
    result = run(*arguments)
    assert (result.code, result.out, result.err) == (2, "", NEEDED)


@pytest.mark.parametrize(
    "arguments", [("resnet18", "--block", GROUPED), ("resnet18:block=blocks.py:Grouped",)]
)
def test_a_network_says_so_too(arguments: tuple[str, ...], run: Run) -> None:
    result = run("network", *arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("Error: resnet18:block=blocks.py:Grouped")
    assert result.err.endswith(f"stage1: {NEEDED.removeprefix('Error: ')}")


def test_a_budget_says_so_too(run: Run) -> None:
    text = f'[[budget]]\nname = "own"\nblock = "{GROUPED}"\nmax_params = 1\n'
    Path("bottlecalc.toml").write_text(text, "utf-8")
    result = run("check")
    assert result.code == 2
    assert NEEDED.removeprefix("Error: ") in " ".join(f"{result.out} {result.err}".split()) + "\n"


REFUSED: list[tuple[tuple[str, ...], str]] = [
    (
        ("blocks.py:Grouped:in_channels=6",),
        "blocks.py:Grouped cannot be built: missing a required argument: 'out_channels'; what it"
        " takes is (in_channels, out_channels, stride=1, groups=1, act='relu'): give them as"
        " blocks.py:Grouped:KEY=VALUE,KEY=VALUE\n",
    ),
    (
        ("blocks.py:Grouped:in=6,out_channels=10",),
        "blocks.py:Grouped cannot be built: missing a required argument: 'in_channels'; what it",
    ),
    (
        ("blocks.py:Grouped:out_channels=10",),
        "blocks.py:Grouped:out_channels=10 has no in_channels; give the channels of its input:"
        " blocks.py:Grouped:out_channels=10,in_channels=64\n",
    ),
    (
        ("blocks.py:Unnamed:width=4",),
        "blocks.py:Unnamed takes neither in_channels nor in, by which the channels of its input"
        " are known; name a class or function that takes one of the two\n",
    ),
    (
        ("blocks.py:instance",),
        "blocks.py:instance takes neither in_channels nor in, by which the channels of its input",
    ),
    (
        ("blocks.py:Two:in_channels=0",),
        "in_channels = 0 in blocks.py:Two:in_channels=0 is no number of channels; give a whole"
        " number of at least 1\n",
    ),
    (
        ("blocks.py:text:in_channels=3",),
        "blocks.py:text is a str, not a model; name an nn.Module, or a class or function that",
    ),
    (
        ("blocks.py:Fails:in_channels=3",),
        "in __init__: RuntimeError: no way\n",
    ),
    (
        ("blocks.py:Late:in_channels=3",),
        "blocks.py:Late cannot be run on 1×3×56×56: blocks.py, line 70, in forward: RuntimeError:"
        " too late\n",
    ),
    (("blocks.py:Grouper:in_channels=3",), "blocks.py has no 'Grouper'; the nearest names are"),
    (("none.py:Grouped:in_channels=3",), "there is no file 'none.py'; give package.module:name"),
    (
        ("no.such:Grouped:in_channels=3",),
        "no.such cannot be imported: ModuleNotFoundError: No module named 'no'",
    ),
    (
        ("blocks.py",),
        "'blocks.py' names no block of your own; give FILE.py:NAME or package.module:NAME, and its"
        " arguments: blocks.py:MyBlock:in_channels=64\n",
    ),
    (("blocks.py:in_channels=3",), "'blocks.py:in_channels=3' names no block of your own; give"),
    (
        ("blocks.py:Two:in_channels",),
        "'in_channels' in 'blocks.py:Two:in_channels' is no argument; give key=value\n",
    ),
    (
        ("blocks.py:Two:in_channels=3,in_channels=4",),
        "in_channels is given twice in 'blocks.py:Two:in_channels=3,in_channels=4'; give it once",
    ),
    (
        ("blocks.py:Two:in_channels=3,act=True",),
        "act = 'True' in 'blocks.py:Two:in_channels=3,act=True' is no value; give act=true\n",
    ),
    (
        ("blocks.py:Two:in_channels=3,act=",),
        "act = '' in 'blocks.py:Two:in_channels=3,act=' is no value; give a number, true, false",
    ),
    (
        (GROUPED, "--no-measure"),
        "blocks.py:Grouped has no closed form: it is counted by torch and fvcore alone; leave"
        " --no-measure out, or the block\n",
    ),
    (
        ("blocks.py:Two", "--in", "6 4"),
        "in_channels = '6 4' in 'blocks.py:Two' is no value; give a number, true, false, [1, 2]",
    ),
    (
        (GROUPED, "--in", "3", "--mid", "3", "--block", "plain:out=4"),
        "--mid 3 is given, and no compared block has mid (blocks.py:Grouped, plain); leave it out,"
        " or add a --block that has it\n",
    ),
]


@pytest.mark.parametrize(("arguments", "text"), REFUSED, ids=lambda value: str(value)[:50])
def test_bad_input_gets_one_sentence(arguments: tuple[str, ...], text: str, run: Run) -> None:
    result = run("compare", "--block", *arguments)
    assert (result.code, result.out) == (2, "")
    assert "Traceback" not in result.err
    (sentence,) = re.findall("^Error: .*\n", result.err, re.MULTILINE)
    assert text in sentence
