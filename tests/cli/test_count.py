"""``bottlecalc count``: every format, what the user's code prints, everything that is refused."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from bottlecalc.cli.count import Format
from bottlecalc.render.count import FORMATS
from tests.conftest import Run, run_process

CODE = """
import os
from torch import nn

print("an import that prints")

class Net(nn.Module):
    def __init__(self, width: int = 5, bias: bool = True) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, width, 3, padding="same", bias=bias), nn.ReLU())
        self.spare = nn.Linear(2, 2)

    def forward(self, x):
        print("a forward that prints")
        os.write(1, b"and one that writes to the descriptor")
        return self.body(x)

class Nested:
    net = Net(7)

instance = Net()

def lazy(): return nn.LazyLinear(3)

class Uncopied(nn.Module):
    def __deepcopy__(self, memo): raise TypeError("one and only")

def build(): return Net(2)
def fails(): raise RuntimeError("no way\\nat all")
def leaves(): raise SystemExit(3)
def text(): return "a model"
def tokens(): return nn.Embedding(9, 3)

VERSION = "1"
"""


@pytest.fixture(autouse=True)
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "net.py").write_text(CODE, "utf-8")
    (tmp_path / "broken.py").write_text("import torch\n\nx = = 1\n", "utf-8")
    (tmp_path / "absent.py").write_text("import torch\nimport nothing_like_it\n", "utf-8")
    monkeypatch.chdir(tmp_path)


SHAPE = ("--input", "1x3x7x5")


@pytest.mark.parametrize(
    ("target", "width"),
    [("net.py:Net", 5), ("net.py:instance", 5), ("net.py:build", 2), ("net.py:Nested.net", 7)],
)
def test_classes_instances_and_functions(target: str, width: int, run: Run) -> None:
    result = run("count", target, *SHAPE, "--format", "json")
    assert result.code == 0
    document = json.loads(result.out)
    assert document["target"] == target
    assert document["params"]["total"] == 28 * width + 6
    assert document["macs"] == 27 * width * 35


def test_json_keeps_its_contract_and_stays_clean() -> None:
    """In a process of its own, where the user's code can write to the descriptor too."""
    result = run_process("count", "net:Net", *SHAPE, "--format", "json")
    document = json.loads(result.out)
    assert "a forward that prints" in result.err
    assert "and one that writes to the descriptor" in result.err
    assert document.pop("schema") == "bottlecalc.count/1"
    assert set(document.pop("versions")) == {"bottlecalc", "python", "torch", "fvcore"}
    notes = document.pop("notes")
    assert document == {
        "target": "net:Net",
        "inputs": [{"shape": [1, 3, 7, 5], "dtype": "float32"}],
        "params": {"total": 146, "trainable": 146, "frozen": 0, "buffers": 0, "bytes": 584},
        "macs": 4725,
        "flops": 9450,
        "activations": 175,
        "counters": {
            "torch": {"macs": 4725},
            "fvcore": {
                "macs": 0,
                "total": 0,
                "activations": 0,
                "unsupported": {"aten::_convolution_mode": 1},
                "uncalled": ["spare"],
            },
        },
        "agrees": False,
        "modules": [
            {"name": name, "type": kind, "params": n, "macs": m, "activations": a, "trainable": n}
            for name, kind, n, m, a in (
                ("", "Net", 146, 4725, 175),
                ("body", "Sequential", 140, 4725, 175),
                ("body.0", "Conv2d", 140, 4725, 175),
                ("body.1", "ReLU", 0, 0, 0),
                ("spare", "Linear", 6, 0, 0),
            )
        ],
    }
    assert notes == [
        "torch counts 4,725 MACs and fvcore 0; torch's stands,"
        " for it sees every operator that runs",
        "fvcore missed 4,725 MACs in body.0",
        "fvcore does not support aten::_convolution_mode ×1, and counts none of it",
        "never called by the forward pass: spare (its MACs, if any, are its parent's)",
    ]


@pytest.mark.parametrize("counter", ["torch", "fvcore"])
def test_one_counter_alone(counter: str, run: Run) -> None:
    """A model has none beside it, a block its closed form."""
    other = "fvcore" if counter == "torch" else "torch"
    alone = ("--counter", counter, "--format", "json")
    model = json.loads(run("count", "net.py:Net", *SHAPE, *alone).out)
    block = json.loads(run("count", "bottleneck:in=6,out=20,mid=9", *alone).out)
    assert (model["agrees"], block["agrees"]) == (None, True)
    for document in (model, block):
        assert document["counters"][other] is None
        assert document["versions"][other] is None
        assert document["macs"] == document["counters"][counter]["macs"]
    assert "closed_form" not in model["counters"]
    assert block["macs"] == block["counters"]["closed_form"]["macs"]
    assert block["inputs"] == [{"shape": [1, 6, 56, 56], "dtype": "float32"}]


def test_arguments_are_toml(run: Run) -> None:
    given = ("--arg", "width=11", "--arg", "bias=false")
    document = json.loads(run("count", "net.py:Net", *given, "--format", "json").out)
    assert document["params"]["total"] == 27 * 11 + 6
    assert (document["macs"], document["flops"], document["agrees"]) == (None, None, None)


def test_csv_and_markdown_and_depth(run: Run) -> None:
    block = ("count", "bottleneck:in=64,out=128")
    rows = list(csv.DictReader(io.StringIO(run(*block, "--format", "csv").out)))
    assert rows[0] == {
        "module": "", "type": "BottleneckBlock", "params": "24192", "macs": "73859072",
        "activations": "1003520",
    }  # fmt: skip
    assert {row["module"] for row in rows} >= {"shortcut", "shortcut.conv", "conv2"}
    shallow = list(csv.DictReader(io.StringIO(run(*block, "--depth", "1", "--format", "csv").out)))
    assert sum(int(row["macs"]) for row in shallow[1:]) == 73859072
    text = run(*block, "--format", "markdown", "--depth", "0").out
    assert "- MACs: 73,859,072 (one forward pass in eval mode, by closed form)" in text
    assert "| `(all)` | BottleneckBlock | 24,192 | 100.0% | 73,859,072 | 100.0% |" in text


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("count-block.txt", ("count", "bottleneck:in=6,out=20,mid=9", "--input", "2x6x9x7")),
        ("count-differs.txt", ("count", "net.py:Net", *SHAPE, "--depth", "1")),
        ("count-no-input.txt", ("count", "net.py:Net")),
    ],
)
def test_golden(
    name: str, arguments: tuple[str, ...], run: Run, golden: Callable[[str, str], None]
) -> None:
    result = run(*arguments)
    assert result.code == 0
    golden(name, re.sub("^Counters: .*", "Counters: …", result.out, flags=re.MULTILINE))
    assert max(map(len, result.out.splitlines())) <= 100


def test_the_printed_modules_add_up(run: Run) -> None:
    text = run("count", "bottleneck:in=6,out=20,mid=9", "--depth", "1").out
    rows = re.findall(r"^ ( ?)(\S+) +[A-Z]\w+ +([\d,]+) +[\d.]+% +([\d,]+) ", text, re.MULTILINE)
    (_, _, params, macs), *parts = rows
    for whole, column in ((params, 2), (macs, 3)):
        total = sum(int(row[column].replace(",", "")) for row in parts)
        assert total == int(whole.replace(",", ""))


REFUSED: list[tuple[tuple[str, ...], str]] = [
    (
        ("net",),
        "'net' is no target; give package.module:name, path/to/file.py:name,"
        " or a block such as bottleneck:in=64,out=128",
    ),
    (("resnet50",), "; a network is counted by: bottlecalc network resnet50"),
    (("net.py:",), "'net.py:' is no target; give package.module:name"),
    (
        ("nothing_like_it:Net",),
        "nothing_like_it cannot be imported: ModuleNotFoundError: No module",
    ),
    (("none.py:Net",), "there is no file 'none.py'; give package.module:name"),
    (("broken.py:Net",), "broken.py cannot be imported: broken.py, line 3: SyntaxError: invalid"),
    (
        ("absent.py:Net",),
        "absent.py cannot be imported: absent.py, line 2, in <module>: ModuleNotFoundError:"
        " No module named 'nothing_like_it'",
    ),
    (("net.py:Nett",), "net.py has no 'Nett'; the nearest names are Net, Nested"),
    (("net.py:zzzzzz",), "net.py has no 'zzzzzz'; it has no name like it"),
    (("net.py:VERSION",), "net.py:VERSION is a str, not a model; name an nn.Module, or a class or"),
    (("net.py:text",), "net.py:text is a str, not a model"),
    (
        ("net.py:fails",),
        "net.py:fails cannot be built: net.py, line 29, in fails: RuntimeError: no way\n",
    ),
    (
        ("net.py:leaves",),
        "net.py:leaves cannot be built: net.py, line 30, in leaves: SystemExit: 3",
    ),
    (
        ("net.py:Net", "--arg", "depth=3"),
        "net.py:Net cannot be built: got an unexpected keyword argument 'depth'; what it takes is"
        " (width: int = 5, bias: bool = True): give --arg KEY=VALUE, or in a budget args = {",
    ),
    (
        ("net.py:instance", "--arg", "width=3"),
        "net.py:instance is an instance and takes no arguments; leave them out, or name its class",
    ),
    (
        ("plain:in=3,out=4", "--arg", "in=3"),
        "plain:in=3,out=4 is a block and takes no arguments; leave them out",
    ),
    (
        ("net.py:lazy",),
        "net.py:lazy has lazy parameters (weight, bias), known once it is run; give what it",
    ),
    (
        ("net.py:Uncopied",),
        "net.py:Uncopied cannot be counted: net.py, line 26, in __deepcopy__: Typ",
    ),
    (("plain:in=3",), "plain:in=3 has no out; give out=N in the spec"),
    *(
        (
            ("plain:in=3,out=4", *f"--input {' --input '.join(texts)}".split()),
            f"Error: {', '.join(texts).replace('x', '×')} is no input of plain:in=3,out=4; give"
            " one, float32, of batch, its 3 channels, height and width, such as 1x3x56x56\n",
        )
        for texts in (["1x4x5x5"], ["1x3x5"], ["1x3x5x5x5"], ["1x3x5x5:int64"], ["1x3x5x5"] * 2)
    ),
    (
        ("plain:in=3,out=4,downsample=true", "--input", "1x3x5x6"),
        "Error: size 5x6 is odd, and plain:in=3,out=4,downsample=true halves it; give an even",
    ),
    (
        ("net.py:Net", "--input", "1x4x7x5"),
        "net.py:Net cannot be run on 1×4×7×5: net.py, line 16, in forward: RuntimeError: Given",
    ),
    (
        ("net.py:Net", *SHAPE, *SHAPE),
        "net.py:Net does not take 2 inputs: too many positional arguments; what it takes is (x)",
    ),
    (
        ("net.py:Net", "--input", "1,3"),
        "'1,3' is no input; give its dimensions, such as 1x3x224x224",
    ),
    (("net.py:Net", "--input", "3:int"), "unknown dtype 'int' in '3:int'; the dtypes are float32"),
    (("net.py:Net", "--arg", "width"), "--arg 'width' is no argument; give key=value, such as"),
    (("net.py:Net", "--arg", "width="), "--arg width=: '' is no TOML value; give a number"),
    (
        ("net.py:Net", "--arg", "bias=False"),
        "--arg bias=False: 'False' is no TOML value; give --arg bias=false\n",
    ),
    (
        ("net.py:Net", "--arg", "bias=nothing"),
        "--arg bias=nothing: 'nothing' is no TOML value; give a number, true, false, [1, 2], or",
    ),
    (
        ("net.py:tokens", "--input", "1x4"),
        "net.py:tokens cannot be run on 1×4: RuntimeError: Expected tensor for argument #1",
    ),
    (("net.py:tokens", "--input", "1x4"), "for whole numbers say 1×4:int64\n"),
    (("net.py:Net", "--arg", "=3"), "--arg '=3' is no argument; give key=value, such as depth=6"),
    (
        ("net.py:Net", "--arg", "width=five"),
        "--arg width=five: 'five' is no TOML value; give a number, true, false, [1, 2], or text in"
        " quotes: --arg 'width=\"five\"'",
    ),
    (
        ("net.py:Net", "--arg", "width=3\nbias=1"),
        "--arg width=3\\nbias=1: '3\\nbias=1' is no TOML value",
    ),
    (("net.py:Net", "--arg", "a=1", "--arg", "a=2"), "--arg a is given twice; give it once"),
    (
        ("net.py:Net", "--depth", "-1"),
        "--depth '-1' is no depth; give a whole number, 0 for totals",
    ),
    (
        ("net.py:Net", "--counter", "thop"),
        "Invalid value for '--counter': 'thop' is not one of 'torch', 'fvcore', 'both'",
    ),
]


@pytest.mark.parametrize(("arguments", "text"), REFUSED, ids=lambda value: str(value)[:40])
def test_bad_input_gets_one_sentence(arguments: tuple[str, ...], text: str, run: Run) -> None:
    result = run("count", *arguments)
    assert result.code == 2
    assert result.out == ""
    assert "Traceback" not in result.err
    assert text in result.err
    assert re.search("^Error: ", result.err, re.MULTILINE)


def test_the_traceback_is_the_users_own_and_only_when_asked_for(run: Run) -> None:
    arguments = ("count", "net.py:fails")
    assert "  File" not in run(*arguments).err
    shown = run(*arguments, "--traceback").err
    assert 'net.py", line 29, in fails' in shown
    assert "at all" in shown
    assert "bottlecalc/" not in shown
    assert shown.splitlines()[-1].startswith("Error: net.py:fails cannot be built")


def test_formats_offered_are_the_formats_there_are() -> None:
    assert get_args(Format) == tuple(FORMATS)


def test_a_model_built_on_the_cpu_says_so(run: Run) -> None:
    root = Path(__file__).parent.parent / "zoo.py"
    result = run("count", f"{root}:Stubborn", "--input", "1x3")
    assert result.code == 0
    assert "built on the CPU: it cannot be built on the meta device" in result.out
