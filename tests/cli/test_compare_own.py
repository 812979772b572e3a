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
from tests.conftest import Run, run_on_terminal, run_process

CODE = '''
from torch import nn

print("an import that prints")

class Grouped(nn.Module):
    """A 3×3 in groups, with a bias, and a 1×1."""

    def __init__(self, in_channels, out_channels, stride=1, groups=1, act="relu"):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(in_channels, in_channels, 3, stride, 1, groups=groups),
            nn.ReLU() if act == "relu" else nn.SiLU(),
        )
        self.head = nn.Conv2d(in_channels, out_channels, 1, bias=False)

    def forward(self, x):
        return self.head(self.body(x))

class Narrow(nn.Module):
    """A bottleneck, written plainly from its paper."""

    def __init__(self, in_channels, out_channels, mid, stride=1):
        super().__init__()
        self.reduce = nn.Conv2d(in_channels, mid, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(mid)
        self.conv = nn.Conv2d(mid, mid, 3, stride, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(mid)
        self.expand = nn.Conv2d(mid, out_channels, 1, bias=False)
        self.norm3 = nn.BatchNorm2d(out_channels)
        self.project = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)
        self.norm4 = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU()

    def forward(self, x):
        y = self.relu(self.norm1(self.reduce(x)))
        y = self.relu(self.norm2(self.conv(y)))
        return self.relu(self.norm3(self.expand(y)) + self.norm4(self.project(x)))

class Same(nn.Conv2d):
    """fvcore does not support a padding that is a word."""

    def __init__(self, in_channels=6):
        super().__init__(in_channels, 10, 3, padding="same")

class Two(nn.Module):
    def __init__(self, in_channels):
        super().__init__()

    def forward(self, x):
        return x, x

class Unnamed(nn.Conv2d):
    def __init__(self, width):
        super().__init__(width, width, 1)

class Any(nn.Conv2d):
    def __init__(self, **options):
        super().__init__(options["in"], 4, 1)

class Fails(nn.Module):
    def __init__(self, in_channels):
        raise RuntimeError("no way\\nat all")

class Late(nn.Module):
    def __init__(self, in_channels):
        super().__init__()

    def forward(self, x):
        raise RuntimeError("too late")

def text(in_channels): return "a block"

instance = Same()
'''
GROUPED = "blocks.py:Grouped:in_channels=6,out_channels=10,groups=3"
ON = ("--size", "9x7", "--batch", "2")


@pytest.fixture(autouse=True)
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "blocks.py").write_text(CODE, "utf-8")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "parts.py").write_text(CODE, "utf-8")
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


NEEDED = (
    "Error: blocks.py:Grouped has no closed form, which is needed here; torch and fvcore count it:"
    " bottlecalc compare --block blocks.py:Grouped:KEY=VALUE, or bottlecalc count"
    " blocks.py:Grouped --arg KEY=VALUE\n"
)


@pytest.mark.parametrize(
    "arguments",
    [
        ("sweep", "--in", "6", "--out", "8:20:4", "--block", GROUPED),
        ("solve", "--block", GROUPED, "--for", "out", "--max-params", "3k"),
        ("handout", "--block", GROUPED, "--block", "bottleneck:in=6,out=20", "-o", "x.md"),
        ("network", "resnet18", "--block", GROUPED),
        ("network", "resnet18:block=blocks.py:Grouped"),
        ("blocks", "blocks.py:Grouped"),
    ],
    ids=lambda arguments: " ".join(arguments)[:30],
)
def test_what_needs_a_closed_form_says_so(arguments: tuple[str, ...], run: Run) -> None:
    result = run(*arguments)
    assert (result.code, result.out, result.err) == (2, "", NEEDED)


def test_a_budget_says_so_too(run: Run) -> None:
    text = f'[[budget]]\nname = "own"\nblock = "{GROUPED}"\nmax_params = 1\n'
    Path("bottlecalc.toml").write_text(text, "utf-8")
    result = run("check")
    assert result.code == 2
    assert NEEDED.removeprefix("Error: ") in " ".join(f"{result.out} {result.err}".split()) + "\n"


REFUSED: list[tuple[tuple[str, ...], str]] = [
    (
        ("blocks.py:Grouped:in_channels=6",),
        "blocks.py:Grouped cannot be built: missing a required argument: 'out_channels'; what it"
        " takes is (in_channels, out_channels, stride=1, groups=1, act='relu'): give them as"
        " blocks.py:Grouped:KEY=VALUE,KEY=VALUE\n",
    ),
    (
        ("blocks.py:Grouped:in=6,out_channels=10",),
        "blocks.py:Grouped cannot be built: missing a required argument: 'in_channels'; what it",
    ),
    (
        ("blocks.py:Grouped:out_channels=10",),
        "blocks.py:Grouped:out_channels=10 has no in_channels; give the channels of its input:"
        " blocks.py:Grouped:out_channels=10,in_channels=64\n",
    ),
    (
        ("blocks.py:Unnamed:width=4",),
        "blocks.py:Unnamed takes neither in_channels nor in, by which the channels of its input"
        " are known; name a class or function that takes one of the two\n",
    ),
    (
        ("blocks.py:instance",),
        "blocks.py:instance takes neither in_channels nor in, by which the channels of its input",
    ),
    (
        ("blocks.py:Two:in_channels=0",),
        "in_channels = 0 in blocks.py:Two:in_channels=0 is no number of channels; give a whole"
        " number of at least 1\n",
    ),
    (
        ("blocks.py:text:in_channels=3",),
        "blocks.py:text is a str, not a model; name an nn.Module, or a class or function that",
    ),
    (
        ("blocks.py:Fails:in_channels=3",),
        "in __init__: RuntimeError: no way\n",
    ),
    (
        ("blocks.py:Late:in_channels=3",),
        "blocks.py:Late cannot be run on 1×3×56×56: blocks.py, line 70, in forward: RuntimeError:"
        " too late\n",
    ),
    (("blocks.py:Grouper:in_channels=3",), "blocks.py has no 'Grouper'; the nearest names are"),
    (("none.py:Grouped:in_channels=3",), "there is no file 'none.py'; give package.module:name"),
    (
        ("no.such:Grouped:in_channels=3",),
        "no.such cannot be imported: ModuleNotFoundError: No module named 'no'",
    ),
    (
        ("blocks.py",),
        "'blocks.py' names no block of your own; give FILE.py:NAME or package.module:NAME, and its"
        " arguments: blocks.py:MyBlock:in_channels=64\n",
    ),
    (("blocks.py:in_channels=3",), "'blocks.py:in_channels=3' names no block of your own; give"),
    (
        ("blocks.py:Two:in_channels",),
        "'in_channels' in 'blocks.py:Two:in_channels' is no argument; give key=value\n",
    ),
    (
        ("blocks.py:Two:in_channels=3,in_channels=4",),
        "in_channels is given twice in 'blocks.py:Two:in_channels=3,in_channels=4'; give it once",
    ),
    (
        ("blocks.py:Two:in_channels=3,act=True",),
        "act = 'True' in 'blocks.py:Two:in_channels=3,act=True' is no value; give act=true\n",
    ),
    (
        ("blocks.py:Two:in_channels=3,act=",),
        "act = '' in 'blocks.py:Two:in_channels=3,act=' is no value; give a number, true, false",
    ),
    (
        (GROUPED, "--no-measure"),
        "blocks.py:Grouped has no closed form: it is counted by torch and fvcore alone; leave"
        " --no-measure out, or the block\n",
    ),
    (
        ("blocks.py:Two", "--in", "6 4"),
        "in_channels = '6 4' in 'blocks.py:Two' is no value; give a number, true, false, [1, 2]",
    ),
    (
        (GROUPED, "--in", "3", "--mid", "3", "--block", "plain:out=4"),
        "--mid 3 is given, and no compared block has mid (blocks.py:Grouped, plain); leave it out,"
        " or add a --block that has it\n",
    ),
]


@pytest.mark.parametrize(("arguments", "text"), REFUSED, ids=lambda value: str(value)[:50])
def test_bad_input_gets_one_sentence(arguments: tuple[str, ...], text: str, run: Run) -> None:
    result = run("compare", "--block", *arguments)
    assert (result.code, result.out) == (2, "")
    assert "Traceback" not in result.err
    (sentence,) = re.findall("^Error: .*\n", result.err, re.MULTILINE)
    assert text in sentence
