"""The command line: exit code and text, for what works and for everything that is refused."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from fractions import Fraction

import pytest

from bottlecalc.blocks.families import FAMILIES
from bottlecalc.render.comparison import FORMATS
from tests.conftest import Run

PAIR = ("compare", "--in", "64", "--out", "128")
FAST = (*PAIR, "--no-measure")
HUGE = "9" * 5000

REFUSED: list[tuple[tuple[str, ...], str]] = [
    (
        ("compare", "--in", "0", "--out", "128"),
        "in = 0 in plain:in=0,out=128; give a whole number of at least 1",
    ),
    (
        ("compare", "--in", "-3", "--out", "128"),
        "in = -3 in plain:in=-3,out=128; give a whole number of at least 1",
    ),
    (
        ("compare", "--in", "64.5", "--out", "128"),
        "in = '64.5' for plain; give a whole number of at least 1",
    ),
    (
        ("compare", "--in", "6\n4", "--out", "128"),
        r"in = '6\n4' for plain; give a whole number of at least 1",
    ),
    (
        ("compare", "--in", "", "--out", "128"),
        "in = '' for plain; give a whole number of at least 1",
    ),
    (
        (*PAIR, "--stride", "two"),
        "stride = 'two' for plain; give a whole number of at least 1",
    ),
    (("compare", "--in", "64"), "plain has no out; give --out N, or out=N in the spec"),
    (("compare",), "plain has no in; give --in N, or in=N in the spec"),
    (
        ("compare", "--in", "64", "--out", "3"),
        "mid = 3 // 4 = 0 in bottleneck:in=64,out=3;"
        " give the width of the middle: --mid N, or mid=N in the spec",
    ),
    (
        (*PAIR, "--groups", "3"),
        "groups = 3 does not divide mid = 32 in bottleneck:in=64,out=128,groups=3;"
        " give groups that divide mid, or another mid",
    ),
    (
        (*PAIR, "--groups", "3", "--block", "plain", "--block", "basic"),
        "--groups 3 is given, and no compared block has groups (plain, basic);"
        " leave it out, or add a --block that has it",
    ),
    (
        (*PAIR, "--downsample", "--size", "55x56"),
        "size 55x56 is odd, and plain:in=64,out=128,downsample=true halves it;"
        " give an even height and width",
    ),
    (
        (*PAIR, "--downsample", "--stride", "2"),
        "downsample halves the size by itself and does not go with stride = 2 in"
        " plain:in=64,out=128,stride=2,downsample=true; leave one of the two out",
    ),
    (
        (*PAIR, "--downsample", "--upsample"),
        "downsample and upsample exclude each other in"
        " plain:in=64,out=128,downsample=true,upsample=true; leave one of the two out",
    ),
    (
        (*PAIR, "--size", "0"),
        "--size '0' is no size; give H or HxW of at least 1, such as 56 or 56x112",
    ),
    (
        (*PAIR, "--size", "56x"),
        "--size '56x' is no size; give H or HxW of at least 1, such as 56 or 56x112",
    ),
    (
        (*PAIR, "--size", "5x6x7"),
        "--size '5x6x7' is no size; give H or HxW of at least 1, such as 56 or 56x112",
    ),
    (
        (*PAIR, "--size", "-56"),
        "--size '-56' is no size; give H or HxW of at least 1, such as 56 or 56x112",
    ),
    ((*PAIR, "--batch", "0"), "--batch '0' is not allowed; give a whole number of at least 1"),
    (
        (*PAIR, "--block", "botleneck"),
        "unknown family 'botleneck' (did you mean bottleneck?)",
    ),
    (
        (*PAIR, "--block", "[red]zebra[/red]"),
        f"unknown family '[red]zebra[/red]'; the families are {', '.join(FAMILIES)}",
    ),
    (
        (*PAIR, "--block", "plain:[bold]=3"),
        "unknown key '[bold]' in 'plain:[bold]=3';"
        " the keys are in, out, stride, dilation, downsample, upsample",
    ),
    (
        (*PAIR, "--block", "bottleneck:mid=3,mid=4"),
        "mid is given twice in 'bottleneck:mid=3,mid=4'; give it once",
    ),
    ((*PAIR, "--block", "bottleneck:mid="), "mid has no value in 'bottleneck:mid='; write mid=N"),
    (
        (*PAIR, "--block", "plain:upsample"),
        "upsample has no value in 'plain:upsample'; write upsample=true",
    ),
    (
        (*PAIR, "--block", "plain:upsample=yes"),
        "upsample = 'yes' for plain:upsample=yes; write upsample=true or upsample=false",
    ),
    (
        (*PAIR, "--format", "xml"),
        "Invalid value for '--format': 'xml' is not one of 'table', 'json', 'csv', 'markdown';"
        " see bottlecalc compare --help",
    ),
    (
        (*PAIR, "--form", "json"),
        "No such option: --form (Possible options: --format); see bottlecalc compare --help",
    ),
    (
        (*PAIR, "extra"),
        "Got unexpected extra argument(s) (extra); see bottlecalc compare --help",
    ),
    (("compar",), "No such command 'compar'. Did you mean 'compare'?; see bottlecalc --help"),
    (
        ("compare", "--in", "9" * 30, "--out", "128", "--insist", "--block", "plain"),
        f"plain:in={'9' * 30},out=128 cannot be measured: 30,208,000,000,000,000,000,000,000,"
        "006,394,368 bytes are more than torch can address; give a smaller block, size or batch, or"
        " --no-measure",
    ),
]


@pytest.mark.parametrize(("arguments", "text"), REFUSED)
def test_bad_input_gets_one_sentence(arguments: tuple[str, ...], text: str, run: Run) -> None:
    result = run(*arguments)
    assert result.code == 2
    assert result.out == ""
    assert result.err == f"Error: {text}\n"


def test_what_memory_cannot_hold_is_one_sentence(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    import torch

    def full(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory\nand more")

    monkeypatch.setattr(torch.nn.Conv2d, "__init__", full)
    result = run(*PAIR, "--measure")
    assert result.code == 2
    assert result.err == (
        "Error: plain:in=64,out=128 could not be measured:"
        " DefaultCPUAllocator: can't allocate memory;"
        " give a smaller block, size or batch, or --no-measure\n"
    )


def test_a_missing_library_is_one_sentence(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.setitem(sys.modules, "psutil", None)
    result = run(*PAIR)
    assert result.code == 2
    assert result.err.startswith("Error: ")
    assert result.err.endswith("; install it with: python -m pip install psutil\n")


def test_the_textbook_pair(run: Run) -> None:
    result = run(*PAIR)
    assert result.code == 0
    assert result.err == ""
    for figure in ("73,728", "15,360", "82,432", "24,192", "75,866,112"):
        assert re.search(rf"(?<![\d,]){figure}(?![\d,])", result.out), figure
    assert result.out.count("✓") == 4
    assert "✗" not in result.out


def test_without_measuring_it_says_so(run: Run) -> None:
    result = run(*FAST)
    assert result.code == 0
    assert "No other counter was asked: these are the closed forms alone." in result.out
    assert "✓" not in result.out


def test_absurdly_large_numbers_are_counted_exactly_and_not_measured(run: Run) -> None:
    huge = 10**40
    result = run("compare", "--in", str(huge), "--out", "128", "--format", "json")
    assert result.code == 0
    block = json.loads(result.out)["blocks"][1]
    assert block["params"]["main"] == 32 * huge + 9 * 32 * 32 + 32 * 128
    assert block["agrees"] is None
    assert set(block["left_out"]) == {"torch", "fvcore"}
    assert result.err.count("bytes are more than torch can address") == 4


@pytest.mark.parametrize("form", FORMATS)
def test_integers_beyond_what_python_prints_by_default(form: str, run: Run) -> None:
    """9·n² weights of n = 10⁵⁰⁰⁰ - 1: a 9, five thousand digits of it, and a 9 again."""
    result = run("compare", "--in", HUGE, "--out", HUGE, "--size", HUGE, "--format", form)
    assert result.code == 0
    weights = 9 * int(HUGE) ** 2
    text = str(weights) if form in ("json", "csv") else f"{weights:,}"
    assert text in result.out
    assert "bytes are more than torch can address" in (result.err or result.out)


@pytest.mark.parametrize("form", FORMATS)
def test_ratios_beyond_all_floats(form: str, run: Run) -> None:
    """A plain block of n channels to 8 has 72·n weights on the main path, one of 4 has 288."""
    blocks = ("--block", f"plain:in={HUGE},out=8", "--block", "plain:in=4,out=8")
    forwards = run("compare", *blocks, "--no-measure", "--format", form)
    assert forwards.code == 0
    ratio = round(Fraction(72 * int(HUGE), 288))
    shown = {
        "table": f"{ratio:,}×",
        "json": f'"main": {ratio},',
        "csv": ",8,8,",
        "markdown": " 8 | 8 ",
    }
    assert shown[form] in forwards.out
    backwards = ("compare", "--block", blocks[3], "--block", blocks[1], "--no-measure")
    result = run(*backwards, "--format", form)
    assert result.code == 0
    inverse = {**shown, "table": " 0×", "json": '"main": 0.0,'}
    assert inverse[form] in result.out


def test_a_block_that_is_no_option_is_one_sentence(run: Run) -> None:
    result = run("compare", "plain:in=4,out=8")
    assert result.code == 2
    assert result.err == (
        "Error: Got unexpected extra argument(s) (plain:in=4,out=8);"
        " see bottlecalc compare --help\n"
    )


def test_json_keeps_its_contract(run: Run) -> None:
    document = json.loads(run(*PAIR, "--format", "json").out)
    assert document["schema"] == "bottlecalc.compare/1"
    assert set(document["versions"]) == {"bottlecalc", "python", "torch", "fvcore"}
    assert document["input"] == [1, 64, 56, 56]
    assert (document["break_even_mid"], document["break_even_mid_macs"]) == (80, 80)
    _, block = document["blocks"]
    expected = {
        "spec": "bottleneck:in=64,out=128",
        "family": "bottleneck",
        "output": [1, 128, 56, 56],
        "params": {"main": 15360, "convs": 23552, "block": 24192},
        "macs": {"main": 48168960, "block": 73859072},
        "flops": {"main": 96337920, "block": 147718144},
        "fvcore_total": 75866112,
        "activations": 1003520,
        "relus": 3,
        "witnesses": {
            "params": {"closed_form": 24192, "torch": 24192},
            "macs": {"closed_form": 73859072, "fvcore": 73859072, "torch": 73859072},
            "fvcore_total": {"closed_form": 75866112, "fvcore": 75866112},
            "activations": {"closed_form": 1003520, "torch": 1003520, "fvcore": 1003520},
        },
        "agrees": True,
    }
    assert {key: block[key] for key in expected} == expected
    assert block["rows"][0] == {
        "name": "conv1",
        "op": "1×1 conv",
        "path": "main",
        "in_channels": 64,
        "out_channels": 32,
        "output": [32, 56, 56],
        "formula": "1·1·64·32",
        "params": 2048,
        "macs": 6422528,
    }
    (ratio,) = document["ratios"]
    assert (ratio["of"], ratio["to"]) == ("plain:in=64,out=128", "bottleneck:in=64,out=128")
    assert ratio["params"] == {"main": 4.8, "convs": 81920 / 23552, "block": 82432 / 24192}
    assert ratio["macs"] == {"main": 4.8, "block": 256901120 / 73859072}


def test_json_without_measuring(run: Run) -> None:
    document = json.loads(run(*FAST, "--format", "json").out)
    assert document["versions"]["torch"] is None
    assert document["versions"]["fvcore"] is None
    assert document["blocks"][0]["agrees"] is None
    assert document["blocks"][0]["witnesses"]["macs"] == {"closed_form": 256901120}


def test_blocks_with_other_inputs_have_their_own(run: Run) -> None:
    blocks = ("--block", "basic:in=64,out=64", "--block", "bottleneck:in=256,out=256")
    document = json.loads(run("compare", *blocks, "--no-measure", "--format", "json").out)
    assert document["input"] == [1, None, 56, 56]
    assert [block["input"] for block in document["blocks"]] == [[1, 64, 56, 56], [1, 256, 56, 56]]


def test_options_reach_every_block_that_has_them(run: Run) -> None:
    arguments = (
        *("compare", "--in", "6", "--out", "20", "--mid", "10", "--groups", "5", "--stride", "2"),
        *("--dilation", "3", "--upsample", "--size", "9x7", "--batch", "2", "--format", "json"),
    )
    document = json.loads(run(*arguments).out)
    assert [block["spec"] for block in document["blocks"]] == [
        "plain:in=6,out=20,stride=2,dilation=3,upsample=true",
        "bottleneck:in=6,out=20,stride=2,dilation=3,upsample=true,mid=10,groups=5",
    ]
    assert document["input"] == [2, 6, 9, 7]
    assert document["blocks"][0]["output"] == [2, 20, 10, 8]
    assert all(block["agrees"] for block in document["blocks"])


def test_csv_is_the_table_layer_by_layer(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run(*FAST, "--format", "csv").out)))
    assert {row["block"] for row in rows} == {"plain:in=64,out=128", "bottleneck:in=64,out=128"}
    narrow = [row for row in rows if row["block"].startswith("bottleneck")]
    assert sum(int(row["params"]) for row in narrow) == 24192
    assert sum(int(row["macs"]) for row in narrow) == 73859072
    assert narrow[3]["formula"] == "3·3·32·32"
    assert narrow[3]["input"] == "1x32x56x56"


def test_markdown_is_the_same_table(run: Run) -> None:
    answer, _, layers = run(*FAST, "--format", "markdown").out.partition("\n| block | layer |")
    assert "| `plain` | 73,728 | 81,920 | 82,432 | 231,211,008 | 256,901,120 |" in answer
    assert "FLOPs = 2 × MACs" in answer.splitlines()[0]
    header, marks, *lines = f"| block | layer |{layers}".splitlines()
    names = [cell.strip() for cell in header.strip("|").split("|")]
    assert set(marks) <= set("| -:")
    rows = [
        dict(zip(names, map(str.strip, line.strip("|").split("|")), strict=True)) for line in lines
    ]
    total = sum(int(row["params"].replace(",", "")) for row in rows)
    assert total == 82432 + 24192


@pytest.mark.parametrize("form", ["json", "csv", "markdown"])
def test_machine_formats_are_alone_on_stdout(form: str, run: Run) -> None:
    result = run(*PAIR, "--format", form)
    assert result.code == 0
    assert result.err == ""
    assert "\x1b" not in result.out
