"""A repository's budgets: found upwards, checked in Python as on the command line, kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bottlecalc import Report, check
from bottlecalc.budgets import baseline
from bottlecalc.budgets.limits import BudgetError
from bottlecalc.text.files import OutputError
from tests.conftest import Run

ENTRY = '[[{table}]]\nname = "{name}"\nblock = "plain:in=3,out=4"\nmax_params = {most}\n'
LOCK = "bottlecalc.lock.json"
MODEL = """
from torch import nn

def build():
    return nn.Linear(3, {width})
"""


def entry(name: str = "a", most: int = 136, table: str = "budget") -> str:
    """136 parameters: 3·4·9, 2·4, 3·4 and 2·4."""
    return ENTRY.format(name=name, most=most, table=table)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def package(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sub-package with a pyproject of its own that has no budgets, in a repository with some."""
    folder = here / "packages" / "net"
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").write_text('[project]\nname = "net"\n', "utf-8")
    (here / "pyproject.toml").write_text(entry(table="tool.bottlecalc.budget"), "utf-8")
    monkeypatch.chdir(folder)
    return folder


def test_it_is_what_the_command_does(here: Path, run: Run) -> None:
    (here / "bottlecalc.toml").write_text(entry() + entry("b", 135), "utf-8")
    report = check()
    assert isinstance(report, Report)
    assert report.exit_code == 1
    assert str(report) == run("check").out
    assert report.to_dict() == json.loads(run("check", "--format", "json").out)
    assert check(names="a").exit_code == 0
    assert [verdict.budget.name for verdict in check(names=["b"], exit_zero=True).verdicts] == ["b"]
    assert check(names=["b"], exit_zero=True).exit_code == 0
    assert check("bottlecalc.toml", baseline="x.json", update=True).notes == ("x.json was written",)
    assert json.loads((here / "x.json").read_text("utf-8"))["budgets"].keys() == {"a", "b"}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"config": 3}, "config = 3 is no path; give one of a file"),
        ({"names": 3}, "names = 3 are no names of budgets; give texts, in a list"),
        ({"names": [3]}, r"names = \[3\] are no names of budgets; give texts, in a list"),
        ({"names": "c"}, "bottlecalc.toml has no budget 'c'; the budgets are 'a'"),
        ({"baseline": "no"}, "baseline no is not there; name another, or make it with update"),
        ({"config": "no"}, "no cannot be read: No such file or directory; give another file"),
    ],
)
def test_misuse_is_one_sentence(wrong: dict[str, Any], sentence: str, here: Path) -> None:
    (here / "bottlecalc.toml").write_text(entry(), "utf-8")
    with pytest.raises(BudgetError, match=f"^{sentence}"):
        check(**wrong)


def test_budgets_are_looked_for_upwards(package: Path, run: Run) -> None:
    result = run("check")
    assert (result.code, result.err) == (0, "")
    above = os.path.join("..", "..", "pyproject.toml")
    assert f"the budgets are those of {above}\n" in result.out
    assert check().verdicts[0].budget.file == above


def test_the_nearest_that_has_some_is_read(package: Path) -> None:
    (package.parent / "bottlecalc.toml").write_text(entry("nearer"), "utf-8")
    assert [verdict.budget.name for verdict in check().verdicts] == ["nearer"]
    (package / "pyproject.toml").write_text(entry("here", table="tool.bottlecalc.budget"), "utf-8")
    report = check()
    assert [verdict.budget.name for verdict in report.verdicts] == ["here"]
    assert report.notes == ()


def test_nothing_is_read_from_above_a_repository(package: Path) -> None:
    (package / ".git").mkdir()
    with pytest.raises(BudgetError, match=r"^pyproject\.toml has no budgets; add a \[\[tool"):
        check()
    (package / "pyproject.toml").unlink()
    sentence = "^there is neither bottlecalc.toml nor pyproject.toml with budgets here or above; go"
    with pytest.raises(BudgetError, match=sentence):
        check()


def test_paths_are_relative_to_the_file_that_is_found(here: Path, package: Path) -> None:
    """In the model's target and for its imports; the baseline is beside the budgets."""
    (here / "models.py").write_text("from sizes import WIDTH" + MODEL.format(width="WIDTH"))
    (here / "sizes.py").write_text("WIDTH = 5\n", "utf-8")
    (package / "sizes.py").write_text("WIDTH = 7\n", "utf-8")
    (here / "pyproject.toml").write_text(
        '[[tool.bottlecalc.budget]]\nname = "m"\nmodel = "models.py:build"\nmax_params = 20\n'
        'max_increase = "0%"\n',
        "utf-8",
    )
    code = "import bottlecalc, os; r = bottlecalc.check(update=True); print(r, r.exit_code)"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; print(os.getcwd())"], capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == str(package)
    assert f"{os.path.join('..', '..', LOCK)} was written" in done.stdout
    lock = json.loads((here / LOCK).read_text("utf-8"))
    assert lock["budgets"]["m"]["figures"]["params"] == 3 * 5 + 5


def test_a_file_that_is_named_is_read_from_here(here: Path, package: Path) -> None:
    """Models are then found from the working directory, as ever."""
    (package / "models.py").write_text(MODEL.format(width=2), "utf-8")
    (here / "b.toml").write_text(
        '[[budget]]\nname = "m"\nmodel = "models.py:build"\nmax_params = 8\n', "utf-8"
    )
    assert check("../../b.toml").exit_code == 0


@pytest.mark.parametrize("broken", ["[tool", "[tool.x]\n# bottlecalc\n", "tool = 3\n", "\xff"])
def test_what_is_no_budget_file_is_passed_by(broken: str, package: Path) -> None:
    (package / "pyproject.toml").write_bytes(broken.encode("latin-1"))
    assert [verdict.budget.name for verdict in check().verdicts] == ["a"]


UPDATE_B = "from bottlecalc import check; print(check(names='b', update=True).notes)"
BLOCKED = """
import fcntl
flock = fcntl.flock
def at_once(descriptor, operation):
    try:
        flock(descriptor, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        print("waits")
fcntl.flock = at_once
"""


def python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout


def test_of_two_updates_at_once_none_is_lost(here: Path) -> None:
    """While this process counts another one updates; what that wrote is kept."""
    (here / "bottlecalc.toml").write_text(entry("a") + entry("b"), "utf-8")
    others: list[str] = []
    check(names="a", update=True, progress=lambda text: others.append(python(UPDATE_B)))
    assert others == [f"('{LOCK} was written',)\n"]
    assert json.loads((here / LOCK).read_text("utf-8"))["budgets"].keys() == {"a", "b"}
    assert {path.name for path in here.iterdir()} == {"bottlecalc.toml", LOCK}


def test_an_update_waits_for_another_that_is_writing(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "bottlecalc.toml").write_text(entry("a") + entry("b"), "utf-8")
    read, others = baseline.read_baseline, []

    def meanwhile(path: Path) -> Any:
        others.append(python(BLOCKED + UPDATE_B).splitlines()[0])
        return read(path)

    monkeypatch.setattr(baseline, "read_baseline", meanwhile)
    check(names="a", update=True)
    assert others == ["waits"]


@pytest.mark.parametrize("format_", ["json", "junit"])
def test_no_report_says_that_what_could_not_be_was_written(
    format_: str, here: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "bottlecalc.toml").write_text(entry(), "utf-8")
    (here / "r").write_text("before", "utf-8")
    replace = Path.replace

    def refuse(self: Path, target: Any) -> Any:
        if Path(target).name == LOCK:
            raise PermissionError(1, "Operation not permitted")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    result = run("check", "--update", "--format", format_, "--output", "r")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"Error: {LOCK} cannot be written: Operation not permitted; give another path\n"
    )
    assert (here / "r").read_text("utf-8") == "before"
    assert {path.name for path in here.iterdir()} == {"bottlecalc.toml", "r"}


def test_a_baseline_that_is_no_file_is_not_written_to(here: Path) -> None:
    (here / "bottlecalc.toml").write_text(entry(), "utf-8")
    (here / "folder").mkdir()
    with pytest.raises(OutputError, match=r"^folder is no ordinary file; give another path$"):
        check(baseline="folder", update=True)
    (here / "loop").symlink_to("loop")
    with pytest.raises(OutputError, match=r"^loop is a symbolic link that leads nowhere; give an"):
        check(baseline="loop", update=True)
