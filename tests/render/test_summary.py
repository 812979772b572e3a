"""The answer of a comparison first: on one screen, in one table, with its conventions."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bottlecalc import Bottleneck, Plain, compare, count
from tests.conftest import Run, run_on_terminal

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
PAIR = ("compare", "--in", "64", "--out", "128")
FAST = (*PAIR, "--no-measure")
EIGHT = tuple(
    part for mid in range(16, 144, 16) for part in ("--block", f"bottleneck:mid={mid},groups=2")
)
LEGENDS = (
    "Input 1×64×56×56",
    "FLOPs = 2 × MACs",
    "main = weights of the main path",
    "convs = main + projection + upsampling",
    "block = everything",
)


def test_the_answer_is_on_the_first_screen() -> None:
    shown = ESCAPE.sub("", run_on_terminal(80, *PAIR).out).rpartition("\r")[2]
    screen = shown.splitlines()[:23]
    assert all(len(line.rstrip()) <= 80 for line in screen)
    first = "\n".join(screen)
    for text in ("73,728", "15,360", "231,211,008", "73,859,072", "4.80×", "3.41×", *LEGENDS):
        assert text in first
    assert "mid = 80 in parameters, 80 in MACs" in first
    assert "✓ activations   closed form = torch = fvcore, on every layer" in first


def test_the_summary_is_the_first_part_alone(run: Run) -> None:
    summary = run(*FAST, "--summary").out
    whole = run(*FAST).out
    assert whole.startswith(summary)
    assert "conv1" not in summary
    assert len(summary.splitlines()) < 24
    assert run(*FAST, "--layers").out == whole


def test_eight_blocks_are_one_table(run: Run) -> None:
    text = run(*FAST, *EIGHT).out
    assert len(text.splitlines()) < 40
    rows = re.findall(r"^ bottleneck:mid=(\d+) ", text, re.MULTILINE)
    assert rows == [str(mid) for mid in range(16, 144, 16)]
    assert "All blocks: in=64, out=128, groups=2." in text
    assert text.endswith("The layers of 8 blocks: --layers\n")
    assert run(*FAST, *EIGHT, "--layers").out.count("conv2") == 8


def test_numbers_stand_in_the_columns_of_their_scopes(run: Run) -> None:
    text = run(*FAST, "--summary", "--stride", "2").out
    header = next(line for line in text.splitlines() if line.startswith(" block"))
    row = next(line for line in text.splitlines() if line.startswith(" bottleneck"))
    figures = ("15,360", "23,552", "24,192", "16,859,136", "23,281,664")
    ends = [row.index(figure) + len(figure) for figure in figures]
    names = [match.end() for match in re.finditer(r"main|convs|block", header)][1:]
    assert ends == names


def test_blocks_on_inputs_of_their_own_say_which() -> None:
    pair = [count(Plain(3, 4), (7, 7)), count(Bottleneck(3, 4), (9, 5), 2)]
    text = str(compare(pair))
    assert "plain on 1×3×7×7" in text
    assert "bottleneck on 2×3×9×5" in text
    assert "Input " not in text


def test_markdown_answers_first(run: Run) -> None:
    text = run(*FAST, "--format", "markdown", "--summary").out
    for legend in LEGENDS:
        assert legend in text.splitlines()[0]
    assert (
        "| `bottleneck` | 15,360 | 23,552 | 24,192 | 48,168,960 | 73,859,072 |"
        " 4.80× | 3.48× | 3.41× | 4.80× | 3.48× |" in text
    )
    assert "conv1" not in text
    assert run(*FAST, "--format", "markdown").out.startswith(text)


@pytest.mark.parametrize(
    ("extent", "form", "why"),
    [
        ("--summary", "json", "--summary says nothing with --format json, which has both"),
        ("--layers", "csv", "--layers says nothing with --format csv, which is the layers"),
    ],
)
def test_an_extent_that_would_be_passed_over_is_refused(
    extent: str, form: str, why: str, run: Run
) -> None:
    result = run(*PAIR, extent, "--format", form)
    assert result == (2, "", f"Error: {why}; leave it out\n")


WRITTEN = [
    FAST,
    (*FAST, "--format", "csv"),
    ("solve", "--in", "64", "--out", "128", "--max-params", "20k"),
    ("solve", "--in", "64", "--out", "128", "--break-even", "--format", "json"),
    ("count", "plain:in=3,out=4", "--counter", "torch", "--format", "markdown"),
    ("blocks", "bottleneck"),
    ("sweep", "--in", "3", "--out", "4", "--format", "csv"),
]


@pytest.mark.parametrize("arguments", WRITTEN, ids=" ".join)
def test_every_document_goes_to_a_file_whole(
    arguments: tuple[str, ...], run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "out"
    shown = run(*arguments)
    assert run(*arguments, "-o", str(file)) == (0, "", shown.err)
    assert file.read_text("utf-8") == shown.out
    missing = tmp_path / "no" / "out"
    refused = run(*arguments, "--output", str(missing))
    assert refused == (
        2,
        "",
        f"{shown.err}Error: {missing} cannot be written: No such file or directory;"
        " give another path\n",
    )


def test_json_is_whole_and_goes_to_a_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "blocks.json"
    assert run(*FAST, *EIGHT, "--format", "json", "-o", str(file)).out == ""
    assert len(json.loads(file.read_text("utf-8"))["blocks"]) == 8
