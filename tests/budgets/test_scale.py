"""Budgets of many models and of parts: patterns, keywords, parts, bytes, and what is skipped."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from bottlecalc import Report, check
from bottlecalc.budgets.file import read
from bottlecalc.budgets.limits import BudgetError, read_bytes
from bottlecalc.models import devices
from bottlecalc.render.budgets import table
from bottlecalc.render.pull_request import document
from tests.budgets.cases import HEAD
from tests.changes.conftest import Repository, repository  # noqa: F401
from tests.conftest import Run, run_process
from tests.schemas import check_junit, check_sarif

NETS = """\
from functools import partial

from torch import nn
from torch.nn import Linear


def build(width):
    return Linear(2, width)


def net_small():
    return build(3)


class net_large(Linear):
    def __init__(self):
        super().__init__(2, 5)


net_wide = partial(build, 7)
net_width = 3
_net_hidden = net_small
"""
SIZES = {"net_small": 2 * 3 + 3, "net_large": 2 * 5 + 5, "net_wide": 2 * 7 + 7}

TWO = """\
import torch
from torch import nn


class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.left = nn.Conv2d(3, 4, 1)
        self.right = nn.Embedding(10, 6)
        self.head = nn.Linear(6, 2)

    def forward(self, image, ids=None, *, double=False, extra=()):
        out = self.left(image)
        for one in extra:
            out = self.left(one)
        if double:
            out = self.left(image)
        return out if ids is None else self.head(self.right(ids))
"""
PER_PIXEL = 3 * 4
HEAD_MACS = 6 * 2


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nets.py").write_text(NETS, "utf-8")
    (tmp_path / "two.py").write_text(TWO, "utf-8")
    return tmp_path


def held(here: Path, text: str, *names: str) -> Report:
    (here / "bottlecalc.toml").write_text(text, "utf-8")
    return check(names=names)


def model(keys: str, target: str = "two.py:Two") -> str:
    return f'[[budget]]\nname = "m"\nmodel = "{target}"\n{keys}\n'


def params(report: Report) -> dict[str, int]:
    return {one.budget.name: one.findings["params"].value for one in report.verdicts}


def test_a_pattern_is_a_budget_of_each_model(here: Path) -> None:
    """What is imported, private or a number is none."""
    report = held(here, model("max_params = 15", "nets.py:net_*"))
    assert params(report) == {f"m nets.py:{name}": SIZES[name] for name in sorted(SIZES)}
    assert [one.status for one in report.verdicts] == ["pass", "pass", "breach"]
    assert held(here, model("max_params = 15", "nets.py:net_*"), "*small").exit_code == 0
    nameless = '[[budget]]\nmodel = ["nets.py:net_w*", "nets.py:net_small"]\nmax_params = 99\n'
    assert [*params(held(here, nameless))] == ["nets.py:net_wide", "nets.py:net_small"]


def test_a_pattern_of_files_and_of_a_package(here: Path) -> None:
    """In a package what its modules define is its own too."""
    (here / "zoo").mkdir()
    (here / "zoo" / "__init__.py").write_text("from zoo.a import build, build_wide\n", "utf-8")
    for name, width in (("a", 4), ("b", 6)):
        text = NETS.replace("(width)", f"(width={width})") + f"build_wide = partial(build, {width})"
        (here / "zoo" / f"{name}.py").write_text(text, "utf-8")
    found = params(held(here, model("max_params = 99", "zoo/*.py:build")))
    assert found == {"m zoo/a.py:build": 12, "m zoo/b.py:build": 18}
    assert [*params(held(here, model("max_params = 99", "zoo:build*")))] == [
        "m zoo:build", "m zoo:build_wide",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("nets.py:nosuch*", "nothing matches 'nets.py:nosuch*'; mend it, or name the models one"),
        ("nosuch*.py:build", "nothing matches 'nosuch*.py:build'"),
        ("zoo.*:build", "'zoo.*' matches no files; give a pattern such as nets/*.py"),
        ("broken.py:net*", "broken.py cannot be imported: broken.py, line 1, in <module>: Zero"),
    ],
)
def test_a_pattern_of_nothing_has_its_row(target: str, sentence: str, here: Path) -> None:
    """And the others have theirs."""
    (here / "broken.py").write_text("1 / 0\n", "utf-8")
    report = held(here, model("max_params = 15", target) + HEAD + "max_params = 136\n")
    assert report.exit_code == 2
    assert report.verdicts[0].problem.startswith(sentence)
    assert report.verdicts[1].status == "pass"


def test_what_a_pattern_imports_prints_to_stderr(here: Path) -> None:
    (here / "nets.py").write_text(f"print('hello')\n{NETS}", "utf-8")
    (here / "bottlecalc.toml").write_text(model("max_params = 99", "nets.py:net_*"), "utf-8")
    done = run_process("check", "--format", "json")
    assert len(json.loads(done.out)["budgets"]) == 3
    assert "hello" in done.err


@pytest.mark.parametrize(
    ("keys", "text", "macs"),
    [
        ("input = [1, 3, 5, 7]", "1×3×5×7", 35 * PER_PIXEL),
        ("input = { image = [1, 3, 5, 7] }", "image=1×3×5×7", 35 * PER_PIXEL),
        (
            'input = { image = [1, 3, 5, 7], ids = "1x9:int64" }',
            "image=1×3×5×7, ids=1×9:int64", 35 * PER_PIXEL + 9 * HEAD_MACS,
        ),
        (
            "input = [1, 3, 5, 7]\nkwargs = { double = true }",
            "1×3×5×7, double=True", 70 * PER_PIXEL,
        ),
        (
            'input = [1, 3, 5, 7]\nkwargs = { ids = "1x9:int64" }',
            "1×3×5×7, ids=1×9:int64", 35 * PER_PIXEL + 9 * HEAD_MACS,
        ),
        (
            "input = { image = [1, 3, 5, 7], extra = ['1x3x1x2', '1x3x3x3'] }",
            "image=1×3×5×7, extra=[1×3×1×2, 1×3×3×3]", (35 + 2 + 9) * PER_PIXEL,
        ),
    ],
)  # fmt: skip
def test_inputs_by_name_and_in_lists(keys: str, text: str, macs: int, here: Path) -> None:
    (verdict,) = held(here, model(f"{keys}\nmax_macs = 99_999")).verdicts
    assert verdict.problem == ""
    assert (verdict.findings["macs"].value, verdict.budget.input) == (macs, text)


PAIR = """\
from torch import nn


class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.left, self.right = nn.Linear(3, 4), nn.Linear(5, 6)

    def forward(self, one, other):
        return self.left(one), self.right(other)
"""


def test_fvcore_is_given_all_by_place(here: Path) -> None:
    (here / "pair.py").write_text(PAIR, "utf-8")
    keys = "input = { other = [7, 5], one = [2, 3] }\nmax_macs = 999\n"
    entry = model(keys + 'counter = "fvcore"', "pair.py:Pair")
    (verdict,) = held(here, entry).verdicts
    assert (verdict.problem, verdict.findings["macs"].value) == ("", 2 * 12 + 7 * 30)
    keys = 'input = { image = [1, 3, 5, 7] }\ncounter = "fvcore"\nmax_macs = 99_999'
    (verdict,) = held(here, model(keys)).verdicts
    assert (verdict.problem, verdict.findings["macs"].value) == ("", 35 * PER_PIXEL)
    (verdict,) = held(here, model(f"{keys}\nkwargs = {{ double = false }}")).verdicts
    assert verdict.problem.startswith("fvcore passes nothing by name, and double is")


def test_another_model_takes_no_such_keyword(here: Path) -> None:
    (verdict,) = held(here, model("input = { picture = [1, 3, 5, 7] }\nmax_macs = 1")).verdicts
    assert verdict.problem.startswith("two.py:Two does not take 1 input: it has no 'picture'; ")


INPUTS = [
    ("input = [3.5]", "input = [3.5]; give [1, 3, 224, 224]"),
    ("input = { a = [0] }", "input = [0]; give [1, 3, 224, 224]"),
    ('input = { a = "1x3:int46" }', "unknown dtype 'int46' in '1x3:int46'"),
    ('input = "x"', "'x' is no input; give its dimensions"),
    ('input = [1]\ninputs_from = "a:b"', "it has input and inputs_from; give one of the two"),
    ('dtype = "int8"', 'dtype = \'int8\'; give "" or "float32" or'),
    ('args = { c = "m:C(1 2)" }', "args: 'm:C(1 2)' is no value: ')' or ',' is"),
    ("input = { a = [1] }\nkwargs = { a = 3 }", "'a' is both in input and in kwargs; give one"),
    ("kwargs = 3", "kwargs = 3 is no table; give { name = value }"),
    ("module = 3", 'module = 3 is no text; give module = "…"'),
    ("skip_without = 3", 'skip_without = 3; give a device or a package, such as "cuda", or a'),
    ('skip_without = ["cuda", ""]', "skip_without = ['cuda', '']; give a device or a package"),
]


@pytest.mark.parametrize(("keys", "sentence"), INPUTS)
def test_a_mistake_is_one_sentence(keys: str, sentence: str) -> None:
    with pytest.raises(BudgetError) as error:
        read(model(f"{keys}\nmax_params = 1"), "f.toml")
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_a_part_is_held_alone(here: Path) -> None:
    keys = 'input = { image = [1, 3, 5, 7], ids = "1x9:int64" }\nmax_macs = 999\n'
    (verdict,) = held(here, model(f'{keys}max_size = 99\nmodule = "head"')).verdicts
    assert {figure: one.value for figure, one in verdict.findings.items()} == {
        "params": 14, "trainable_params": 14, "macs": 9 * HEAD_MACS, "flops": 18 * HEAD_MACS,
        "activations": 9 * 2, "size": 56,
    }  # fmt: skip
    assert verdict.budget.of == "head of two.py:Two"
    assert [*verdict.modules] == ["head"]


def test_a_part_of_a_network_and_of_a_block(here: Path) -> None:
    """Of ResNet-50 the last stage has 14,964,736 parameters, as torchvision's layer4."""
    entry = '[[budget]]\nname = "n"\nnetwork = "resnet50"\nmodule = "stage4"\nmax_params = "15M"\n'
    (verdict,) = held(here, entry).verdicts
    assert verdict.findings["params"].value == 14_964_736
    (verdict,) = held(here, HEAD + 'max_params = 108\nmodule = "conv1"\n').verdicts
    assert (verdict.status, verdict.findings["params"].value) == ("pass", 108)


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (model('max_params = 1\nmodule = "heads"'), "two.py:Two has no module 'heads'; the nearest"
         " are head"),
        (HEAD + 'max_params = 1\nmodule = "conv9"\n', "plain:in=3,out=4 has no part 'conv9'; name"),
    ],
)  # fmt: skip
def test_a_part_that_is_none_is_one_sentence(entry: str, sentence: str, here: Path) -> None:
    report = held(here, entry)
    assert report.exit_code == 2
    assert report.verdicts[0].problem.startswith(sentence)


@pytest.mark.parametrize(
    ("value", "number"),
    [("300kB", 300_000), ("1.5 MiB", 3 * 2**19), ("7B", 7), (12, 12), ("2k", 2000), ("1GB", 10**9)],
)
def test_bytes_are_read_exactly(value: object, number: int) -> None:
    assert read_bytes(value) == number


@pytest.mark.parametrize("value", ["1.5B", "0.0001kB", "3 bytes", "kB", None])
def test_bytes_that_are_none(value: object) -> None:
    with pytest.raises(BudgetError):
        read_bytes(value)


def test_the_bytes_of_parameters(here: Path) -> None:
    """4 of each, and 2 where they are halves; what is heaviest is told in parameters."""
    (here / "nets.py").write_text(
        f"{NETS}\n\ndef half():\n    return net_small().half()\n", "utf-8"
    )
    entry = model('max_size = "35B"', "nets.py:half").replace('"m"', '"half"')
    report = held(here, model('max_size = "35B"', "nets.py:net_small") + entry)
    assert [one.findings["size"].value for one in report.verdicts] == [36, 18]
    text = str(report)
    assert "m: 36 bytes exceed max_size = 35 by 1 (2.9%)" in text
    assert "parameters that weigh most: (its own) 9 (100.0%)" in text
    (verdict,) = held(here, HEAD + 'max_size = "0.544kB"\n').verdicts
    assert (verdict.status, verdict.findings["size"].value) == ("pass", 4 * 136)
    assert "size" not in held(here, HEAD + "max_params = 136\n").verdicts[0].findings


def test_what_is_not_there_is_skipped_and_said_so(
    here: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = HEAD + 'max_params = 1\nskip_without = "no_such_package"\n'
    report = held(here, text + HEAD.replace('"a"', '"b"') + "max_params = 136\n")
    assert (report.exit_code, [one.status for one in report.verdicts]) == (0, ["skipped", "pass"])
    assert "– a: skipped: no_such_package is not there\n" in table(report, Console(width=100))
    assert str(report).endswith("2 budgets: 1 holds, 1 skipped\n")
    assert "**a** (plain:in=3,out=4): skipped" in document(report)
    found = json.loads(run("check", "--format", "json").out)["budgets"][0]
    assert (found["status"], found["skipped"]) == ("skipped", "no_such_package is not there")
    junit = run("check", "--format", "junit").out
    check_junit(junit)
    assert ElementTree.fromstring(junit.encode()).find(".//skipped") is not None
    sarif = json.loads(run("check", "--format", "sarif").out)
    check_sarif(sarif)
    assert sarif["runs"][0]["results"] == []
    monkeypatch.setattr(devices, "is_available", lambda name: name != "cuda")
    assert held(here, HEAD + 'max_params = 1\nskip_without = "mps"\n').exit_code == 1
    assert held(here, HEAD + 'max_params = 1\nskip_without = ["mps", "cuda"]\n').exit_code == 0


def test_what_is_there_is_not_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    assert devices.is_available("json")
    assert not devices.is_available("json.nosuch.nosuch")
    for there in (True, False):
        monkeypatch.setattr(torch.cuda, "is_available", lambda there=there: there)
        assert devices.is_available("cuda") is there


def test_a_skipped_budget_keeps_its_baseline(here: Path) -> None:
    held(here, HEAD + "max_params = 136\n")
    check(update=True)
    before = (here / "bottlecalc.lock.json").read_text("utf-8")
    held(here, HEAD + 'max_params = 136\nskip_without = "no_such_package"\n')
    assert check(update=True).exit_code == 0
    assert (here / "bottlecalc.lock.json").read_text("utf-8") == before
    assert check(locked=True).exit_code == 0


def test_every_figure_of_a_failing_budget_has_its_mark(here: Path) -> None:
    """And what fails comes first."""
    keys = "size = 8\nmax_params = 136\nmax_macs = 1\nmin_activations = 1\n"
    text = str(held(here, HEAD + keys))
    rows = [line.split() for line in text.splitlines() if line[:4].strip() in ("✓", "✗")]
    assert [row[:3] for row in rows[:3]] == [
        ["✗", "a", "MACs"], ["✓", "1×3×8×8", "parameters"], ["✓", "activations", "512"],
    ]  # fmt: skip


def test_a_shortfall_is_called_that(here: Path) -> None:
    report = held(here, HEAD + "min_params = 200\n")
    assert "a: 136 parameters fall short of min_params = 200 by 64 (32.0%)" in str(report)
    assert str(report).endswith("1 budget: 1 short of its least\n")
    assert "exceed" not in str(report) + document(report)
    assert "**a** (plain:in=3,out=4): falls short" in document(report)
    both = held(here, HEAD + "min_params = 200\nmax_macs = 1\n")
    assert str(both).endswith("1 budget: 1 exceeded\n")
    assert held(here, HEAD + 'min_params = 200\nlevel = "warn"\n').exit_code == 0


def test_against_another_revision(repository: Repository) -> None:  # noqa: F811
    """Patterns, keywords and parts are read and counted there as here."""
    keys = (
        'input = { image = [1, 3, 5, 7], ids = "1x9:int64" }\nmodule = "head"\n'
        'max_macs = 999\nmax_size = "1kB"\n'
    )
    text = model(keys) + model("max_params = 99", "nets.py:net_*").replace('"m"', '"n"')
    repository.commit(bottlecalc_toml=text, two_py=TWO, nets_py=NETS)
    sys.modules.pop("nets", None)
    repository.branch(
        "grow", two_py=TWO.replace("Linear(6, 2)", "Linear(6, 3)"),
        nets_py=NETS.replace("(2, width)", "(3, width)"),
    )  # fmt: skip
    report = check(against="main")
    assert report.exit_code == 0
    found = {one.budget.name: one.findings for one in report.verdicts}
    assert (found["m"]["macs"].baseline, found["m"]["macs"].value) == (9 * 12, 9 * 18)
    assert (found["m"]["size"].baseline, found["m"]["size"].value) == (56, 84)
    small = found["n nets.py:net_small"]["params"]
    assert (small.baseline, small.value) == (9, 12)
