"""``compare`` with blocks of the user's own: counted by torch and fvcore, without a closed form."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bottlecalc.models import run as running
from bottlecalc.models.fvcore import fvcore_counts
from tests.cli.own import GROUPED, write
from tests.conftest import Run, run_on_terminal, run_process

ON = ("--size", "9x7", "--batch", "2")


@pytest.fixture(autouse=True)
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path)
    monkeypatch.chdir(tmp_path)


def compared(run: Run, *specs: str, arguments: tuple[str, ...] = ()) -> dict[str, Any]:
    blocks = (argument for spec in specs for argument in ("--block", spec))
    result = run("compare", *blocks, *arguments, "--format", "json")
    assert result.code in (0, 1), result.err
    document: dict[str, Any] = json.loads(result.out)
    return document


def test_a_block_of_ones_own_beside_a_family(run: Run) -> None:
    """6·(6/3)·9 weights and 6 biases, then 6·10; each weight once at each of 2·9·7 positions."""
    document = compared(run, "plain:in=6,out=10", GROUPED, arguments=ON)
    _, block = document["blocks"]
    rows, notes = block.pop("rows"), block.pop("notes")
    assert block == {
        "spec": GROUPED,
        "family": None,
        "closed_form": False,
        "input": [2, 6, 9, 7],
        "output": [2, 10, 9, 7],
        "params": {"main": None, "convs": None, "block": 108 + 6 + 60},
        "macs": {"main": None, "block": (108 + 60) * 126},
        "flops": {"main": None, "block": 2 * (108 + 60) * 126},
        "fvcore_total": (108 + 60) * 126,
        "activations": (6 + 10) * 126,
        "relus": None,
        "receptive_field": None,
        "effective_stride": None,
        "witnesses": {
            "params": {"torch": 174},
            "macs": {"torch": 168 * 126, "fvcore": 168 * 126},
            "fvcore_total": {"fvcore": 168 * 126},
            "activations": {"torch": 16 * 126, "fvcore": 16 * 126},
        },
        "agrees": True,
        "left_out": {},
        "differences": [],
    }
    assert [(row["name"], row["op"], row["params"], row["macs"]) for row in rows] == [
        ("body.0", "Conv2d", 114, 108 * 126),
        ("body.1", "ReLU", 0, 0),
        ("head", "Conv2d", 60, 60 * 126),
    ]
    assert notes == [
        "blocks.py:Grouped has no closed form: it is counted by torch and fvcore alone"
    ]
    (ratio,) = document["ratios"]
    assert (ratio["of"], ratio["to"]) == ("plain:in=6,out=10", GROUPED)
    assert ratio["params"] == {"block": 640 / 174}
    assert set(ratio["macs"]) == {"block"}
    assert document["input"] == [2, 6, 9, 7]


def test_other_entries_are_as_they_are_without_it(run: Run) -> None:
    with_own = compared(run, "bottleneck:in=6,out=12", GROUPED)
    alone = compared(run, "bottleneck:in=6,out=12")
    assert with_own["blocks"][0] == alone["blocks"][0]
    for figure in ("break_even_mid", "break_even_mid_macs"):
        assert with_own[figure] == alone[figure] is not None


@pytest.mark.parametrize("stride", [1, 2])
def test_a_bottleneck_written_by_its_user_costs_what_the_closed_form_says(
    stride: int, run: Run
) -> None:
    arguments = ("--in", "6", "--out", "10", "--mid", "7", "--stride", str(stride), *ON)
    document = compared(run, "bottleneck", "blocks.py:Narrow", arguments=arguments)
    family, own = document["blocks"]
    assert own["spec"] == f"blocks.py:Narrow:in_channels=6,out_channels=10,mid=7,stride={stride}"
    for figure in ("params", "macs", "flops"):
        assert own[figure]["block"] == family[figure]["block"]
    for figure in ("fvcore_total", "activations", "input", "output"):
        assert own[figure] == family[figure]
    assert document["ratios"][0]["params"] == {"block": 1.0}


def test_options_fill_what_the_class_takes_and_its_text_leaves_out(run: Run) -> None:
    arguments = ("--in", "6", "--out", "10", "--mid", "5", "--stride", "2")
    document = compared(
        run, "bottleneck", "blocks.py:Grouped:out_channels=8,act=silu", arguments=arguments
    )
    spec = document["blocks"][1]["spec"]
    assert spec == "blocks.py:Grouped:out_channels=8,act=silu,in_channels=6,stride=2"
    assert document["blocks"][1]["output"] == [1, 8, 28, 28]


@pytest.mark.parametrize(
    ("spec", "channels"),
    [
        ("package.parts:Grouped:in_channels=6,out_channels=10", 6),
        ("blocks.py:Any:in=5", 5),
        ("blocks.py:Two:in_channels=5", 5),
        ("torch.nn:Conv2d:in_channels=4,out_channels=8,kernel_size=[3,5],padding=[1, 2]", 4),
        ("torch.nn:Conv2d:in_channels=4,out_channels=8,kernel_size=3,padding_mode='zeros'", 4),
    ],
)
def test_where_classes_and_their_channels_are_found(spec: str, channels: int, run: Run) -> None:
    (block,) = compared(run, spec)["blocks"]
    assert (block["spec"], block["input"]) == (spec, [1, channels, 56, 56])
    assert block["agrees"] is True


def test_a_default_is_enough_and_what_is_not_one_tensor_has_no_shape(run: Run) -> None:
    same, two = compared(run, "blocks.py:Same", "blocks.py:Two:in_channels=6")["blocks"]
    assert same["input"] == [1, 6, 56, 56]
    assert two["output"] is None
    assert two["params"]["block"] == two["macs"]["block"] == 0
    assert run("compare", "--block", "blocks.py:Two:in_channels=6").code == 0


def test_nothing_is_divided_by_nothing(run: Run) -> None:
    document = compared(run, "plain:in=6,out=10", "blocks.py:Two:in_channels=6")
    assert document["ratios"] == [
        {"of": "plain:in=6,out=10", "to": "blocks.py:Two:in_channels=6", "params": {}, "macs": {}}
    ]


def test_what_fvcore_does_not_support_is_named_and_fails(run: Run) -> None:
    """9·6·10 weights at 9·7 positions, of which fvcore has none."""
    result = run("compare", "--block", "blocks.py:Same", "--size", "9x7")
    assert result.code == 1
    assert " ✗ MACs          torch ≠ fvcore (blocks.py:Same)\n" in result.out
    assert "torch counts 34,020 MACs and fvcore 0; torch's stands" in result.out
    assert "fvcore does not support aten::_convolution_mode ×1, and counts none of it" in result.out
    document = compared(run, "blocks.py:Same", arguments=("--size", "9x7"))
    (block,) = document["blocks"]
    assert block["agrees"] is False
    assert block["differences"] == [
        {
            "layer": "",
            "figure": "macs",
            "closed_form": None,
            "torch": 34_020,
            "witness": "fvcore",
            "found": 0,
        }
    ]


def test_a_counter_that_errs_is_seen(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    def one_more(*arguments: Any) -> Any:
        counted = fvcore_counts(*arguments)
        macs = {**counted.figures["macs"]}
        macs["head"] = macs.get("head", 0) + 1
        object.__setattr__(counted, "figures", {**counted.figures, "macs": macs})
        return counted

    assert run("compare", "--block", GROUPED).code == 0
    monkeypatch.setattr(running, "fvcore_counts", one_more)
    result = run("compare", "--block", GROUPED)
    assert result.code == 1
    assert "✗ MACs          torch ≠ fvcore (blocks.py:Grouped)\n" in result.out
    assert "torch counts 1 MACs fewer in head" in result.out


def test_fvcore_is_left_out_where_it_is_too_large_unless_it_is_insisted_on(
    monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.setattr("bottlecalc.models.policy.FVCORE_MOST_MACS", 1000)
    (block,) = compared(run, GROUPED, arguments=ON)["blocks"]
    assert block["agrees"] is None
    assert block["left_out"] == {
        "fvcore": "21,168 MACs are more than the 1,000 that it is run for (compare --insist,"
        " or measure='insist' in Python, does it all the same)"
    }
    assert block["notes"] == ["blocks.py:Grouped has no closed form: it is counted by torch alone"]
    text = run("compare", "--block", GROUPED, *ON).out
    assert f"fvcore was left out for {GROUPED}: 21,168 MACs are more than" in text
    (insisted,) = compared(run, GROUPED, arguments=(*ON, "--insist"))["blocks"]
    assert (insisted["agrees"], insisted["left_out"]) == (True, {})


def test_golden(golden: Callable[[str, str], None]) -> None:
    arguments = ("--in", "6", "--out", "10", "--stride", "2", *ON)
    blocks = ("--block", "plain", "--block", "blocks.py:Grouped:groups=3")
    result = run_on_terminal(80, "compare", *arguments, *blocks)
    assert result.code == 0
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", result.out)
    text = shown[shown.index("All blocks:") :]
    golden("own.txt", re.sub("^Counters: .*", "Counters: …", text, flags=re.MULTILINE))
    assert max(map(len, text.splitlines())) <= 80


def test_csv_and_markdown_have_its_modules(run: Run) -> None:
    blocks = ("--block", "plain:in=6,out=10", "--block", GROUPED, *ON)
    rows = list(csv.DictReader(io.StringIO(run("compare", *blocks, "--format", "csv").out)))
    own = [row for row in rows if row["block"] == GROUPED]
    assert [row["layer"] for row in own] == ["body.0", "body.1", "head"]
    assert sum(int(row["params"]) for row in own) == 174
    assert sum(int(row["macs"]) for row in own) == 168 * 126
    text = run("compare", *blocks, "--format", "markdown").out
    assert "| `blocks.py:Grouped:groups=3` | – | – | 174 | – | 21,168 | – | – | 3.68× | – |" in text
    assert f"| `{GROUPED}` | head | Conv2d |  |  |  |  |  |  | 60 | 7,560 |" in text
    assert "- blocks.py:Grouped has no closed form: it is counted by torch and fvcore" in text


def test_what_its_code_prints_is_kept_out_of_the_output() -> None:
    """In a process of its own, where it may write to the descriptor."""
    result = run_process("compare", "--block", GROUPED, "--format", "json")
    assert result.code == 0
    assert json.loads(result.out)["blocks"][0]["spec"] == GROUPED
    assert "an import that prints" in result.err


def test_count_takes_the_same_text(run: Run) -> None:
    whole = ("count", GROUPED, "--arg", "act='silu'", "--input", "2x6x9x7", "--format", "json")
    document = json.loads(run(*whole).out)
    assert (document["target"], document["params"]["total"]) == (GROUPED, 174)
    assert document["macs"] == 168 * 126
    assert document["modules"][3]["type"] == "SiLU"
    twice = run("count", GROUPED, "--arg", "groups=2")
    assert twice.code == 2
    assert f"Error: groups is given twice, in {GROUPED} and by --arg; give it once" in twice.err
