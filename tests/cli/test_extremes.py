"""Numbers beyond all use: counted exactly or refused in one sentence, in no time, never wrong."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from time import process_time

import pytest

from tests.conftest import Run

Z = "0" * 400
LONG = 99999999999999999999


@pytest.mark.parametrize("key", ["dilation", "stride", "groups"])
def test_a_key_beyond_64_bits_is_swept(key: str, run: Run) -> None:
    blocks = ("--block", "plain") if key != "groups" else ("--block", f"bottleneck:mid={LONG}")
    options = ("--in", "64", "--out", "128", f"--{key}", f"{LONG},5", "--format", "csv")
    result = run("sweep", *options, *blocks)
    assert result.code == 0
    rows = list(csv.DictReader(io.StringIO(result.out)))
    specs = [row["spec"] for row in rows]
    assert any(f"{key}={LONG}" in spec for spec in specs)
    for row in rows:
        document = json.loads(run("compare", "--block", row["spec"], "--no-measure",
                                  "--format", "json").out)  # fmt: skip
        (block,) = document["blocks"]
        assert int(row["params_block"]) == block["params"]["block"]
        assert int(row["macs_main"]) == block["macs"]["main"]
        assert int(row["activations"]) == block["activations"]


def test_shares_of_numbers_beyond_all_floats(run: Run) -> None:
    limits = ("--max-params", "69632", "--max-activations", "2M", "--batch", f"1{Z}")
    result = run("solve", "--in", "10", "--out", "7", *limits)
    assert (result.code, result.err) == (1, "")
    assert "No mid keeps these limits, not even 1." in result.out
    result = run("solve", "--in", "4", "--out", "8", "--multiple-of", f"1{Z}", "--max-params", "9k")
    assert result.code == 1
    assert f"mid=1{Z}" in result.out


def test_what_cannot_be_drawn_is_one_sentence(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    file = tmp_path / "figure.svg"
    result = run("sweep", "--in", "64", "--out", "128", "--mid", f"1{Z},2", "--plot", str(file))
    assert result.code == 2
    assert result.err == "Error: the numbers are too large to be drawn; give smaller ones\n"
    assert not file.exists()


def test_no_limit_is_too_large_to_be_kept(run: Run) -> None:
    """9·m² + 192·m within 10⁶⁰: m is 333…, thirty digits of it, less a few."""
    arguments = ("--scope", "main", "--max-params", str(10**60), "--format", "json")
    document = json.loads(run("solve", "--in", "64", "--out", "128", *arguments).out)
    mid = document["value"]
    assert 9 * mid**2 + 192 * mid <= 10**60 < 9 * (mid + 1) ** 2 + 192 * (mid + 1)


def test_groups_that_leave_few_widths_do_not_hang(run: Run) -> None:
    few = ("--in", "64", "--for", "out", "--max-params", "100k", "--format", "json")
    result = run("solve", *few, "--groups", "1000000007")
    assert result.code == 1
    assert json.loads(result.out)["above"]["value"] == 4 * 1000000007
    result = run("solve", *few, "--mid", "10", "--groups", "3000000")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("Error: groups = 3000000 does not divide mid = 10 in bottleneck:")


def test_large_groups_and_multiples_together(run: Run) -> None:
    groups, multiple = 10**9 + 7, 10**9 + 9
    arguments = ("--in", "3", "--out", "4", "--groups", str(groups), "--multiple-of", str(multiple))
    document = json.loads(
        run("solve", *arguments, "--max-params", str(10**40), "--format", "json").out
    )
    assert document["value"] % (groups * multiple) == 0
    assert document["below"]["over"]["max_params"] <= 0 < document["above"]["over"]["max_params"]


PAIR = ("--in", "64", "--out", "128")
ANSWERED: list[tuple[tuple[str, ...], int, str]] = [
    (("sweep", *PAIR, "--dilation", f"{LONG},5"), 0, f" bottleneck dilation={LONG} "),
    (("sweep", *PAIR, "--stride", f"{LONG},5"), 0, f" plain stride={LONG} "),
    (("sweep", *PAIR, "--groups", f"{LONG},4"), 0, " bottleneck groups=4 "),
    (("sweep", *PAIR, "--mid", f"1{Z},2"), 0, f" bottleneck mid=1{Z} "),
    (("sweep", *PAIR, "--mid", f"1{Z},2", "--format", "json"), 0, f',mid=1{Z}", '),
    (("sweep", *PAIR, "--mid", f"1{Z},2", "--sort", "-params", "--pareto", "macs"), 0, " mid=2 "),
    (("sweep", *PAIR, "--size", f"1{Z}", "--batch", f"1{Z},2"), 0, f"2 of 1{Z}×1{Z}"),
    (("solve", *PAIR, "--max-params", f"1{60 * '0'}"), 0, "The largest mid is 333,333,333,333,33"),
    (("solve", *PAIR, "--break-even", "--groups", "1000000007"), 0, "9/1000000007·m² + "),
    (("solve", "--in", f"1{Z}", "--out", f"1{Z}", "--break-even"), 0, "m = 8.95043e+399"),
    (("solve", *PAIR, "--break-even", "--groups", f"1{Z}"), 0, "m = 384.000"),
    (
        ("solve", *PAIR, "--for", "groups", "--mid", f"1{Z}", "--max-params", "9k"),
        1,
        f"groups=1{Z}",
    ),
]


@pytest.mark.parametrize(("arguments", "code", "text"), ANSWERED)
def test_what_once_broke_is_answered(
    arguments: tuple[str, ...], code: int, text: str, run: Run
) -> None:
    start = process_time()
    result = run(*arguments)
    assert (result.code, text in result.out) == (code, True)
    assert "Traceback" not in result.err
    assert process_time() - start < 10


REFUSED: list[tuple[tuple[str, ...], str]] = [
    (
        ("solve", *PAIR, "--for", "groups", "--max-params", "20k", "--multiple-of", "3"),
        "no multiple of 3 is allowed for groups; give another --multiple-of",
    ),
    (
        ("solve", *PAIR, "--for", "groups", "--mid", f"1{Z}", "--max-params", "9k",
         "--multiple-of", "7"),
        "no multiple of 7 is allowed for groups; give another --multiple-of",
    ),
    (
        ("sweep", *PAIR, "--block", "bottleneck:groups=0"),
        "the only design is not allowed: groups = 0 in bottleneck:in=64,out=128,groups=0;"
        " give a whole number of at least 1",
    ),
    (
        ("sweep", *PAIR, "--block", "plain:stride=-2", "--size", "7,8"),
        "none of the 2 designs is allowed: stride = -2 in plain:in=64,out=128,stride=-2;"
        " give a whole number of at least 1",
    ),
    (
        ("sweep", *PAIR, "--mid", "true"),
        "--mid 'true' follows no number of bottleneck; give numbers such as 16,32 or 8:128:8, or a"
        " key to follow: in, out, stride, dilation, se, groups",
    ),
    (
        ("solve", *PAIR, "--groups", "0", "--break-even"),
        "groups = 0 in bottleneck:in=64,out=128,mid=1,groups=0; give a whole number of at least 1",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "sentence"), REFUSED)
def test_what_cannot_be_is_one_sentence(
    arguments: tuple[str, ...], sentence: str, run: Run
) -> None:
    start = process_time()
    assert run(*arguments) == (2, "", f"Error: {sentence}\n")
    assert process_time() - start < 10
