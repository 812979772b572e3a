"""What a check writes beside its table: a comment on a pull request, annotations."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_check import BLOCKS
from tests.conftest import Run


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    return tmp_path


def test_annotations_are_followed_by_the_table(here: Path, run: Run) -> None:
    (here / "bottlecalc.toml").write_text(BLOCKS, "utf-8")
    assert run("check", "--format", "github").out.endswith(run("check").out)


def test_a_comment_is_written_beside_any_format(here: Path, run: Run) -> None:
    (here / "bottlecalc.toml").write_text(BLOCKS, "utf-8")
    done = run("check", "holds", "--format", "github", "--comment", "c.md", "-o", "o.txt")
    assert (done.code, done.out) == (0, run("check", "holds").out)
    assert (here / "c.md").read_text("utf-8") == run("check", "holds", "--format", "pr").out
    for options, sentence in [
        (("-o", "c.md", "--comment", "./c.md"), "--comment ./c.md is that of --output; give"),
        (("--comment", "bottlecalc.toml"), "--comment bottlecalc.toml is the file of the budgets"),
        (("--comment", ""), "'.' is no file; give the path of one"),
    ]:
        refused = run("check", *options)
        assert (refused.code, refused.out) == (2, "")
        assert refused.err.startswith(f"Error: {sentence}")
