"""``bottlecalc sweep``: what is refused before anything is counted; table and figure, or none."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from bottlecalc.explore import pages
from tests.conftest import Run

FAST = ("sweep", "--in", "64", "--out", "128", "--mid", "8:64:8")
TABLE = ("--format", "csv", "--output", "a.csv")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("--plot", "a.svg", "--plot-key", "nosuch", *TABLE),
            "--plot-key has no key 'nosuch'; the",
        ),
        (("--plot", "a.svg", "--plot-key", "", *TABLE), "--plot-key has no key ''; the keys are"),
        (("--plot", "a.txt", *TABLE), "--plot 'a.txt' is no figure; end it in .svg, .png or .pdf"),
        (
            ("--plot", "a.svg", "--output", "./a.svg"),
            "--plot and --output are the same file, a.svg",
        ),
        (("--plot", "nosuch/a.svg", *TABLE), "nosuch/a.svg cannot be written: No such file"),
        (("--plot", "nosuch/a.svg"), "nosuch/a.svg cannot be written: No such file or directory;"),
        (("--plot", "a.svg", "--x", "macs", *TABLE), "points are drawn by --x and --y, curves by"),
        (("--x", "macs", "--y", "params"), "--x says nothing without --plot; give both or none"),
        (
            ("--plot", "a.svg", "--x", "macs", "--y", "z"),
            "--y has no key 'z'; the keys are params,",
        ),
        (("--limit", ""), "--limit '' is not allowed; give a whole number of at least 1"),
        (("--shard", "8/7"), "--shard '8/7' is no part; give which of how many, such as 3/16"),
        (("--shard", ""), "--shard '' is no part; give which of how many, such as 3/16"),
        (("--groups", "out/0"), "--groups 'out/0' is neither numbers nor tied to another key; giv"),
        (
            ("--groups", "x"),
            "--groups 'x' follows no number of bottleneck; give numbers such as 16,32 or 8:12",
        ),
        (("--pareto", "-mid,"), "--pareto has no key ''; the keys are params, macs, flops,"),
    ],
)
def test_what_can_be_refused_is_refused_before_anything_is_counted(
    arguments: tuple[str, ...], sentence: str, run: Run, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pages, "totals", lambda *_: pytest.fail("something is counted"))
    if "nosuch/a.svg" in arguments:
        monkeypatch.undo()
        monkeypatch.chdir(tmp_path)
    result = run(*FAST, *arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"Error: {sentence}")
    assert result.err.count("\n") == 1
    assert os.listdir(tmp_path) == []


def test_a_figure_that_cannot_be_drawn_leaves_no_table(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    huge = ("sweep", "--in", "64", "--out", "1" + "0" * 400, "--mid", "8,16", "--plot", "a.svg")
    for table in ((), TABLE):
        result = run(*huge, *table)
        assert (result.code, result.out) == (2, "")
        assert result.err == "Error: the numbers are too large to be drawn; give smaller ones\n"
        assert os.listdir(tmp_path) == []


def test_a_table_and_a_figure_come_together(run: Run, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    printed = run(*FAST, "--format", "csv", "--plot", "a.svg")
    assert printed.out == run(*FAST, "--format", "csv").out
    assert run(*FAST, "--plot", "b.svg", *TABLE).out == ""
    assert Path("a.csv").read_text() == printed.out
    assert Path("a.svg").read_bytes() == Path("b.svg").read_bytes()
    assert sorted(os.listdir()) == ["a.csv", "a.svg", "b.svg"]


def test_keys_are_columns_defaults_as_what_they_are(run: Run) -> None:
    """The middle is out // 4 = 32; the plain block has none, nor groups."""
    arguments = ("sweep", "--in", "64", "--out", "129", "--stride", "2", "--upsample")
    plain, bottleneck = csv.DictReader(io.StringIO(run(*arguments, "--format", "csv").out))
    assert [*plain][:12] == [
        *("spec", "family", "in", "out", "stride", "dilation", "downsample", "upsample"),
        *("mid", "groups", "batch", "height"),
    ]
    assert [plain[name] for name in ("family", "in", "mid", "groups")] == ["plain", "64", "", ""]
    assert bottleneck["spec"] == "bottleneck:in=64,out=129,stride=2,upsample=true"
    assert [bottleneck[name] for name in ("stride", "dilation", "upsample", "mid", "groups")] == [
        *("2", "1", "true", "32", "1")
    ]
    first, second = json.loads(run(*arguments, "--format", "json").out)["designs"]
    assert (first["family"], first["mid"], first["downsample"]) == ("plain", None, False)
    assert (second["mid"], second["groups"], second["upsample"]) == (32, 1, True)


def test_a_refinement_is_a_column_where_it_is_said(run: Run) -> None:
    arguments = ("sweep", "--in", "64", "--out", "128", "--format", "csv", "--block", "basic")
    squeezed = run(*arguments, "--block", "bottleneck:se=16,v1=true").out
    basic, bottleneck = csv.DictReader(io.StringIO(squeezed))
    assert (basic["se"], basic["v1"], bottleneck["se"], bottleneck["v1"]) == ("", "", "16", "true")
    assert "avg" not in basic
    assert {"se", "v1"}.isdisjoint(run(*arguments, "--block", "bottleneck").out.split(","))


def test_a_condition_on_a_key_leaves_out_blocks_without_it(run: Run) -> None:
    lines = run(*FAST, "--where", "mid==8", "--format", "csv").out.splitlines()
    assert [line.split('"')[1] for line in lines[1:]] == ["bottleneck:in=64,out=128,mid=8"]


def test_of_a_key_with_a_sign_more_is_better(run: Run) -> None:
    """Every width is a front of its own: wider is better, and costs more."""
    front = run(*FAST, "--pareto", "-mid,macs", "--format", "csv").out.splitlines()
    assert [line.split('"')[1].rpartition("=")[2] for line in front[1:]] == [
        str(mid) for mid in range(64, 7, -8)
    ]
    assert len(run(*FAST, "--pareto", "mid,macs", "--format", "csv").out.splitlines()) == 2


def test_ties_are_said_of_all_designs_and_followed_in_each(run: Run) -> None:
    arguments = ("sweep", "--in", "64", "--out", "32,64", "--mid", "out/2", "--groups", "mid")
    lines = run(*arguments, "--block", "bottleneck", "--format", "markdown").out.splitlines()
    assert lines[0].startswith("All designs: in=64, mid=out/2, groups=mid. ")
    assert [line.split(" | ")[0] for line in lines if line.startswith("| bottleneck")] == [
        "| bottleneck out=32 mid=16 groups=16",
        "| bottleneck out=64 mid=32 groups=32",
    ]


def test_one_design_that_is_not_allowed_is_one(run: Run) -> None:
    one = ("sweep", "--in", "64", "--out", "128", "--groups", "3", "--block", "bottleneck")
    assert run(*one, "--mid", "7").err.startswith("Error: the only design is not allowed: groups")
    assert run(*one, "--mid", "6,7").err.startswith("1 design is not allowed, and skipped: gro")
