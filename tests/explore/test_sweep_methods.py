"""What a sweep does beside its designs: files, figures, a sample measured; as the command does."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bottlecalc import ArgumentError, BottlecalcError, OutputError, Sweep, SweepError, sweep
from bottlecalc.explore import columns, pages
from bottlecalc.formulas import vocabulary
from tests.conftest import Run

COMMAND = ("sweep", "--in", "3", "--out", "10", "--mid", "3:12", "--groups", "1,3", "--size", "7x5")


def swept(**ask: Any) -> Sweep:
    return sweep("plain", "bottleneck", in_=3, out=10, mid="3:12", groups="1,3", size="7x5", **ask)


@pytest.mark.parametrize(
    ("ending", "form"),
    [
        ("csv", "csv"),
        ("json", "json"),
        ("md", "markdown"),
        ("txt", "table"),
        ("parquet", "parquet"),
    ],
)
def test_a_file_is_the_commands(ending: str, form: str, run: Run, tmp_path: Path) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    ours, theirs, named = (tmp_path / name for name in (f"a.{ending}", "b", "c.data"))
    assert run(*COMMAND, "--format", form, "-o", str(theirs)).code == 0
    swept().write(ours)
    swept().write(str(named), format=form)
    assert ours.read_bytes() == theirs.read_bytes() == named.read_bytes()
    assert len(theirs.read_bytes()) > 1000


def test_a_file_is_whole_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, counted = tmp_path / "a.csv", columns.totals
    path.write_text("kept")
    calls: list[int] = []

    def failing(traced: Any, values: Any, length: int) -> Any:
        calls.append(length)
        if len(calls) > 4:
            raise KeyboardInterrupt
        return counted(traced, values, length)

    monkeypatch.setattr(pages, "CHUNK", 2)
    monkeypatch.setattr(pages, "totals", failing)
    with pytest.raises(KeyboardInterrupt):
        swept().write(path)
    assert (os.listdir(tmp_path), path.read_text()) == (["a.csv"], "kept")


def test_a_figure_is_the_commands(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    widths = ("sweep", "--in", "64", "--out", "128", "--mid", "8:64:8", "--plot")
    designs = sweep(in_=64, out=128, mid="8:64:8", limit=1)
    figures: dict[str, tuple[tuple[str, ...], Callable[[Path], None]]] = {
        "usual": ((), lambda path: designs.plot(path)),
        "key": (("--plot-key", "macs"), lambda path: designs.plot(path, key="macs")),
        "points": (
            ("--x", "macs", "--y", "params"),
            lambda path: designs.plot(path, x="macs", y="params"),
        ),
    }
    drawn = set()
    for name, (arguments, plot) in figures.items():
        ours, theirs = tmp_path / f"{name}.svg", tmp_path / f"{name}-command.svg"
        assert run(*widths, str(theirs), *arguments).code == 0
        plot(ours)
        assert ours.read_bytes() == theirs.read_bytes()
        drawn.add(theirs.read_bytes())
    assert len(drawn) == 3


def test_a_figure_in_text_is_printed(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("plotille", reason="plotille is not installed")
    sweep(in_=64, out=128, mid="8:64:8").plot("-")
    printed = capsys.readouterr().out
    assert (
        printed == run("sweep", "--in", "64", "--out", "128", "--mid", "8:64:8", "--plot", "-").out
    )
    assert "plain (baseline)" in printed


@pytest.mark.torch
def test_a_sample_is_what_the_command_draws(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    said = run(*COMMAND, "--measure", "--sample", "3", "--seed", "2", "--format", "csv").err
    comparison = swept().measure(sample=3, seed=2)
    assert comparison is not None
    assert comparison.agrees is True
    assert [count.input for count in comparison.blocks] == [(1, 3, 7, 5)] * 3
    assert "3 of 3 designs drawn at random (seed 2) agree with torch" in said
    assert swept().measure(sample=3, seed=2) == comparison
    others = swept().measure(sample=3, seed=1)
    assert others is not None
    assert [one.block for one in others.blocks] != [one.block for one in comparison.blocks]
    monkeypatch.setattr(vocabulary, "BATCH_NORM", vocabulary.RELU)
    wrong = swept().measure(sample=1)
    assert wrong is not None
    assert wrong.agrees is False


def test_of_no_design_nothing_is_measured() -> None:
    assert swept(where="params<=1").measure() is None


ENDINGS = ".parquet, .csv, .json, .md, .txt"
FORMATS = "parquet, csv, json, markdown, table"
KEYS = "the keys are params, macs, flops, params_main, params_convs, params_block, macs_main,"

REFUSED: list[tuple[Callable[[Sweep], object], type[BottlecalcError], str]] = [
    (
        lambda s: s.write("a.xlsx"),
        SweepError,
        f"the ending '.xlsx' of 'a.xlsx' is of no format; give one of {ENDINGS}, or format, one of"
        f" {FORMATS}",
    ),
    (lambda s: s.write("a.csv", "xml"), SweepError, f"format 'xml' is none; give one of {FORMATS}"),
    (lambda s: s.write("a.csv", []), SweepError, "format [] is none; give one of"),  # type: ignore[arg-type]
    (lambda s: s.write(3), ArgumentError, "3 is no path; give that of a file"),  # type: ignore[arg-type]
    (lambda s: s.write("a\0.csv"), ArgumentError, "is no path; give that of a file, such as"),
    (lambda s: s.write("\ud800.csv"), ArgumentError, "is no path; give that of a file, such as"),
    (lambda s: s.write("no/a.csv"), OutputError, "no/a.csv cannot be written: No such file"),
    (lambda s: s.write("n" * 300 + ".csv"), OutputError, "cannot be written: File name too long"),
    (lambda s: s.write(), ArgumentError, 'write designs.write("designs.csv")'),  # type: ignore[call-arg]
    (lambda s: s.plot("a.gif"), SweepError, "plot 'a.gif' is no figure; end it in .svg, .png or"),
    (lambda s: s.plot("a.svg", "mid"), SweepError, f"key has no key 'mid'; {KEYS}"),
    (lambda s: s.plot("a.svg", 3), SweepError, "key = 3 is no text; give a key such as"),  # type: ignore[arg-type]
    (
        lambda s: s.plot("a.svg", x="macs"),
        SweepError,
        "points are drawn by x and y, curves by key; give both of the former or the latter",
    ),
    (lambda s: s.plot("no/a.svg"), OutputError, "no/a.svg cannot be written: No such file"),
    (lambda s: s.measure(0), SweepError, "sample 0 is not allowed; give a whole number of at lea"),
    (lambda s: s.measure(True), SweepError, "sample True is not allowed; give a whole number of"),
    (lambda s: s.measure(seed=-1), SweepError, "seed -1 is no seed; give a whole number"),
    (lambda s: s.measure(seed=True), SweepError, "seed True is no seed; give a whole number"),
    (lambda s: s.measure(seed=10**5000), SweepError, "is no seed; give a whole number"),
]


@pytest.mark.parametrize(
    ("call", "kind", "sentence"), REFUSED, ids=[one[2][:30] for one in REFUSED]
)
def test_it_is_refused_in_one_sentence(
    call: Callable[[Sweep], object],
    kind: type[BottlecalcError],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pages, "totals", lambda *_: pytest.fail("something is counted"))
    if "no/a.svg" in sentence:
        pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    with pytest.raises(kind) as error:
        call(sweep("bottleneck", in_=3, out=10, mid="3:12"))
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)
    assert os.listdir(tmp_path) == []
