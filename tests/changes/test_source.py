"""What is named is found: specs, networks, counts as JSON, targets, and other revisions'."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bottlecalc import (
    ArgumentError,
    BottlecalcError,
    Bottleneck,
    DocumentError,
    IsolatedError,
    RevisionError,
    count,
    diff,
)
from bottlecalc.changes.diff import Change
from tests.changes.conftest import Repository
from tests.conftest import Run, run_process

NET = """\
from torch import nn

from parts import WIDTH


class Net(nn.Sequential):
    def __init__(self, classes=10):
        super().__init__(nn.Conv2d(3, WIDTH, 3), nn.Flatten(), nn.Linear(WIDTH * 36, classes))
        print("the user's own print")
"""


def params(channels: int, classes: int = 10) -> int:
    """Of the network above: 27·c + c, and 36·c·n + n."""
    return 28 * channels + 36 * channels * classes + classes


def test_specs_and_networks_need_no_torch() -> None:
    code = (
        "import sys, bottlecalc; d = bottlecalc.diff('resnet50', 'resnet50:width=0.5');"
        "print(d.figures['params'].after, *{'torch', 'numpy', 'rich', 'typer'} & {*sys.modules})"
    )
    import subprocess
    import sys

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["6917640"]


def test_a_published_difference_of_two_networks() -> None:
    """torchvision's parameters of ResNet-50 and ResNet-101."""
    found = diff("resnet50", "resnet101")
    assert found.figures["params"] == Change(25_557_032, 44_549_160)
    assert {one.status for one in found.modules} == {"added"}
    assert {one.name.split(".")[0] for one in found.modules} == {"stage3"}


def test_all_that_may_be_given_is_the_same(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "a.json"
    path.write_text(
        run("count", "bottleneck:in=64,out=128", "--depth", "9", "--format", "json").out, "utf-8"
    )
    closed = count(Bottleneck(64, 128))
    for one in (Bottleneck(64, 128), "bottleneck:in=64,out=128", closed):
        found = diff(one, "bottleneck:in=64,out=128,mid=16")
        assert found.figures["params"] == Change(24_192, 14_144)
        assert [each.name for each in found.modules] == ["conv1", "bn1", "conv2", "bn2", "conv3"]
    totals = diff(path, "bottleneck:in=64,out=128,mid=16").figures
    assert totals["params"] == Change(24_192, 14_144)
    assert totals["bytes"] == Change(24_192 * 4, None)


def test_an_input_is_of_both() -> None:
    found = diff(Bottleneck(64, 128), Bottleneck(64, 128, mid=16), inputs="2x64x7x8")
    assert found.figures["macs"].before == 73_859_072 // 28  # 2·7·8 of 56·56
    with pytest.raises(BottlecalcError, match=r"1×3×4×4 is no input of bottleneck:in=64"):
        diff(Bottleneck(64, 128), Bottleneck(64, 128), inputs="1x3x4x4")


def test_inputs_that_differ_are_told() -> None:
    found = diff("plain:in=3,out=4", "plain:in=4,out=4")
    assert found.to_dict()["input"] == "1×3×56×56 → 1×4×56×56"
    assert found.notes[0].startswith("the inputs differ, 1×3×56×56 and 1×4×56×56")


def test_documents_are_held_together_as_deep_as_they_are(tmp_path: Path, run: Run) -> None:
    shallow = tmp_path / "shallow.json"
    arguments = ("count", "basic:in=4,out=8", "--depth", "1", "--format", "json")
    shallow.write_text(run(*arguments).out, "utf-8")
    found = diff(shallow, count("basic:in=4,out=8", counter="torch"))
    assert found.modules == ()
    assert "down to depth 1" in found.notes[-1]


GOOD: dict[str, Any] = {
    "schema": "bottlecalc.count/1", "versions": {"torch": None, "fvcore": None}, "inputs": [],
    "params": {"bytes": None},
    "modules": [{"name": "", "type": "N", "params": 3, "macs": 1, "activations": 1,
                 "trainable": 3}],
}  # fmt: skip
SMALL = GOOD["modules"][0]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("{", "it is no JSON: Expecting"),
        ("[" * 100_000, "it is nested too deeply"),
        ("[]", "its schema is None, not 'bottlecalc.count/1'"),
        ({**GOOD, "schema": "bottlecalc.check/1"}, "its schema is 'bottlecalc.check/1', not"),
        ({**GOOD, "modules": []}, "something is missing or wrong, 'two modules have one name, or"),
        ({**GOOD, "modules": [SMALL, SMALL]}, "something is missing or wrong, 'two modules have"),
        ({**GOOD, "modules": [{**SMALL, "params": -1}]}, "something is missing or wrong, '-1 is"),
        ({**GOOD, "modules": [{**SMALL, "params": 1.5}]}, "something is missing or wrong, '1.5"),
        ({**GOOD, "modules": [{**SMALL, "params": None}]}, "something is missing or wrong, 'par"),
        ({**GOOD, "modules": [{**SMALL, "name": 5}]}, "something is missing or wrong, '5'"),
        (
            {**GOOD, "modules": [SMALL, {**SMALL, "name": "a", "params": 9}]},
            "something is missing or wrong, 'a module holds less than what is inside of it'",
        ),
        ({**GOOD, "params": []}, "something is missing or wrong"),
        ({**GOOD, "inputs": [{"shape": 3}]}, "something is missing or wrong"),
    ],
)
def test_a_file_that_is_no_count_is_one_sentence(
    document: Any, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    with pytest.raises(DocumentError) as error:
        diff(path, path)
    assert str(error.value).startswith(f"{path} is no count: {reason}")
    assert "make it with: bottlecalc count TARGET" in str(error.value)


def test_the_good_one_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(GOOD), "utf-8")
    assert diff(path, path).figures["params"] == Change(3, 3)


@pytest.mark.parametrize("given", [None, 3, "", object()])
def test_what_is_nothing_to_compare_is_one_sentence(given: Any) -> None:
    with pytest.raises(ArgumentError, match="is nothing to hold against another; give what was"):
        diff(given, "resnet18")


def test_a_target_at_another_revision(repository: Repository) -> None:
    """Its own files are imported, whatever is beside the working tree's."""
    repository.commit(net_py=NET, parts_py="WIDTH = 8\n")
    repository.write(parts_py="WIDTH = 9\n")
    arguments = ("--input", "1x3x8x8", "--arg", "classes=4", "--format", "json")
    done = run_process("diff", "net.py:Net@main", "net.py:Net", *arguments)
    assert done.code == 0, done.err
    document = json.loads(done.out)
    assert document["figures"]["params"] == {
        "before": params(8, 4), "after": params(9, 4), "change": params(9, 4) - params(8, 4),
    }  # fmt: skip
    assert (document["a"], document["b"]) == ("net.py:Net@main", "net.py:Net")
    assert [one["name"] for one in document["modules"]] == ["0", "2"]
    assert repository.git("status", "--short") == "M parts.py"
    assert len(repository.git("worktree", "list").splitlines()) == 1


def test_an_absolute_path_is_that_of_the_revision(repository: Repository) -> None:
    repository.commit(net_py=NET, parts_py="WIDTH = 8\n")
    repository.write(parts_py="WIDTH = 9\n")
    path = f"{repository.folder}/net.py:Net"
    figures = diff(f"{path}@main", path).figures["params"]
    assert (figures.before, figures.after) == (params(8), params(9))


def test_a_file_of_no_repository_has_no_revisions(repository: Repository, tmp_path: Path) -> None:
    repository.commit(net_py=NET)
    path = tmp_path / "net.py"
    path.write_text(NET, "utf-8")
    with pytest.raises(ArgumentError, match=r"is not in the repository of main \(.*; name a file"):
        diff(f"{path}:Net@main", "net.py:Net")


def test_what_archives_leave_out_is_there(repository: Repository) -> None:
    repository.commit(net_py=NET, parts_py="WIDTH = 8\n")
    (repository.folder / ".gitattributes").write_text("parts.py export-ignore\n", "utf-8")
    repository.commit()
    assert diff("net.py:Net@main", "net.py:Net@HEAD~1").figures["params"].before == params(8)


def test_files_of_other_revisions(repository: Repository, run: Run) -> None:
    """A count as JSON, of a folder below; a network's file."""
    stages = '[[stage]]\nblock = "plain"\nout = {out}\n'
    (repository.folder / "sub").mkdir()
    document = run("count", "plain:in=3,out=4", "--format", "json").out
    repository.commit(sub__count_json=document, net_toml=stages.format(out=4))
    repository.commit(sub__count_json=run("count", "plain:in=3,out=5", "--format", "json").out)
    assert diff("sub/count.json@HEAD~1", "sub/count.json").figures["params"].before == 136


def test_a_package_that_is_installed_from_the_working_tree_is_the_revisions(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit(src__mine____init___py="", net_py=NET.replace("parts", "mine"))
    package = repository.folder / "src" / "mine"
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text("WIDTH = 8\n", "utf-8")
    repository.commit()
    (package / "__init__.py").write_text("WIDTH = 9\n", "utf-8")
    monkeypatch.syspath_prepend(str(repository.folder / "src"))
    monkeypatch.setenv("PYTHONPATH", str(repository.folder / "src"), prepend=":")
    found = diff("net.py:Net@main", "net.py:Net")
    assert found.figures["params"] == Change(params(8), params(9))


@pytest.mark.parametrize(
    ("ref", "sentence"),
    [
        ("nosuch", "'nosuch' is no revision here: there is no 'nosuch'; fetch it with: git fetch"),
        ("--all", "'--all' is no revision here: there is no '--all'"),
        ("merge-base:", "'merge-base:' is no revision here: nothing is named; give a branch"),
        ("merge-base:other", "'merge-base:other' is no revision here: HEAD has no commit in com"),
    ],
)
def test_a_revision_that_is_none_is_one_sentence(
    ref: str, sentence: str, repository: Repository
) -> None:
    repository.commit(net_py=NET)
    repository.git("checkout", "-q", "--orphan", "other")
    repository.commit(other_txt="")
    repository.git("checkout", "-q", "main")
    with pytest.raises(RevisionError) as error:
        diff(f"net.py:Net@{ref}", "net.py:Net")
    assert str(error.value).startswith(sentence)
    assert "fetch-depth: 0" in str(error.value) or "nothing is named" in str(error.value)


def test_a_shallow_clone_is_told_what_to_do(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = repository.commit(net_py=NET)
    repository.commit(parts_py="WIDTH = 3\n")
    repository.git("clone", "-q", "--depth", "1", f"file://{repository.folder}", f"{tmp_path}/b")
    monkeypatch.chdir(tmp_path / "b")
    with pytest.raises(RevisionError, match=r"this clone is shallow; fetch .*--unshallow.*: 0"):
        diff(f"net.py:Net@{first}", "net.py:Net")


def test_outside_of_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RevisionError, match="'main' cannot be looked up: not a git repository"):
        diff("net.py:Net@main", "net.py:Net")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import nosuch", "ModuleNotFoundError: No module named 'nosuch'"),
        ("import os; os._exit(0)", "the process that counts it ended with 0 before it was done"),
        ("raise SystemExit(3)", "net.py, line 1, in <module>: SystemExit: 3"),
    ],
)
def test_a_revision_that_does_not_import_is_one_sentence(
    code: str, reason: str, repository: Repository
) -> None:
    repository.commit(net_py=code)
    with pytest.raises(IsolatedError) as error:
        diff("net.py:Net@main", "resnet18")
    assert str(error.value).startswith("net.py:Net@main cannot be counted at main (")
    assert reason in str(error.value)


def test_an_argument_that_no_process_can_be_given_is_one_sentence(repository: Repository) -> None:
    repository.commit(net_py=NET)
    with pytest.raises(IsolatedError, match="an argument cannot be passed to another process: "):
        diff("net.py:Net@main", "resnet18", arguments={"when": object()})
