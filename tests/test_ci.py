"""The examples of docs/ci.md: each one is pasted into a repository and run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
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


def test_github(repository: Path) -> None:
    workflow = read(repository, ".github/workflows/budgets.yml")
    install, check = (s["run"] for s in workflow["jobs"]["check"]["steps"] if "run" in s)
    assert install == INSTALL
    summary = repository / "summary.md"
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    done = shell(repository, check, **variables)
    assert (done.returncode, done.stdout) == (0, "")
    assert "| ✓ | classifier |" in summary.read_text("utf-8")
    broken = shell(repository, f"sed 's/25_000/20_000/' pyproject.toml > small.toml; {check}"
                   " --config small.toml", **variables)  # fmt: skip
    assert broken.returncode == 1
    assert broken.stdout.startswith("::error file=small.toml,line=8,title=budget classifier::")


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


def test_gitlab(repository: Path) -> None:
    job = read(repository, ".gitlab-ci.yml")["budgets"]
    install, check = job["script"]
    assert install == INSTALL
    assert shell(repository, check).returncode == 0
    report = repository / job["artifacts"]["reports"]["junit"]
    check_junit(report.read_text("utf-8"))


def test_pre_commit(repository: Path) -> None:
    shell(repository, "git init -q . && git add pyproject.toml")
    done = shell(repository, "pre-commit run --all-files")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "bottlecalc check" in done.stdout
    assert "Passed" in done.stdout


def test_this_repositorys_own_hook() -> None:
    done = shell(build.ROOT, "pre-commit validate-manifest .pre-commit-hooks.yaml")
    assert done.returncode == 0, done.stdout
    (hook,) = read(build.ROOT, ".pre-commit-hooks.yaml")
    assert hook["id"] == "bottlecalc-check"
    assert shell(build.ROOT, hook["entry"]).returncode == 0


def test_a_plain_shell(repository: Path) -> None:
    assert shell(repository, "bash check.sh").returncode == 0
    report = json.loads((repository / "budgets.json").read_text("utf-8"))
    assert [entry["status"] for entry in report["budgets"]] == ["pass", "pass"]


def test_pytest(repository: Path) -> None:
    done = shell(repository, "python -m pytest -q -p no:cacheprovider test_budget.py")
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout
