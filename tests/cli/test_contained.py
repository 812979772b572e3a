"""Whatever a model does to the process that counts it: a sentence, and the others are counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run, run_process

MODELS = """
import atexit, os, signal, sys, time
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(3, 2)

    def forward(self, x):
        return self.head(x)

class Exiting(Net):
    def forward(self, x):
        os._exit(0)

class Registering(Net):
    def __init__(self):
        super().__init__()
        atexit.register(os._exit, 0)

class Leaving(Net):
    def forward(self, x):
        sys.exit(0)

class Hanging(Net):
    def forward(self, x):
        time.sleep(1000)

class Deaf(Net):
    def __init__(self):
        super().__init__()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)

class Growing(Net):
    def forward(self, x):
        self.kept = bytearray(b"x" * 3_000_000_000)
        time.sleep(1000)

class Forking(Net):
    def forward(self, x):
        os.fork()
        return self.head(x)
"""
ENDED = "the process that counts it ended with 0 before it was done"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(MODELS, "utf-8")
    (tmp_path / "ending.py").write_text("import os\nos._exit(0)\n", "utf-8")
    return tmp_path


REFUSED = [
    ("net.py:Exiting", (), f"net.py:Exiting cannot be counted: {ENDED}"),
    ("ending.py:Net", (), f"ending.py:Net cannot be counted: {ENDED}"),
    ("net.py:Leaving", (), "net.py:Leaving cannot be counted: net.py, line 24, in forward:"),
    (
        "net.py:Hanging",
        ("--timeout", "3"),
        "net.py:Hanging cannot be counted: the process that counts it was ended after 3 seconds;"
        " give --timeout SECONDS where it needs longer",
    ),
    (
        "net.py:Growing",
        ("--max-memory", "2G"),
        "net.py:Growing cannot be counted: the process that counts it was ended when it held more"
        " than 2,000,000,000 bytes of memory; give --max-memory",
    ),
]


@pytest.mark.parametrize(("target", "bounds", "sentence"), REFUSED)
def test_a_model_that_ends_its_process_is_one_sentence(
    target: str, bounds: tuple[str, ...], sentence: str, run: Run
) -> None:
    result = run("count", target, "--input", "1x3", *bounds)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"Error: {sentence}")
    assert result.err.count("\n") == 1


@pytest.mark.parametrize("name", ["Registering", "Deaf", "Forking"])
def test_what_does_no_harm_is_counted(name: str) -> None:
    result = run_process("count", f"net.py:{name}", "--input", "1x3", "--format", "json")
    assert (result.code, result.err) == (0, "")
    assert json.loads(result.out)["macs"] == 6


BUDGETS = """
[[budget]]
name = "exits"
model = "net.py:Exiting"
input = [1, 3]
max_params = 1

[[budget]]
name = "on import"
model = "ending.py:Net"
max_params = 1

[[budget]]
name = "at exit"
model = "net.py:Registering"
input = [1, 3]
max_params = 7

[[budget]]
name = "a block"
block = "plain:in=4,out=8"
max_params = 352

[[budget]]
name = "holds"
model = "net.py:Net"
input = [1, 3]
max_params = 8

[[budget]]
name = "all in a file that ends"
model = "ending.py:*"
max_params = 1
"""


def test_the_other_budgets_are_checked(here: Path) -> None:
    (here / "bottlecalc.toml").write_text(BUDGETS, "utf-8")
    result = run_process("check", "--format", "json")
    assert (result.code, result.err) == (2, "")
    found = {one["name"]: one for one in json.loads(result.out)["budgets"]}
    assert [found[name]["status"] for name in ("exits", "on import")] == ["error"] * 2
    assert found["exits"]["problem"] == found["on import"]["problem"] == ENDED
    assert found["at exit"]["status"] == "breach"
    assert [found[name]["status"] for name in ("a block", "holds")] == ["pass"] * 2
    assert len(found) == 6


def test_a_model_that_leaves_what_it_exceeds_at_exit_fails_the_check(here: Path) -> None:
    (here / "bottlecalc.toml").write_text(
        '[[budget]]\nname = "a"\nmodel = "net.py:Registering"\nmax_params = 7\n', "utf-8"
    )
    assert run_process("check").code == 1


@pytest.mark.parametrize("command", [("count", "net.py:Net"), ("check",)])
@pytest.mark.parametrize(
    ("option", "text", "sentence"),
    [
        ("--timeout", "0", "--timeout '0' is nothing; give a whole number of at least 1"),
        ("--timeout", "soon", "--timeout 'soon' is no limit; give a whole number"),
        ("--max-memory", "4GB", "--max-memory '4GB' has the unknown unit 'GB'"),
        ("--max-memory", "0", "--max-memory '0' is nothing; give a whole number of at least 1"),
    ],
)
def test_bounds_that_are_none(
    command: tuple[str, ...], option: str, text: str, sentence: str, run: Run
) -> None:
    result = run(*command, option, text)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"Error: {sentence}")


def test_a_side_of_a_diff_that_ends_its_process(run: Run) -> None:
    result = run("diff", "net.py:Net", "net.py:Exiting", "--input", "1x3")
    assert (result.code, result.out) == (2, "")
    assert f"net.py:Net and net.py:Exiting cannot be counted: {ENDED}" in result.err


def test_so_is_one_that_is_explained(run: Run) -> None:
    result = run("explain", "net.py:Exiting", "--input", "1x3")
    assert (result.code, result.out) == (2, "")
    assert f"net.py:Exiting cannot be explained: {ENDED}" in result.err
