"""A process of its own imports what is of the revision, and nothing of the working tree."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import pytest

from bottlecalc.changes.isolated import IsolatedError, call

WHERE = "def where(question):\n    return __file__\n"
BACK = """\
import sys

def where(root):
    sys.path.insert(0, root)
    import other
    return other.__file__
"""


class Trees(NamedTuple):
    """A repository's own tree, and that of a revision."""

    root: Path
    tree: Path

    def write(self, name: str, text: str = WHERE) -> None:
        """A file of both."""
        for each in self:
            (each / name).parent.mkdir(parents=True, exist_ok=True)
            (each / name).write_text(text, "utf-8")

    def where(self, folder: str, monkeypatch: pytest.MonkeyPatch) -> str:
        """Of which file ``mine`` is where the root's folder is on the path."""
        paths = (str(self.root / folder), os.environ.get("PYTHONPATH", ""))
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
        found = call("mine:where", str(self.root), self.tree, self.root, self.tree)
        assert isinstance(found, str)
        return found


@pytest.fixture
def trees(tmp_path: Path) -> Trees:
    home = Path(os.path.realpath(tmp_path))
    found = Trees(home / "root", home / "tree")
    for each in found:
        each.mkdir()
    return found


def test_a_revision_s_json_is_not_ours(trees: Trees) -> None:
    trees.write("json.py", "raise RuntimeError('of the user')\n")
    arguments = ("25k", trees.tree, trees.root, trees.tree)
    assert call("bottlecalc.text.numbers:parse_quantity", *arguments) == 25_000


@pytest.mark.parametrize("folder", ["lib", ""])
def test_a_folder_on_the_path_is_the_revision_s(
    folder: str, trees: Trees, monkeypatch: pytest.MonkeyPatch
) -> None:
    trees.write(f"{folder}/mine.py" if folder else "mine.py")
    assert trees.where(folder, monkeypatch) == str(trees.tree / folder / "mine.py")


def test_src_is_the_revision_s_before_all(trees: Trees, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an editable install would have it, and whatever else is on the path."""
    trees.write("src/mine.py")
    trees.write("lib/mine.py")
    assert trees.where("lib", monkeypatch) == str(trees.tree / "src/mine.py")


def test_what_is_installed_within_the_repository_stays(
    trees: Trees, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ".venv/lib/site-packages"
    trees.write(f"{folder}/mine.py")
    assert trees.where(folder, monkeypatch) == str(trees.root / folder / "mine.py")


def test_code_of_the_working_tree_is_refused(trees: Trees, monkeypatch: pytest.MonkeyPatch) -> None:
    trees.write("lib/mine.py", BACK)
    (trees.root / "other.py").write_text("", "utf-8")
    with pytest.raises(IsolatedError, match="other was imported from the working tree, not from"):
        trees.where("lib", monkeypatch)
