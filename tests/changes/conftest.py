"""A repository of git, made for a test."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest


class Repository:
    """A folder under git, with nobody's own settings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "-q", "-b", "main")
        (folder / ".git" / "info" / "exclude").write_text("__pycache__/\n", "utf-8")

    def git(self, *arguments: str) -> str:
        """What git says; it may not fail."""
        environment = {
            **{key: text for key, text in os.environ.items() if not key.startswith("GIT_")},
            "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org",
            "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org",
        }  # fmt: skip
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def write(self, **files: str) -> None:
        """Write files; ``__`` in a name stands for a slash, ``_`` for the ending's dot."""
        for name, text in files.items():
            path = self.folder / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")

    def commit(self, **files: str) -> str:
        """Commit these files, and all others; its hash."""
        self.write(**files)
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", "a change")
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, **files: str) -> None:
        """A branch of main with these files, checked out."""
        self.git("checkout", "-q", "-b", name, "main")
        self.commit(**files)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """An empty one, which is the working directory."""
    folder = tmp_path / "repository"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in [*os.environ]:
        if name.startswith(("GIT_", "GITHUB_")):
            monkeypatch.delenv(name)
    return Repository(folder)
