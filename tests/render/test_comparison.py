"""What people read: golden outputs, and a table that adds up when it is read back."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from itertools import cycle

import pytest

from bottlecalc import count, parse
from bottlecalc.render.words import ascii_only
from bottlecalc.text.numbers import change, percent, ratio
from tests.awkward import GRID, Case
from tests.conftest import Run, run_on_terminal, run_process

FAST = ("compare", "--in", "64", "--out", "128", "--no-measure")
AWKWARD = (
    *("compare", "--in", "6", "--out", "20", "--mid", "10", "--groups", "5", "--stride", "3"),
    *("--dilation", "3", "--upsample", "--size", "9x7", "--batch", "2", "--no-measure"),
)
DOWN = (
    *("compare", "--in", "9", "--out", "9", "--downsample", "--size", "8x6", "--no-measure"),
    *("--block", "basic", "--block", "plain", "--block", "bottleneck:mid=4"),
)
FULL = ("compare", "--in", "64", "--out", "128")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("textbook.txt", FAST),
        ("awkward.txt", AWKWARD),
        ("downsample.txt", DOWN),
        ("textbook.csv", (*FAST, "--format", "csv")),
        ("awkward.md", (*AWKWARD, "--format", "markdown")),
    ],
)
def test_golden(
    name: str, arguments: tuple[str, ...], run: Run, golden: Callable[[str, str], None]
) -> None:
    result = run(*arguments)
    assert result.code == 0
    golden(name, result.out)


def test_golden_in_ascii(golden: Callable[[str, str], None]) -> None:
    result = run_process(*AWKWARD, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert result.code == 0
    assert result.out.isascii()
    golden("awkward-ascii.txt", result.out)


Numbers = dict[str, tuple[int, int]]


def tables(text: str) -> list[Numbers]:
    """Read the layer tables back: parameters and MACs by what stands in the first column."""
    found: list[Numbers] = []
    for line in text.splitlines():
        name, *cells = re.split(r" {2,}", line.strip())
        if name == "layer":
            found.append({})
        elif re.match(r"(conv\d|bn\d|se\.|shortcut\.|upsample)", name) and len(cells) > 1:
            found[-1][name] = (integer(cells[1]), integer(cells[3]) if len(cells) > 2 else 0)
        elif name.startswith("total, "):
            found[-1][name] = (integer(cells[0]), integer(cells[1]))
    return found


def integer(text: str) -> int:
    return int(text.replace(",", ""))


def check_sums(text: str) -> None:
    for table in tables(text):
        layers = {name: row for name, row in table.items() if not name.startswith("total")}
        main = [row for name, row in layers.items() if name.startswith("conv")]
        for column in (0, 1):
            assert sum(row[column] for row in layers.values()) == table["total, block"][column]
            assert sum(row[column] for row in main) == table["total, main"][column]
        assert table["total, convs"][1] == table["total, block"][1]


@pytest.mark.parametrize("case", GRID[:: len(GRID) // 40], ids=str)
def test_the_printed_rows_sum_to_the_printed_totals(case: Case, run: Run) -> None:
    height, width = case.size
    arguments = ("--size", f"{height}x{width}", "--batch", str(case.batch), "--no-measure")
    result = run("compare", "--block", str(case.block), *arguments)
    assert len(tables(result.out)) == 1
    check_sums(result.out)
    for product, parameters in re.findall(r"^ \S+ +(\d+·\S+(?: \+ \d+)?) +(\S+)", result.out, re.M):
        assert eval(product.replace("·", "*")) == integer(parameters)


def test_reading_back_can_fail(run: Run) -> None:
    text = run(*FAST).out
    check_sums(text)
    for wrong in (text.replace("9,216", "9,217"), text.replace("12,845,056", "12,845,055")):
        assert wrong != text
        with pytest.raises(AssertionError):
            check_sums(wrong)


@pytest.mark.parametrize("columns", [80, 120])
def test_a_terminal_of_usual_width_gets_what_a_pipe_gets(columns: int, run: Run) -> None:
    shown = ESCAPE.sub("", run_on_terminal(columns, *FAST).out)
    lines = [line.rstrip() for line in shown.splitlines()]
    assert lines == run(*FAST).out.splitlines()
    assert max(map(len, lines)) <= 80


def test_a_narrow_terminal_loses_nothing() -> None:
    shown = ESCAPE.sub("", run_on_terminal(40, *FAST).out)
    assert "…" not in shown
    numbers = re.findall(r"\d{1,3}(?:,\d{3})+", run_process(*FAST).out)
    assert re.findall(r"\d{1,3}(?:,\d{3})+", shown) == numbers


def test_colour_on_a_terminal_and_only_there(run: Run) -> None:
    assert "\x1b[1;36m" in run_on_terminal(80, *FAST).out
    assert "\x1b" not in run(*FAST).out
    assert "\x1b" not in run_on_terminal(80, *FAST, TERM="dumb").out
    assert not re.search(r"\x1b\[[\d;]*3\dm", run_on_terminal(80, *FAST, NO_COLOR="1").out)
    forced = run_process(*FAST, FORCE_COLOR="1").out
    assert "\x1b[1;36m" in forced
    lines = [line.rstrip() for line in ESCAPE.sub("", forced).splitlines()]
    assert lines == run(*FAST).out.splitlines()


@pytest.mark.torch
def test_the_spinner_is_for_terminals_and_leaves_no_trace() -> None:
    shown = run_on_terminal(80, *FULL).out
    assert "loading torch and fvcore" in shown
    assert "measuring bottleneck:in=64,out=128" in shown
    assert "loading" not in run_on_terminal(80, *FULL, TERM="dumb").out
    piped = run_process(*FULL)
    assert "loading" not in piped.out
    assert piped.err == ""


def test_wide_content_is_complete_when_piped(run: Run) -> None:
    huge = 10**60
    result = run("compare", "--in", str(huge), "--out", "128", "--no-measure")
    assert f"{9 * huge * 128:,}" in result.out
    assert "…" not in result.out


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(24, 5), "4.80×"),
        (Fraction(1, 2), "0.50×"),
        (Fraction(1, 3000), "0.000333×"),
        (Fraction(12345678, 10), "1,234,568×"),
        (Fraction(10**400, 1), f"{10**400:,}×"),
        (Fraction(1, 10**400), "0×"),
    ],
)
def test_ratios(value: Fraction, text: str) -> None:
    assert ratio(value) == text


def test_ascii_for_what_has_no_translation() -> None:
    assert ascii_only("64 ─3×3→ 128, 瓶") == "64 -3x3-> 128, \\u74f6"


def test_the_formula_is_the_number() -> None:
    for case, batch in zip(GRID[::7], cycle((1, 3)), strict=False):
        for row in count(parse(str(case.block)), case.size, batch).layers:
            product = eval(row.formula.replace("·", "*") or "0")
            assert product == row.params
            positions = eval("*".join(map(str, row.positions)) or "0")
            assert row.weights * positions == row.macs


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (-116, 20_000, "-0.58%"),
        (1, 3, "+33.33%"),
        (0, 7, "+0.00%"),
        (10**400, 10**398, "+10000.00%"),
    ],
)
def test_changes(part: int, whole: int, text: str) -> None:
    assert change(part, whole) == text


def test_shares() -> None:
    assert percent(24_192, 25_000) == "96.8%"
    assert percent(1, 0) == "–"
