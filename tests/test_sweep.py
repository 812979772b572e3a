"""Sweeps: the same integers as one by one, and nothing held, lost or half written."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bottlecalc.blocks.residual import BlockError, parse
from bottlecalc.explore.sweep import Column, Course, Grid, arrange, pareto, parse_condition, sweep
from bottlecalc.formulas import residual as formulas
from bottlecalc.formulas.residual import count
from bottlecalc.layers.count import Design
from bottlecalc.text.ranges import Sizes, SweepError, parse_axis, parse_sizes
from tests.conftest import Run, run_on_terminal

FAST = ("sweep", "--in", "64", "--out", "128")


def grid(*specs: str, size: str = "56", batch: str = "1", **axes: str) -> Grid:
    named = {key.rstrip("_"): parse_axis(key, text) for key, text in axes.items()}
    return Grid(specs, named, {}, parse_sizes(size), parse_axis("batch", batch))


def one_by_one(design: Design) -> tuple[int, ...]:
    counted = count(parse(design.spec), (design.height, design.width), design.batch)
    return (*counted.params, *counted.macs, *counted.flops, counted.activations)


AWKWARD = {
    "in_": "3,8:24:8,13", "out": "8,13,31:33", "mid": "3:12:3,7", "groups": "1,3",
    "stride": "1:3", "dilation": "2",
}  # fmt: skip


def test_columns_give_the_same_integers_as_one_by_one() -> None:
    swept = grid("plain", "bottleneck", "basic:stride=1", size="7,9x4", batch="1,3", **AWKWARD)
    course = Course()
    designs = list(sweep(swept, course=course))
    assert len(designs) + course.skipped == course.visited == swept.length()
    assert course.reason.startswith("groups = 3 does not divide mid = 7 in bottleneck:in=3,out=8")
    assert all(design[4:12] == one_by_one(design) for design in designs)
    assert all(str(parse(design.spec)) == design.spec for design in designs)
    assert all(type(value) is int for design in designs for value in design[1:12])


def test_the_grid_is_the_product_and_what_is_left_out_is_not_allowed() -> None:
    swept = grid("bottleneck", **AWKWARD)
    expected = []
    for i, o, m, g, s in product(
        *(parse_axis("", AWKWARD[key]) for key in ("in_", "out", "mid", "groups", "stride"))
    ):
        text = f"bottleneck:in={i},out={o},mid={m},groups={g},stride={s},dilation=2"
        try:
            expected.append(str(parse(text)))
        except BlockError:
            continue
    assert [design.spec for design in sweep(swept)] == expected


LARGE = st.one_of(st.integers(1, 300), st.integers(2**20, 2**70))


@given(st.lists(LARGE, min_size=1, max_size=3), LARGE, LARGE, st.integers(1, 2**40))
@settings(max_examples=60, deadline=None)
def test_no_figure_overflows(ins: list[int], out: int, mid: int, side: int) -> None:
    swept = Grid(
        ("bottleneck", "plain"),
        {"in": ins, "out": [out], "mid": [mid]},
        {},
        Sizes([side], [side + 1]),
        [1, 2],
    )
    for design in sweep(swept):
        assert design[4:12] == one_by_one(design)


def test_the_last_design_that_fits_64_bits_and_the_first_that_does_not() -> None:
    """FLOPs 2·9·64·128·H² pass 2⁶³ between these two heights."""
    for side in (7_908_000, 7_909_000):
        (design,) = sweep(grid("plain", size=str(side), in_="64", out="128"))
        assert design.flops_main == 2 * 9 * 64 * 128 * side * side
    assert 2 * 9 * 64 * 128 * 7_908_000**2 < 2**63 < 2 * 9 * 64 * 128 * 7_909_000**2


def test_tampering_with_the_columns_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    conv = formulas.conv

    def wrapped(name: str, x: Any, *args: Any, **kwargs: Any) -> Any:
        row = conv(name, x, *args, **kwargs)
        return row._replace(macs=row.macs + isinstance(row.macs, np.ndarray))

    monkeypatch.setattr(formulas, "conv", wrapped)
    designs = list(sweep(grid("bottleneck", in_="64", out="128", mid="8,16")))
    assert any(design[4:12] != one_by_one(design) for design in designs)


def test_a_formula_that_branches_within_a_column_says_so() -> None:
    assert bool(np.array([True, True]).view(Column))
    assert not np.array([False, False]).view(Column)
    with pytest.raises(ValueError, match="take the column apart first"):
        bool(np.array([True, False]).view(Column))


def test_ratios_are_the_baselines_over_the_designs() -> None:
    designs = list(sweep(grid("plain", "bottleneck", in_="3,64", out="128", mid="16,32")))
    plain = {parse(d.spec).in_channels: d for d in designs if d.spec.startswith("plain")}
    for design in designs:
        baseline = plain[parse(design.spec).in_channels]
        assert design.ratio_params_block == baseline.params_block / design.params_block
        assert design.ratio_macs_block == baseline.macs_block / design.macs_block


def test_a_ratio_to_a_baseline_that_is_swept_otherwise_or_not_allowed_is_none() -> None:
    swept = list(sweep(grid("bottleneck", "plain", in_="6", out="8", mid="2,4")))
    assert [d.ratio_params_block for d in swept if d.spec.startswith("plain")] == [None]
    both = list(sweep(grid("bottleneck:groups=2", "bottleneck", in_="6", out="8", mid="2,3")))
    by_spec = {design.spec: design.ratio_params_block for design in both}
    assert by_spec["bottleneck:in=6,out=8,mid=3"] is None
    assert by_spec["bottleneck:in=6,out=8,mid=2"] is not None


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("16", [16]),
        ("16,32,64", [16, 32, 64]),
        ("8:32:8", [8, 16, 24, 32]),
        ("8:33:8", [8, 16, 24, 32]),
        ("3:6", [3, 4, 5, 6]),
        ("64:1024:*2", [64, 128, 256, 512, 1024]),
        ("1:100:*10, 7,7", [1, 10, 100, 7]),
        ("1_000", [1000]),
    ],
)
def test_lists_and_ranges(text: str, values: list[int]) -> None:
    assert list(parse_axis("mid", text)) == values


@pytest.mark.parametrize(
    "text", ["", "a", "8:", "8:16:", "8:16:*", "1,,2", "-8", "1.5", "8:9:10:1"]
)
def test_malformed_lists(text: str) -> None:
    with pytest.raises(SweepError, match="is no list or range; give 16,32,64, 8:128:8"):
        parse_axis("mid", text)


@pytest.mark.parametrize("text", ["0", "16:8", "0:8", "8:16:0", "8:16:*1", "8:16:*0"])
def test_empty_lists(text: str) -> None:
    with pytest.raises(SweepError, match="has no value of at least 1; give a range that goes up"):
        parse_axis("mid", text)


def test_sizes() -> None:
    assert parse_sizes("14,28") == ([14, 28], [14, 28])
    assert parse_sizes("14,28x7,8:16:8") == ([14, 28, 8, 16], [14, 7, 8, 16])
    for text in ("x", "5x", "5x6x7", "5:7x3"):
        with pytest.raises(SweepError, match=r"--size .* is no list or range; give 14,28x56"):
            parse_sizes(text)


def design(params: int, macs: int) -> Design:
    return Design("", 1, 1, 1, 0, 0, params, 0, macs, 0, 0, 0, None, None)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30))
def test_the_pareto_front_is_what_no_other_beats(costs: list[tuple[int, int]]) -> None:
    designs = [design(*cost) for cost in costs]
    front = pareto(designs, ("params_block", "macs_block"))
    unbeaten = [
        (p, m)
        for p, m in costs
        if not any(a <= p and b <= m and (a, b) != (p, m) for a, b in costs)
    ]
    assert sorted((d.params_block, d.macs_block) for d in front) == sorted(unbeaten)


def test_order_and_number() -> None:
    designs = [design(2, 3), design(1, 5), design(3, 1)]
    assert [d.params_block for d in arrange(designs, order="params_block")] == [1, 2, 3]
    assert [d.params_block for d in arrange(designs, order="-macs_block", most=2)] == [1, 2]


def test_nothing_is_held_where_nothing_is_ordered() -> None:
    endless = sweep(grid("bottleneck", in_="64", out="128", mid="1:90000000"))
    assert next(arrange(endless, most=1)).spec == "bottleneck:in=64,out=128,mid=1"


def test_conditions() -> None:
    assert parse_condition("params<=20k") == ("params_block", "<=", 20_000)
    assert parse_condition(" mid > 16 ") == ("mid", ">", 16)
    swept = grid("plain", "bottleneck", in_="64", out="128", mid="8:128:8")
    kept = list(sweep(swept, [parse_condition("params<=20k"), parse_condition("mid>=16")]))
    assert [d.spec.rpartition("=")[2] for d in kept] == ["16", "24"]
    assert all(d.params_block <= 20_000 for d in kept)


REFUSED = [
    (
        ("--mid", "8:128:"),
        "--mid '8:128:' is no list or range; give 16,32,64, 8:128:8 (both ends included)"
        " or 64:1024:*2",
    ),
    (
        ("--mid", "128:8"),
        "--mid '128:8' has no value of at least 1; give a range that goes up from 1 or more,",
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
        "unknown family 'zebra' in 'zebra'; the families are plain, basic, bottleneck",
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
        "--plot draws one swept quantity, and mid, size is swept; give one of the options more"
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
    conv = formulas.conv

    def wrong(name: str, *args: Any, **kwargs: Any) -> Any:
        row = conv(name, *args, **kwargs)
        return row._replace(macs=row.macs + 1) if name == "conv3" else row

    monkeypatch.setattr(formulas, "conv", wrong)
    arguments = ("--block", "bottleneck", "--mid", "8,16", "--size", "7", "--measure")
    result = run(*FAST, *arguments, "--format", "csv")
    assert result.code == 1
    assert "conv3: MACs by closed form" in result.err
    assert "0 of 2 designs drawn at random (seed 0) agree" in result.err


@pytest.mark.parametrize(
    ("form", "magic"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")]
)
def test_a_plot_is_drawn(form: str, magic: bytes, run: Run, tmp_path: Path) -> None:
    path = tmp_path / f"figure.{form}"
    arguments = (*FAST, "--mid", "8:128:8", "--plot", str(path))
    assert run(*arguments).code == 0
    first = path.read_bytes()
    assert first.startswith(magic)
    run(*arguments)
    assert path.read_bytes() == first


def test_a_plot_names_its_axes_its_lines_and_the_break_even(run: Run, tmp_path: Path) -> None:
    import matplotlib

    path = tmp_path / "figure.svg"
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        run(*FAST, "--mid", "8:128:8", "--plot", str(path))
    text = " ".join(re.findall(r">([^<>\n]+)</text>", path.read_text("utf-8")))
    for words in (
        *("width of the middle, mid [channels]", "parameters (main)", "plain (baseline)"),
        *("bottleneck", "break-even: mid = 80", "in=64, out=128, 56×56", "75,000"),
    ):
        assert words in text
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        run(*FAST, "--size", "7:28:7", "--plot", str(path))
    text = path.read_text("utf-8")
    assert "height and width of the input [pixels]" in text
    assert "MACs (main)" in text
    assert "break-even" not in text


def test_a_plot_in_the_terminal(run: Run) -> None:
    result = run(*FAST, "--mid", "8:128:8", "--plot", "-")
    assert result.code == 0
    assert "plain (baseline)" in result.out
    assert "(parameters (main))" in result.out
    assert "(mid)" in result.out
    assert max(map(len, result.out.splitlines())) <= 80


@pytest.mark.parametrize(("file", "library"), [("figure.svg", "matplotlib"), ("-", "plotille")])
def test_a_missing_library_is_one_sentence(
    file: str, library: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, library, None)
    result = run(*FAST, "--mid", "8,16", "--plot", file)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"Error: --plot needs {library}; install it with: python -m pip install {library}\n"
    )


def test_switches_and_odd_sizes_hold_for_every_design() -> None:
    swept = Grid(
        ("plain", "bottleneck"),
        {"in": [3, 8], "out": [8]},
        {"downsample": True},
        parse_sizes("6,7,4x5,8x4"),
        [1],
    )
    course = Course()
    designs = list(sweep(swept, course=course))
    assert {(d.height, d.width) for d in designs} == {(6, 6), (8, 4)}
    assert (len(designs), course.skipped) == (8, 8)
    assert "size 7x7 is odd" in course.reason
    assert all(d.spec.endswith("downsample=true") for d in designs)
    assert all(d[4:12] == one_by_one(d) for d in designs)


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


def test_a_sample_is_drawn_from_all_and_by_its_seed() -> None:
    from bottlecalc.cli.sample import Sample

    designs = [design(n, n) for n in range(1000)]
    drawn = {}
    for seed in ("0", "1"):
        sample = Sample(30, seed)
        assert list(sample.watch(designs)) == designs
        drawn[seed] = [d.params_block for d in sample.designs]
        assert len(set(drawn[seed])) == 30
        assert max(drawn[seed]) > 500
    assert drawn["0"] != drawn["1"]


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


def test_break_even_is_drawn_where_the_lines_meet(run: Run, tmp_path: Path) -> None:
    import matplotlib

    path = tmp_path / "figure.svg"

    def drawn(*arguments: str) -> str:
        with matplotlib.rc_context({"svg.fonttype": "none"}):
            assert run(*FAST, "--plot", str(path), *arguments).code == 0
        return path.read_text("utf-8")

    assert "mid = 80" in drawn("--mid", "8:128:8")
    assert "break-even" not in drawn("--mid", "8,16,32")
    basic = ("--block", "basic", "--block", "bottleneck")
    assert "break-even" not in drawn("--mid", "8:128:8", *basic)
    assert "break-even" not in drawn("--mid", "5:64", "--groups", "4")
    two = drawn("--mid", "8:128:8", "--block", "plain", "--block", "bottleneck",
                "--block", "bottleneck:groups=8")  # fmt: skip
    assert "bottleneck:groups=8" in two
    assert "mid = 80" in two


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
