"""What a model is built with and run on, from the command line: names, tables, values, objects."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run

CODE = """
import torch
from torch import nn

class Config:
    def __init__(self, hidden=16, inner=None, act="relu", dtype=None):
        self.hidden, self.inner, self.act, self.dtype = hidden, inner, act, dtype

class Built(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.l = nn.Linear(config.hidden, config.inner.hidden, bias=False, dtype=config.dtype)

    def forward(self, x):
        return self.l(x)

class Sizes(nn.Sequential):
    def __init__(self, *sizes, bias=False):
        super().__init__(*(nn.Linear(a, b, bias) for a, b in zip(sizes, sizes[1:])))

class Table(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 5, 3, bias=False)

    def forward(self, batch, *, mode="tensor"):
        assert batch["meta"] == [1, 2] and mode == "tensor", (batch["meta"], mode)
        return self.c(batch["image"])

class Both(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(6, 2, bias=False), nn.Linear(7, 2, bias=False)

    def forward(self, pair):
        x, y = pair
        return self.a(x), self.b(y)

class Steps(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(16, 16, bias=False)

    def forward(self, x, n, *, scale, flag=False, mask=None):
        for _ in range(n + flag):
            x = self.l(x)
        return x

class Values(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(3, 2, bias=False)

    def forward(self, x, n):
        for _ in range(int(n.sum())):
            self.l(x)
        return x

class Parts(nn.Module):
    def __init__(self):
        super().__init__()
        self.stages = nn.ModuleList([nn.Conv2d(3, 5, 3), nn.Sequential(nn.Conv2d(5, 7, 3))])
        self.head = nn.Linear(7, 2)

    def forward(self, batch):
        x = batch["image"]
        for stage in self.stages:
            x = stage(x)
        return self.head(x.mean((2, 3)))

class Needs(nn.Module):
    def __init__(self, hidden, *, depth, act="relu"):
        super().__init__()
        self.l = nn.Linear(hidden, depth)

    def forward(self, x, *, mask, scale=1):
        return self.l(x) * mask

class Bag:
    def __init__(self, x):
        self.x = x

class Graph(nn.Linear):
    def __init__(self):
        super().__init__(3, 2, bias=False)

    def forward(self, bag):
        return super().forward(bag.x)

def by_place(): return torch.ones(4, 3), torch.tensor([2, 3])
def by_name(): return {"x": torch.ones(4, 3), "n": torch.tensor([5])}
def both(): return (torch.ones(4, 3),), {"n": torch.tensor([7])}
def bag(): return Bag(torch.ones(4, 3))
def pair(): return [torch.ones(1, 6), torch.ones(1, 7)]
def fails(): raise ValueError("no data here")
nothing = None
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shapes.py").write_text(CODE, "utf-8")
    monkeypatch.chdir(tmp_path)


def counted(run: Run, *arguments: str) -> Any:
    result = run("count", *arguments, "--format", "json")
    assert result.code == 0, result.err
    return json.loads(result.out)


COUNTED = [
    (("Table", "--input", '{image = "1x3x5x7", meta = [1, 2]}'), 27 * 5 * 3 * 5),
    (
        ("Table", "--input", '{image = "1x3x5x7", meta = [1, 2]}', "--input", 'mode="tensor"'),
        27 * 5 * 3 * 5,
    ),
    (("Both", "--input", '["5x6", "7x7"]'), 5 * 12 + 7 * 14),
    (("Both", "--input", 'pair=["5x6", "7x7"]'), 5 * 12 + 7 * 14),
    (("Both", "--inputs-from", "shapes.py:pair"), 12 + 14),
    (("Steps", "--input", "5x16", "--input", "n=3", "--input", "scale=2.5"), 3 * 5 * 256),
    (
        ("Steps", "--input", "n=3", "--input", "flag=true", "--input", "x=5x16",
         "--input", "scale=1", "--input", "mask=null"),
        4 * 5 * 256,
    ),
    (("Values", "--input", "5x3", "--input", "2:int64=full(4)"), 8 * 5 * 6),
    (("Values", "--input", "5x3=randn", "--input", "n=4:int64=arange"), 6 * 5 * 6),
    (("Values", "--input", "x=5x3=rand", "--input", "n=3:int64=ones"), 3 * 5 * 6),
    (("Values", "--input", "5x3", "--input", "2:int64=randint(3,4)"), 6 * 5 * 6),
    (("Values", "--inputs-from", "shapes.py:by_place"), 5 * 4 * 6),
    (("Values", "--inputs-from", "shapes.py:by_name"), 5 * 4 * 6),
    (("Values", "--inputs-from", "shapes.py:both"), 7 * 4 * 6),
    (("Graph", "--inputs-from", "shapes:bag"), 4 * 6),
    (
        ("Built", "--arg", "config=shapes:Config(hidden=6, inner=shapes.py:Config(hidden=7))",
         "--input", "3x6"),
        3 * 42,
    ),
    (("Sizes", "--arg", "*=[16, 8, 4]", "--arg", "bias=true", "--input", "3x16"), 3 * 160),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "macs"), COUNTED, ids=lambda given: str(given)[:40])
def test_every_input_reaches_the_forward(arguments: tuple[str, ...], macs: int, run: Run) -> None:
    target, *rest = arguments
    assert counted(run, f"shapes.py:{target}", *rest)["macs"] == macs


def test_the_json_names_what_is_no_argument_by_place(run: Run) -> None:
    document = counted(
        run, "shapes.py:Steps", "--input", "5x16", "--input", "n=3", "--input", "scale=2:int64=ones"
    )
    assert document["inputs"] == [
        {"shape": [5, 16], "dtype": "float32"},
        {"shape": [2], "dtype": "int64", "name": "scale", "fill": "ones"},
    ]
    nested = counted(run, "shapes.py:Both", "--input", '["5x6", "7x7"]')
    assert [one["name"] for one in nested["inputs"]] == ["0.0", "0.1"]


def test_the_table_shows_all_that_was_given(run: Run) -> None:
    arguments = ("--input", "5x16", "--input", "n=3", "--input", "scale=2.5")
    out = run("count", "shapes.py:Steps", *arguments).out
    assert re.search(r"^ input +5×16, n=3, scale=2\.5$", out, re.MULTILINE)


def test_a_dtype_of_all_floats(run: Run) -> None:
    """6·7 parameters of two bytes; whole numbers stay what they are."""
    config = "config=shapes:Config(hidden=6, inner=shapes:Config(hidden=7))"
    given = ("shapes.py:Built", "--arg", config, "--input", "3x6", "--dtype", "bfloat16")
    document = counted(run, *given)
    assert document["params"]["bytes"] == 2 * 42
    assert document["inputs"] == [{"shape": [3, 6], "dtype": "bfloat16"}]
    wide = config.replace("hidden=6,", "hidden=6, dtype=torch:float64,")
    assert counted(run, given[0], "--arg", wide, *given[3:])["params"]["bytes"] == 2 * 42
    assert counted(run, given[0], "--arg", wide)["params"]["bytes"] == 8 * 42
    values = ("shapes.py:Values", "--input", "5x3", "--input", "2:int64=ones")
    document = counted(run, *values, "--dtype", "float16")
    assert [one["dtype"] for one in document["inputs"]] == ["float16", "int64"]


def test_a_part_while_the_whole_is_run(run: Run) -> None:
    given = ("shapes.py:Parts", "--input", '{image = "1x3x9x11"}', "--module", "stages.1")
    document = counted(run, *given, "--depth", "1")
    assert document["module"] == "stages.1"
    assert document["params"]["total"] == 7 * 5 * 9 + 7
    assert document["macs"] == 7 * 5 * 9 * 5 * 7
    assert document["activations"] == 7 * 5 * 7
    names = [(one["name"], one["type"]) for one in document["modules"]]
    assert names == [("stages.1", "Sequential"), ("stages.1.0", "Conv2d")]
    assert document["modules"][0]["macs"] == document["macs"]
    out = run("count", *given).out
    assert "shapes.py:Parts, module stages.1 of it\n" in out
    assert " stages.1  Sequential " in out
    assert "  0        Conv2d " in out


def test_two_sides_of_a_diff_take_them_too(run: Run) -> None:
    given = ("shapes.py:Steps", "shapes.py:Steps", "--input", "5x16", "--input", "n=3")
    out = run("diff", *given, "--input", "scale=2:int64=ones").out
    assert "on 5×16, n=3, scale=2:int64=ones\n" in out
    assert "MACs 3,840 3,840" in " ".join(out.split())


def test_two_sides_of_a_diff_are_of_a_part_and_a_dtype(run: Run) -> None:
    """The second convolution: 5·9·7 weights and 7 biases, two bytes each."""
    given = ("shapes.py:Parts", "shapes.py:Parts", "--input", '{image = "1x3x9x9"}')
    out = run("diff", *given, "--module", "stages.1", "--dtype", "float16").out
    assert "shapes.py:Parts, module stages.1 of it → shapes.py:Parts, module stages.1 of it" in out
    assert "bytes 644 644" in " ".join(out.split())
    assert "on {image: 1×3×9×9:float16}\n" in out


def test_two_sides_of_a_diff_are_run_on_what_a_function_returns(run: Run) -> None:
    given = ("shapes.py:Values", "shapes.py:Values", "--inputs-from")
    out = run("diff", *given, "shapes.py:by_name", "--format", "json").out
    assert json.loads(out)["figures"]["macs"]["before"] == 5 * 4 * 3 * 2


def test_a_count_in_a_file_was_of_the_same_constants(run: Run) -> None:
    given = ("shapes.py:Steps", "--input", "5x16", "--input", "scale=1", "--input")
    run("count", *given, "n=3", "-o", "before.json")
    assert json.loads(Path("before.json").read_text("utf-8"))["call"] == "5×16, scale=1, n=3"
    assert "\non 5×16, scale=1, n=3\n" in run("diff", "before.json", *given, "n=3").out
    differ = run("diff", "before.json", *given, "n=2").out
    assert "\non 5×16, scale=1, n=3 → 5×16, scale=1, n=2\n" in differ


def test_an_explanation_of_what_a_function_returns(run: Run) -> None:
    """A tool that is run is given the same, in a process of its own."""
    given = ("shapes.py:Values", "--inputs-from", "shapes.py:by_place", "--dtype", "bfloat16")
    tool = ("--tool", "FlopCounterMode", "--run", "--format", "json")
    document = json.loads(run("explain", *given, *tool).out)
    assert document["macs"] == 5 * 4 * 3 * 2
    assert document["tools"][0]["ran"] == 2 * 5 * 4 * 3 * 2
    assert document["inputs"][0]["dtype"] == "bfloat16"


def test_an_explanation_says_all_that_is_given(run: Run) -> None:
    given = ("shapes.py:Steps", "--input", "5x16", "--input", "n=3", "--input", "scale=1")
    assert "shapes.py:Steps  input 5×16, n=3, scale=1\n" in run("explain", *given).out


def test_and_so_does_an_explanation(run: Run) -> None:
    given = ("shapes.py:Steps", "--input", "5x16", "--input", "n=3", "--input", "scale=1")
    document = json.loads(run("explain", *given, "--format", "json").out)
    assert document["macs"] == 3 * 5 * 256


REFUSED = [
    (
        ("Needs",),
        "shapes.py:Needs cannot be built: missing required arguments: 'hidden', 'depth'; what it"
        " takes is (hidden, *, depth, act='relu'): give --arg hidden=… --arg depth=…, or in a"
        " budget args = { hidden = …, depth = … }\n",
    ),
    (
        ("Needs", "--arg", "hidden=3"),
        "shapes.py:Needs cannot be built: missing a required argument: 'depth'; what it takes",
    ),
    (
        ("Needs", "--arg", "hidden=3", "--arg", "depth=2", "--input", "5x3"),
        "shapes.py:Needs does not take 1 input: missing a required argument: 'mask'; what it takes"
        " is (x, *, mask, scale=1); give --input mask=1x3, each with its shape or value\n",
    ),
    (
        (
            *("Needs", "--arg", "hidden=3", "--arg", "depth=2", "--input", "5x3"),
            *("--input", "musk=5x3"),
        ),
        "shapes.py:Needs does not take 2 inputs: it has no 'musk'; what it takes is"
        " (x, *, mask, scale=1); give --input mask=1x3, each with its shape or value\n",
    ),
    (
        ("Built", "--arg", "config=shapes:Config(depth=3)"),
        "shapes:Config cannot be built: got an unexpected keyword argument 'depth'; what it takes"
        " is (hidden=16, inner=None, act='relu', dtype=None): write shapes:Config(KEY=VALUE, …)\n",
    ),
    (
        ("Built", "--arg", "config=shapes:Konfig()"),
        "shapes has no 'Konfig'; the nearest names are Config",
    ),
    (("Built", "--arg", "config=nowhere:A()"), "nowhere cannot be imported: ModuleNotFoundError"),
    (
        ("Built", "--arg", "config=shapes:nothing()"),
        "shapes:nothing cannot be called; write shapes:nothing without brackets\n",
    ),
    (("Sizes", "--arg", "*=3"), "* = 3 is no list of what shapes.py:Sizes is given by place; give"),
    (
        ("Values", "--inputs-from", "shapes.py:fails"),
        "shapes.py:fails returns no inputs: shapes.py, line 95, in fails: ValueError: no data he",
    ),
    (("Values", "--inputs-from", "shapes.py:nix"), "shapes.py has no 'nix'; it has no name like"),
    (("Values", "--inputs-from", "shapes.py:nothing"), "shapes.py:nothing is no function; name"),
    (
        ("Values", "--inputs-from", "shapes.py"),
        "--inputs-from 'shapes.py' names no function; give path/to/file.py:function or pack",
    ),
    (("Values", "--dtype", "int8"), "dtype = 'int8' is none of a model's; give float32, bfloat16"),
    (
        ("Parts", "--input", '{image = "1x3x9x9"}', "--module", "stages.2"),
        "shapes.py:Parts has no module 'stages.2'; the nearest are stages",
    ),
    (
        ("Parts", "--input", '{image = "1x3x9x9"}', "--module", "xyz"),
        "shapes.py:Parts has no module 'xyz'; name one of its modules: stages, head\n",
    ),
]


@pytest.mark.parametrize(("arguments", "sentence"), REFUSED, ids=lambda given: str(given)[:40])
def test_what_is_wrong_is_one_sentence(arguments: tuple[str, ...], sentence: str, run: Run) -> None:
    target, *rest = arguments
    result = run("count", f"shapes.py:{target}", *rest)
    assert (result.code, result.out) == (2, "")
    assert f"Error: {sentence}" in result.err
    assert "Traceback" not in result.err


BLOCKS = [
    (
        ("count", "plain:in=3,out=4", "--input", "x=1x3x5x7"),
        "is a block; give it one input, and no",
    ),
    (("count", "plain:in=3,out=4", "--dtype", "bfloat16"), "counted in float32; leave dtype out"),
    (
        ("explain", "resnet18", "--input", "x=1x3x64x64"),
        "x=1×3×64×64 is no input of resnet18; give one shape, without a name\n",
    ),
    (
        ("diff", "resnet18", "resnet34", "--module", "stem"),
        "--module 'stem' goes with a model that is named, such as net.py:Net, and resnet18 is none",
    ),
    (
        ("diff", "resnet18", "shapes.py:Parts", "--inputs-from", "shapes.py:pair"),
        "--inputs-from 'shapes.py:pair' goes with a model that is named",
    ),
    (
        ("explain", "plain:in=3,out=4", "--inputs-from", "shapes.py:pair"),
        "--inputs-from 'shapes.py:pair' goes with a model that is named",
    ),
    (("explain", "resnet18", "--dtype", "float16"), "--dtype 'float16' goes with a model that is"),
    (
        ("diff", "resnet18", "resnet34", "--input", '["1x3x64x64"]'),
        "[1×3×64×64] is no input of resnet18; give one shape, without a name\n",
    ),
]


@pytest.mark.parametrize(("arguments", "sentence"), BLOCKS, ids=lambda given: str(given)[:40])
def test_blocks_and_networks_take_one_shape(
    arguments: tuple[str, ...], sentence: str, run: Run
) -> None:
    result = run(*arguments)
    assert (result.code, result.out) == (2, "")
    assert sentence in result.err
