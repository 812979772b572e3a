"""The examples of docs/ci.md: each one is pasted into a repository and run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from docs import build
from tests.schemas import check_junit

CI = build.ROOT / "docs" / "ci.md"
pytestmark = pytest.mark.slow

INSTALL = 'python -m pip install "bottlecalc @ git+https://YOUR-HOST/bottlecalc"'
"""There is no such distribution in a registry: an address must be given."""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What docs/ci.md shows, with its baseline."""
    folder = tmp_path_factory.mktemp("repository")
    build.write_files(CI.read_text("utf-8"), folder)
    shell(folder, "bottlecalc check --update")
    return folder


def shell(folder: Path, command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    binaries = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": binaries, "PYTHONUTF8": "1", **variables}
    return subprocess.run(
        ["bash", "-ec", command], cwd=folder, env=environment, capture_output=True, text=True
    )


def read(folder: Path, name: str) -> Any:
    return yaml.safe_load((folder / name).read_text("utf-8"))


@pytest.fixture
def pull(repository: Path) -> Iterator[Path]:
    """The same as a pull request: main at origin, and a branch that makes the model wider."""
    identity = "-c user.name=a -c user.email=a@b"
    shell(repository, f"git init -q -b main && git add --all && git {identity} commit -qm a")
    shell(repository, "git update-ref refs/remotes/origin/main main && git checkout -qb wider")
    shell(repository, f"sed -i 's/64/72/' mynet/models.py && git {identity} commit -qam b")
    yield repository
    shell(repository, "git checkout -q main; rm -rf .git")


def test_github(pull: Path) -> None:
    workflow = read(pull, ".github/workflows/budgets.yml")
    install, check = (s["run"] for s in workflow["jobs"]["check"]["steps"] if "run" in s)
    assert install == INSTALL
    summary = pull / "summary.md"
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary), "BASE": "main"}
    done = shell(pull, check, **variables)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error file=pyproject.toml,line=8,title=budget classifier::")
    assert "| ✗ | classifier | parameters | 20,138 | 22,538 |" in summary.read_text("utf-8")
    assert (pull / "comment.md").read_text("utf-8").startswith("<!-- bottlecalc check -->")


CURL = """\
#!/usr/bin/env bash
echo "$*" >> "$LOG"
case "$*" in *per_page*) echo "$NOTES" ;; esac
"""


@pytest.mark.parametrize(
    ("notes", "written"),
    [
        ([{"id": 3, "body": "Nice."}], "-X POST .* u/projects/1/merge_requests/2/notes$"),
        ([{"id": 4, "body": "<!-- bottlecalc check -->\n…"}], "-X PUT .* u/.*/2/notes/4$"),
    ],
)
def test_gitlabs_note(notes: Any, written: str, pull: Path, tmp_path: Path) -> None:
    """By a stand-in for curl."""
    job = read(pull, ".gitlab-ci.yml")["budgets"]
    base = shell(pull, "git rev-parse main").stdout.strip()
    _, check = job["script"]
    assert shell(pull, check, CI_MERGE_REQUEST_DIFF_BASE_SHA=base).returncode == 1
    check_junit((pull / job["artifacts"]["reports"]["junit"]).read_text("utf-8"))
    curl = tmp_path / "curl"
    curl.write_text(CURL, "utf-8")
    curl.chmod(0o755)
    (script,) = job["after_script"]
    done = shell(
        pull, f"PATH={tmp_path}:$PATH\n{script}", GITLAB_TOKEN="t", CI_API_V4_URL="u",
        CI_PROJECT_ID="1", CI_MERGE_REQUEST_IID="2", LOG=str(tmp_path / "log"),
        NOTES=json.dumps(notes),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    last = (tmp_path / "log").read_text("utf-8").splitlines()[-1]
    assert re.search(written, last)


def test_a_baseline_of_another_branch(repository: Path) -> None:
    """As the document shows it, in bash."""
    (command,) = re.findall(r"`(bottlecalc check --baseline <.*?)`", CI.read_text("utf-8"))
    shell(repository, "rm -rf .git; git init -q -b main . && git add bottlecalc.lock.json")
    shell(repository, "git -c user.name=a -c user.email=a@b commit -qm a")
    lock = (repository / "bottlecalc.lock.json").read_text("utf-8")
    try:
        (repository / "bottlecalc.lock.json").write_text("damaged", "utf-8")
        done = shell(repository, command)
    finally:
        (repository / "bottlecalc.lock.json").write_text(lock, "utf-8")
        shell(repository, "rm -rf .git")
    assert (done.returncode, done.stderr) == (0, "")
    assert "±0" in done.stdout


def test_pre_commit(repository: Path) -> None:
    shell(repository, "git init -q . && git add pyproject.toml")
    done = shell(repository, "pre-commit run --all-files")
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("blocks and networks", "models"):
        assert re.search(f"bottlecalc check of {name}\\.+Passed", done.stdout)
    (repository / "notes.md").write_text("nothing that costs anything\n", "utf-8")
    shell(repository, "git add notes.md")
    done = shell(repository, "pre-commit run --files notes.md")
    assert done.stdout.count("Skipped") == 2


def test_this_repositorys_own_hooks() -> None:
    done = shell(build.ROOT, "pre-commit validate-manifest .pre-commit-hooks.yaml")
    assert done.returncode == 0, done.stdout
    hooks = {hook["id"]: hook for hook in read(build.ROOT, ".pre-commit-hooks.yaml")}
    assert [*hooks] == ["bottlecalc-blocks", "bottlecalc-models", "bottlecalc-check"]
    assert {hook["language"] for hook in hooks.values()} == {"system"}
    assert [bool(re.search(hook["files"], "net.py")) for hook in hooks.values()] == [
        False, True, True,
    ]  # fmt: skip
    for hook in hooks.values():
        assert re.search(hook["files"], "sub/pyproject.toml")
        assert not re.search(hook["files"], "README.md")
        assert shell(build.ROOT, hook["entry"]).returncode == 0


def test_a_plain_shell(repository: Path) -> None:
    assert shell(repository, "bash check.sh").returncode == 0
    report = json.loads((repository / "budgets.json").read_text("utf-8"))
    assert [entry["status"] for entry in report["budgets"]] == ["pass", "pass"]


def test_pytest(repository: Path) -> None:
    done = shell(repository, "python -m pytest -q -p no:cacheprovider test_budget.py")
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout
