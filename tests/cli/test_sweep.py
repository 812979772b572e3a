"""``bottlecalc sweep``: every format, what it draws, whole files, everything that is refused."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bottlecalc.blocks.families import FAMILIES
from bottlecalc.formulas import residual, vocabulary
from tests.conftest import Run, run_on_terminal

FAST = ("sweep", "--in", "64", "--out", "128")

REFUSED = [
    (
        ("--mid", "8:128:"),
        "--mid '8:128:' is no list or range; give 16,32,64, 8:128:8 (both ends included)"
        " or 64:1024:*2",
    ),
    (
        ("--mid", "128:8"),
        "--mid '128:8' is no range that goes up; give whole numbers of at least 1, or a",
    ),
    (
        ("--block", "inverted", "--set", "expand=4:2"),
        "--set expand '4:2' is no range that goes up; give whole numbers",
    ),
    (
        ("--block", "regnet"),
        "regnet has no group_width; give --set group_width=N, or group_width=N in the spec",
    ),
    (
        ("--where", "weight<=3"),
        "--where has no key 'weight'; the keys are params, macs, flops, batch,",
    ),
    (
        ("--where", "params=3"),
        "--where 'params=3' is no condition; give a key, one of <= >= == < >, and a number,"
        " such as 'params<=20k'",
    ),
    (
        ("--where", "params<=20x"),
        "--where 'params<=20x': '20x' has the unknown unit 'x'; the units are k (10³), M (10⁶)",
    ),
    (("--sort", "cost"), "--sort has no key 'cost'; the keys are"),
    (("--pareto", "params,cost"), "--pareto has no key 'cost'; the keys are"),
    (("--limit", "0"), "--limit '0' is not allowed; give a whole number of at least 1"),
    (
        ("--mid", "1:200000000", "--block", "bottleneck"),
        "the grid has 200,000,000 designs, more than 100,000,000; give --yes to sweep them all"
        " the same, or fewer values",
    ),
    (
        ("--groups", "2", "--block", "plain"),
        "--groups is given, and no swept block has groups (plain); leave it out, or add a --block"
        " that has it",
    ),
    (
        ("--mid", "5,7", "--groups", "3", "--block", "bottleneck"),
        "none of the 2 designs is allowed: groups = 3 does not divide mid = 5 in"
        " bottleneck:in=64,out=128,mid=5,groups=3; give groups that divide mid, or another mid",
    ),
    (
        ("--block", "zebra"),
        f"unknown family 'zebra'; the families are {', '.join(FAMILIES)}",
    ),
    (
        ("--output", "/missing/folder/designs.csv"),
        "/missing/folder/designs.csv cannot be written: No such file or directory; give another",
    ),
    (
        ("--plot", "figure.gif", "--mid", "8,16"),
        "--plot 'figure.gif' is no figure; end it in .svg, .png or .pdf, or give -",
    ),
    (
        ("--plot", "figure.svg", "--mid", "8,16", "--size", "7,14"),
        "--plot draws one swept quantity, and mid and size are swept; give one of the options more"
        " than one value, and the others one",
    ),
]


@pytest.mark.parametrize(("arguments", "text"), REFUSED)
def test_bad_input_gets_one_sentence(
    arguments: tuple[str, ...], text: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*FAST, *arguments)
    assert result.code == 2
    assert result.out == ""
    assert result.err.startswith(f"Error: {text}")
    assert result.err.count("\n") == 1
    assert os.listdir(tmp_path) == []


def test_channels_must_be_said(run: Run) -> None:
    result = run("sweep", "--in", "64")
    assert (result.code, result.err) == (
        2, "Error: plain has no out; give --out N, or out=N in the spec\n"
    )  # fmt: skip


def test_what_is_skipped_is_counted(run: Run) -> None:
    result = run(*FAST, "--mid", "8:12", "--groups", "4", "--format", "csv")
    assert result.code == 0
    assert len(result.out.splitlines()) == 1 + 1 + 2
    assert result.err == (
        "3 designs are not allowed and were skipped; the first: groups = 4 does not divide mid = 9"
        " in bottleneck:in=64,out=128,mid=9,groups=4; give groups that divide mid, or another mid\n"
    )


def test_one_design_is_spoken_of_as_one(run: Run) -> None:
    result = run(*FAST, "--mid", "8,9", "--groups", "4", "--format", "csv")
    assert result.err == (
        "1 design is not allowed, and skipped: groups = 4 does not divide mid = 9"
        " in bottleneck:in=64,out=128,mid=9,groups=4; give groups that divide mid, or another mid\n"
    )
    none = run("sweep", "--in", "64", "--out", "128", "--block", "bottleneck", "--mid", "8,9",
               "--groups", "5")  # fmt: skip
    assert none.err.startswith("Error: none of the 2 designs is allowed: groups = 5 does not div")


def test_formats_say_the_same(run: Run) -> None:
    arguments = (*FAST, "--mid", "16,32", "--size", "14,28x7", "--batch", "2")
    rows = list(csv.DictReader(io.StringIO(run(*arguments, "--format", "csv").out)))
    document = json.loads(run(*arguments, "--format", "json").out)
    assert document["schema"] == "bottlecalc.sweep/1"
    assert len(rows) == len(document["designs"]) == 6
    for row, item in zip(rows, document["designs"], strict=True):
        assert row["spec"] == item["spec"]
        assert [int(row["height"]), int(row["width"])] == item["size"]
        assert int(row["params_convs"]) == item["params"]["convs"]
        assert int(row["flops_main"]) == item["flops"]["main"] == 2 * item["macs"]["main"]
        assert float(row["ratio_params_block"]) == item["ratios"]["params"]["block"]
    markdown = run(*arguments, "--format", "markdown").out
    assert markdown.count("\n|") == 2 + 6
    table = run(*arguments).out
    for row in rows:
        for text in (markdown, table):
            assert f"{int(row['macs_block']):,}" in text


def test_golden_table(run: Run, golden: Any) -> None:
    golden("sweep.txt", run(*FAST, "--mid", "16,32,64,80,81").out)
    golden("sweep.md", run(*FAST, "--mid", "16,80", "--format", "markdown").out)


def test_a_sweep_is_sorted_cut_and_fronted(run: Run) -> None:
    arguments = (*FAST, "--block", "bottleneck", "--mid", "8:64:8", "--format", "csv")
    result = run(*arguments, "--sort", "-params", "--limit", "2")
    assert [line.split('"')[1].rpartition("=")[2] for line in result.out.splitlines()[1:]] == [
        "64",
        "56",
    ]
    front = run(*arguments, "--pareto", "params,macs").out.splitlines()
    assert len(front) == 2
    assert "mid=8" in front[1]


def test_a_file_is_written_whole(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "designs.csv"
    result = run(*FAST, "--mid", "8:128:8", "--format", "csv", "--output", str(path))
    assert (result.code, result.out, result.err) == (0, "", "")
    assert path.read_text() == run(*FAST, "--mid", "8:128:8", "--format", "csv").out
    assert os.listdir(tmp_path) == ["designs.csv"]


def test_an_interrupted_sweep_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "designs.csv"
    path.write_text("kept")
    command = [
        *(sys.executable, "-m", "bottlecalc", *FAST, "--mid", "1:90000000"),
        *("--format", "csv", "--output", str(path)),
    ]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while len(os.listdir(tmp_path)) < 2:
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    assert os.listdir(tmp_path) == ["designs.csv"]
    assert path.read_text() == "kept"


def test_a_random_sample_is_measured(run: Run) -> None:
    arguments = (*FAST, "--mid", "8:128:8", "--size", "7,5x3", "--measure", "--sample", "5")
    result = run(*arguments, "--format", "csv")
    assert result.code == 0
    assert result.err.startswith("5 of 5 designs drawn at random (seed 0) agree with torch ")
    assert run(*arguments, "--format", "csv") == result


def test_a_sample_that_disagrees_is_seen(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    pointwise = vocabulary.pointwise

    def wrong(name: str, x: Any, out: int) -> Any:
        return pointwise(name, (x[0], x[1] + (name == "conv3"), *x[2:]), out)

    monkeypatch.setattr(residual, "pointwise", wrong)
    arguments = ("--block", "bottleneck", "--mid", "8,16", "--size", "7", "--measure")
    result = run(*FAST, *arguments, "--format", "csv")
    assert result.code == 1
    assert "conv3: MACs by closed form" in result.err
    assert "0 of 2 designs drawn at random (seed 0) agree" in result.err


def test_a_grid_without_end_is_refused_before_it_is_laid_out(run: Run) -> None:
    for text, sentence in (
        ("1:99999999999", "give --yes to sweep them all the same"),
        ("1:1000000000000000000000000000000", "has more values than can be counted; give fewer"),
        ("1:1000000000,5", "lists more than 1,000,000 values; give one range alone"),
    ):
        result = run("sweep", "--in", text, "--out", "7:99999999999", "--block", "plain")
        assert (result.code, result.out) == (2, "")
        assert sentence in result.err


def test_yes_sweeps_a_grid_of_any_length(run: Run) -> None:
    arguments = (*FAST, "--block", "bottleneck", "--mid", "1:200000000", "--limit", "1")
    assert run(*arguments).code == 2
    assert run(*arguments, "--yes", "--format", "csv").out.count("\n") == 2


def test_defaults_meet_conditions_as_what_they_are(run: Run) -> None:
    arguments = (*FAST, "--block", "bottleneck", "--format", "csv")
    assert run(*arguments, "--where", "mid>=33").out.count("\n") == 1
    assert run(*arguments, "--where", "mid>=32").out.count("\n") == 2
    assert run(*arguments, "--where", "stride>1").out.count("\n") == 1
    assert run(*arguments, "--where", "stride>1").err == "No design meets the conditions.\n"


def test_conditions_on_ratios_may_have_decimals(run: Run) -> None:
    result = run(
        *FAST, "--mid", "16,32,64", "--where", "ratio_params_block>=3.4", "--format", "csv"
    )
    assert result.out.count("\n") == 3


def test_a_missing_ratio_comes_last_either_way(run: Run) -> None:
    arguments = ("sweep", "--in", "6", "--out", "8", "--mid", "2,4", "--format", "csv")
    blocks = ("--block", "bottleneck", "--block", "plain")
    for order in ("ratio_params_block", "-ratio_params_block"):
        last = run(*arguments, *blocks, "--sort", order).out.splitlines()[-1]
        assert last.startswith('"plain:')


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--sample", "3"), "--sample says nothing without --measure; give both or none"),
        (("--plot-key", "macs"), "--plot-key says nothing without --plot; give both or none"),
        (("--measure", "--seed", "x"), "--seed 'x' is no seed; give a whole number"),
        (("--sort", ""), "--sort has no key ''; the keys are"),
        (("--mid", "8,16", "--plot", ""), "--plot '' is no figure"),
        (("--mid", "8,16", "--plot", "a.svg", "--plot-key", "batch"), "--plot-key has no key 'bat"),
        (("--size", "7x5,9", "--plot", "a.svg"), "--plot draws square sizes; give --size such as"),
        (("--mid", "8,16", "--plot", "a.svg", "--where", "params<=1"), "no design meets the cond"),
        (("--output", ""), "'.' is no file; give the path of one"),
    ],
)
def test_more_bad_input(
    arguments: tuple[str, ...], sentence: str, run: Run, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*FAST, *arguments)
    assert result.code == 2
    assert sentence in result.err
    assert os.listdir(tmp_path) == []


def test_a_file_is_as_wide_as_need_be_also_from_a_terminal(tmp_path: Path) -> None:
    path = tmp_path / "designs.txt"
    arguments = (*FAST, "--mid", "16,32", "--output", str(path))
    run_on_terminal(80, *arguments)
    text = path.read_text("utf-8")
    assert "\x1b" not in text
    assert " bottleneck mid=16  56×56" in text


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_no_number_is_broken_on_a_terminal(columns: int) -> None:
    shown = run_on_terminal(columns, *FAST, "--mid", "16,32", NO_COLOR="1").out
    for number in ("73,728", "81,920", "82,432", "256,901,120", "513,802,240", "802,816", "1.00×"):
        assert number in shown
    if columns >= 80:
        plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
        assert max(map(len, plain.splitlines())) <= columns


def test_progress_is_shown_on_a_terminal(tmp_path: Path) -> None:
    arguments = (*FAST, "--block", "bottleneck", "--mid", "1:400000", "--format", "csv")
    shown = run_on_terminal(80, *arguments, "--output", str(tmp_path / "designs.csv")).out
    assert "sweeping" in shown
    assert "sweeping" not in run_on_terminal(80, *FAST, "--mid", "16,32").out


@pytest.mark.parametrize(
    ("options", "specs", "common", "labels"),
    [
        (
            "--stride 2", ("plain:stride=1", "plain:stride=2", "plain"),
            "in=8, out=16", ("plain stride=1", "plain stride=2", "plain stride=2"),
        ),
        (
            "--downsample", ("plain:downsample=false", "plain"),
            "in=8, out=16", ("plain downsample=false", "plain downsample=true"),
        ),
        ("", ("plain:in=4", "plain"), "out=16", ("plain in=4", "plain in=8")),
        ("--stride 2", ("plain", "basic"), "in=8, out=16, stride=2", ("plain", "basic")),
    ],
)  # fmt: skip
def test_what_a_spec_says_otherwise_is_not_said_of_all_designs(
    options: str, specs: tuple[str, ...], common: str, labels: tuple[str, ...], run: Run
) -> None:
    blocks = (argument for spec in specs for argument in ("--block", spec))
    given = ("sweep", "--in", "8", "--out", "16", *options.split(), *blocks)
    lines = run(*given, "--format", "markdown").out.splitlines()
    assert lines[0].startswith(f"All designs: {common}. ")
    rows = [line.split(" | ")[0] for line in lines if line.startswith(("| plain", "| basic"))]
    assert tuple(row.removeprefix("| ") for row in rows) == labels
