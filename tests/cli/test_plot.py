"""``bottlecalc sweep --plot``: what is drawn, and that nothing is counted twice for it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run

FAST = ("sweep", "--in", "64", "--out", "128")


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
        *("bottleneck", "break-even: mid = 80", "in=64, out=128, 56×56", "75 k"),
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


def test_a_design_is_counted_once_whether_it_is_drawn_or_not(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each of the 16 designs of a block, and of the baseline that it is held against."""
    from bottlecalc.explore import columns, pages

    totals = columns.totals
    lengths: list[int] = []

    def counting(traced: Any, values: Any, length: int) -> Any:
        lengths.append(length)
        return totals(traced, values, length)

    monkeypatch.setattr(pages, "totals", counting)
    for plot in ((), ("--plot", str(tmp_path / "figure.svg"))):
        lengths.clear()
        assert run(*FAST, "--block", "bottleneck", "--mid", "8:128:8", *plot).code == 0
        assert sum(lengths) <= 2 * 16


def test_a_limit_does_not_cut_what_is_drawn(run: Run, tmp_path: Path) -> None:
    files = [tmp_path / "all.svg", tmp_path / "few.svg"]
    for file, limit in zip(files, ((), ("--limit", "2")), strict=True):
        assert run(*FAST, "--mid", "8:128:8", "--plot", str(file), *limit).code == 0
    assert files[0].read_bytes() == files[1].read_bytes()


def lines(text: str) -> list[str]:
    """The blocks that a drawing in text has a line of."""
    return [line.split(" ", 1)[1].strip() for line in text.rpartition("Legend")[2].splitlines()[2:]]


@pytest.mark.parametrize(
    "where",
    [(), ("--where", "params<=20k"), ("--sort", "-params"), ("--pareto", "params")],
    ids=" ".join,
)
def test_a_limit_does_not_cut_what_is_drawn_and_a_condition_does(
    where: tuple[str, ...], run: Run
) -> None:
    """One design is found on the first page, and the bottlenecks are on the second."""
    arguments = (*FAST, "--mid", "8:128:8", "--plot", "-")
    whole = run(*arguments, *where)
    assert whole.code == 0
    assert "bottleneck" in whole.out
    assert run(*arguments, *where, "--limit", "1") == whole
    assert (run(*arguments) == whole) == ("--where" not in where)


def test_the_baseline_is_called_so_and_no_other_line_is(run: Run) -> None:
    """The plain block has 82,432 parameters, and is not drawn where at most 50,000 are."""
    arguments = (*FAST, "--mid", "8:64:8", "--plot", "-")
    assert lines(run(*arguments).out) == ["plain (baseline)", "bottleneck"]
    assert lines(run(*arguments, "--where", "params<=50k").out) == ["bottleneck"]
    wide = (*FAST, "--mid", "64:128:8", "--plot", "-", "--where", "params<=82k")
    assert "break-even" not in run(*wide).out


def test_a_block_that_is_never_allowed_is_not_drawn(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "figure.svg"
    blocks = ("--block", "plain", "--block", "bottleneck:downsample=true,stride=2")
    arguments = (*FAST, *blocks, "--block", "bottleneck", "--mid", "8,16")
    result = run(*arguments, "--plot", str(file))
    assert result.code == 0
    assert result.err.startswith("2 designs are not allowed and were skipped; the first: downsamp")
    assert result.err.count("\n") == 1
    assert file.exists()
    assert lines(run(*arguments, "--plot", "-").out) == ["plain (baseline)", "bottleneck"]
