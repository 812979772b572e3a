"""``bottlecalc sweep --plot --x --y``: designs as points; and curves that run as another does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest

from bottlecalc import sweep
from bottlecalc.explore.scatter import Scatter
from tests.conftest import Run

FAST = ("sweep", "--in", "64", "--out", "128", "--mid", "8:128:8")


def texts(path: Path) -> str:
    """What a figure says; one that is drawn with its text as text."""
    return " ".join(re.findall(r">([^<>\n]+)</text>", path.read_text("utf-8")))


@pytest.fixture
def as_text() -> Any:
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        yield


def scatter(x: str, y: str, **values: Any) -> Scatter:
    swept, drawn = sweep(in_=64, out=128, **values), Scatter(x, y)
    list(swept.pages(watch=drawn.watch))
    return drawn


def test_every_design_is_a_point_and_the_front_runs_through_the_unbeaten() -> None:
    """64·m + 9·m² + 128·m at m = 16 and 32; a wider middle is better here."""
    drawn = scatter("-mid", "params_main", mid=[16, 32])
    (cloud,) = drawn.drawn(sweep(in_=64, out=128).grid.lanes[0])
    assert (cloud.lane.spec, cloud.is_baseline) == ("bottleneck", False)
    assert list(zip(cloud.xs, cloud.ys, strict=True)) == [(16, 5_376), (32, 15_360)]
    assert [list(column) for column in drawn.front()] == [[16, 32], [5_376, 15_360]]
    assert [list(c) for c in scatter("mid", "params_main", mid=[32, 16]).front()] == [[16], [5_376]]


def test_a_scatter_names_its_axes_its_blocks_and_the_front(
    run: Run, tmp_path: Path, as_text: None
) -> None:
    path = tmp_path / "figure.svg"
    arguments = (*FAST, "--size", "28,56", "--plot", str(path), "--x", "macs", "--y", "params")
    assert run(*arguments).code == 0
    first = path.read_bytes()
    text = texts(path)
    for words in (
        *("MACs (block)", "parameters (block)", "plain (baseline)", "bottleneck", "Pareto front"),
        *("in=64, out=128", "200 M", "100 k"),
    ):
        assert words in text
    run(*arguments)
    assert path.read_bytes() == first


def test_a_scatter_in_the_terminal(run: Run) -> None:
    result = run(*FAST, "--plot", "-", "--x", "macs", "--y", "ratio_params_block")
    assert result.code == 0
    for words in ("(MACs (block))", "plain (baseline)", "bottleneck", "Pareto front"):
        assert words in result.out


def test_many_points_are_an_image_in_the_figure(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "figure.svg"
    arguments = ("sweep", "--in", "64", "--out", "128", "--mid", "1:20000", "--limit", "1")
    plot = ("--plot", str(path), "--x", "-mid", "--y", "params")
    assert run(*arguments, "--block", "bottleneck", *plot).code == 0
    assert "<image" in path.read_text("utf-8")
    assert path.stat().st_size < 1_000_000


def test_a_curve_that_hides_another_is_thinner_and_says_so(
    run: Run, tmp_path: Path, as_text: None
) -> None:
    blocks = ("--block", "plain", "--block", "bottleneck", "--block", "bottleneck:groups=1")
    path = tmp_path / "figure.svg"
    assert run(*FAST, *blocks, "--plot", str(path)).code == 0
    assert "bottleneck:groups=1, the same as bottleneck" in texts(path)
    widths = {float(width) for width in re.findall(r"stroke-width: ([0-9.]+)", path.read_text())}
    assert {2.0, 5.0} <= widths
    assert "bottleneck:groups=1, the same as bottleneck" in run(*FAST, *blocks, "--plot", "-").out
    assert "same" not in run(*FAST, "--plot", "-").out


def test_a_missing_ratio_is_no_point_and_never_before_one_in_the_front() -> None:
    blocks = sweep("bottleneck", "plain", in_=6, out=8, mid=[2, 4])
    drawn = Scatter("ratio_params_block", "params_block")
    list(blocks.pages(watch=drawn.watch))
    _, plain = drawn.drawn(blocks.grid.lanes[0])
    assert np.isnan(plain.xs).all()
    assert not np.isnan(drawn.front()[0]).any()
