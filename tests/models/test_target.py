"""Targets: where a user's modules are found, and whatever goes wrong there is one sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bottlecalc.agreement.ask import count_target
from bottlecalc.models.target import Target
from tests.conftest import Result, Run

SIBLING = "from torch import nn\n\ndef layer(): return nn.Linear({width}, {width})\n"
NET = "from layers import layer\n"
LATE = """
from torch import nn

class Late(nn.Module):
    def __init__(self):
        import layers
        super().__init__()
        self.a = layers.layer()

    def forward(self, x):
        import layers
        return self.a(x)
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in sys.modules if name == "layers"]:
        monkeypatch.delitem(sys.modules, name)
    return tmp_path


def write(folder: Path, width: int, net: str = NET) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "layers.py").write_text(SIBLING.format(width=width), "utf-8")
    (folder / "net.py").write_text(net, "utf-8")


def params(result: Result) -> list[int]:
    budgets = json.loads(result.out)["budgets"]
    return [budget["figures"]["params"]["value"] for budget in budgets]


def test_each_file_has_its_own_siblings(here: Path, run: Run) -> None:
    """Two files import a module of the same name, each from its own folder: 2·3 and 7·8."""
    write(here / "a", 2)
    write(here / "b", 7)
    entry = '[[budget]]\nname = "{f}"\nmodel = "{f}/net.py:layer"\nmax_params = 9\n'
    (here / "bottlecalc.toml").write_text("".join(entry.format(f=f) for f in "aba"[:2]), "utf-8")
    result = run("check", "--format", "json")
    assert (result.code, params(result)) == (1, [2 * 3, 7 * 8])
    assert "layers" not in sys.modules


def test_nor_has_one_the_working_directorys(here: Path, run: Run) -> None:
    """The working directory's comes first here; and is there again afterwards: 5·6, 2·3, 5·6."""
    write(here, 5)
    write(here / "a", 2)
    entry = '[[budget]]\nname = "{n}"\nmodel = "{f}net.py:layer"\nmax_params = 99\n'
    entries = (entry.format(n=n, f=f) for n, f in enumerate(("", "a/", "")))
    (here / "bottlecalc.toml").write_text("".join(entries), "utf-8")
    assert params(run("check", "--format", "json")) == [30, 6, 30]


def test_what_is_installed_is_not_forgotten(here: Path) -> None:
    """A file beside installed packages imports one of them, twice."""
    write(here / "site-packages", 4)
    target = Target("site-packages/net.py:layer")
    counts = [count_target(target, [], "torch") for _ in range(2)]
    assert [one.parameters.total for one in counts if one.parameters] == [20, 20]
    assert "layers" in sys.modules
    sys.modules.pop("layers")


def test_modules_that_are_stubs_do_no_harm(here: Path, run: Run) -> None:
    (here / "a").mkdir()
    (here / "a" / "net.py").write_text(
        "import sys, types\nfrom torch import nn\n\n"
        "class Stub(types.ModuleType):\n"
        "    def __getattr__(self, name): return Stub(name)\n\n"
        "sys.modules['apex'] = Stub('apex')\n"
        "def f(): return nn.Linear(3, 2)\n",
        "utf-8",
    )
    document = json.loads(run("count", "a/net.py:f", "--format", "json").out)
    assert document["params"]["total"] == 8


def test_a_files_own_folder_comes_first(here: Path, run: Run) -> None:
    write(here, 5)
    write(here / "a", 2)
    document = json.loads(run("count", "a/net.py:layer", "--format", "json").out)
    assert document["params"]["total"] == 6


def script(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The installed command, which does not have the working directory in its path."""
    command = [sys.executable, "-P", "-m", "bottlecalc"]
    return subprocess.run([*command, *arguments], capture_output=True, text=True)


@pytest.mark.parametrize("target", ["net.py:Late", "net:Late"])
def test_imports_may_come_late(target: str, here: Path) -> None:
    write(here, 3, LATE)
    done = script("count", target, "--input", "1x3", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["macs"] == 9


def test_a_block_imports_nothing_from_the_working_directory(here: Path) -> None:
    """A model does: it may need what is beside it."""
    (here / "torch.py").write_text("raise RuntimeError('not the torch that is meant')\n", "utf-8")
    done = script("count", "plain:in=3,out=4", "--input", "1x3x5x7", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["macs"] == (3 * 4 * 9 + 3 * 4) * 5 * 7
    write(here, 3)
    done = script("count", "net.py:layer")
    assert done.returncode == 2
    assert "RuntimeError: not the torch that is meant" in done.stderr


RAISING = """
import asyncio
from torch import nn

class Own(BaseException):
    pass

def own(): raise Own("neither this nor that")
def cancelled(): raise asyncio.CancelledError
def skipped():
    import pytest
    pytest.skip("no card")
def needs(a, b): return nn.Linear(a, b)

class Described:
    class _Bad:
        def __get__(self, *_): raise ValueError("not here")
    attr = _Bad()

def __getattr__(name):
    if name == "lazy": raise ImportError("no extra installed")
    raise AttributeError(name)
"""

NUL = "SyntaxError" if sys.version_info >= (3, 11, 4) else "ValueError"  # as Python says

REFUSED = [
    ("net.py:own", "net.py:own cannot be built: net.py, line 8, in own: Own: neither thi"),
    ("net.py:cancelled", "net.py:cancelled cannot be built: net.py, line 9, in cancelled: Cancel"),
    ("net.py:skipped", "net.py:skipped cannot be built: net.py, line 12, in skipped: Skipped: no"),
    (
        "net.py:needs",
        "net.py:needs cannot be built: missing required arguments: 'a', 'b'; what it takes is"
        " (a, b): give --arg a=… --arg b=…, or in a budget args = { a = …, b = … }",
    ),
    ("net.py:Described.attr", "net.py:attr cannot be had: net.py, line 17, in __get__: ValueErr"),
    ("net.py:lazy", "net.py:lazy cannot be had: net.py, line 21, in __getattr__: ImportError: no"),
    ("a\0.py:f", r"there is no file 'a\x00.py'; give package.module:name"),
    ("x" * 300 + ".py:f", "x" * 300 + ".py:f cannot be found: OSError: [Errno 36] File name too"),
    ("nul.py:f", f"nul.py cannot be imported: {NUL}: source code string cannot contain null"),
    (
        "inside.py:f",
        "inside.py cannot be imported by its path, for it imports from its own package; give pack",
    ),
    (
        "bottlenec:in=64,out=128",
        "'bottlenec:in=64,out=128' is no target; give package.module:name, path/to/file.py:name,"
        " or a block such as bottleneck:in=64,out=128 (did you mean the block bottleneck?)",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("target", "sentence"), REFUSED, ids=lambda text: text[:24])
def test_whatever_goes_wrong_is_one_sentence(
    target: str, sentence: str, here: Path, run: Run
) -> None:
    """By count; and by check, where the other budgets are held all the same."""
    (here / "net.py").write_text(RAISING, "utf-8")
    (here / "nul.py").write_text("f = 1\0\n", "utf-8")
    (here / "inside.py").write_text("from . import layers\n", "utf-8")
    result = run("count", target)
    assert (result.code, result.out) == (2, "")
    assert f"Error: {sentence}" in result.err.replace("; install it with", "")
    assert "Traceback" not in result.err
    entry = '[[budget]]\nname = "{}"\n{} = {}\nmax_params = 1\n'
    fine = entry.format("b", "block", '"plain:in=3,out=4"')
    config = entry.format("a", "model", json.dumps(target)) + fine
    (here / "bottlecalc.toml").write_text(config, "utf-8")
    checked = run("check", "--format", "json")
    first, second = json.loads(checked.out)["budgets"]
    assert (checked.code, second["status"]) == (2, "breach")
    assert first["problem"].startswith(sentence)


def test_a_builder_that_keeps_what_it_built(here: Path, run: Run) -> None:
    """Built on the meta device first, where its forward cannot run, and never again."""
    (here / "net.py").write_text(
        "import functools, torch\nfrom torch import nn\n\n"
        "class Net(nn.Linear):\n"
        "    def forward(self, x): return super().forward(x) * float(x.sum())\n\n"
        "@functools.lru_cache\ndef cached(): return Net(3, 2)\n",
        "utf-8",
    )
    result = run("count", "net.py:cached", "--input", "1x3")
    assert result.code == 2
    assert result.err == (
        "Error: net.py:cached is on the meta device, where nothing is computed; have it built at"
        " every call, or ask torch's dispatcher alone\n"
    )


def test_a_model_that_holds_itself_is_let_go(here: Path, run: Run) -> None:
    """The second is built only once the first is gone."""
    (here / "net.py").write_text(
        "import builtins, weakref\nfrom torch import nn\n\n"
        "def f():\n"
        "    assert getattr(builtins, 'first', lambda: None)() is None\n"
        "    model = nn.Linear(3, 2)\n"
        "    model.me = [model]\n"
        "    builtins.first = weakref.ref(model)\n"
        "    return model\n",
        "utf-8",
    )
    entry = '[[budget]]\nname = "{}"\nmodel = "net.py:f"\nmax_params = 8\n'
    (here / "bottlecalc.toml").write_text(entry.format(1) + entry.format(2), "utf-8")
    assert run("check").code == 0
