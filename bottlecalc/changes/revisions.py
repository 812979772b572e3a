"""Revisions of a git repository: found, and their trees laid out in a temporary folder."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bottlecalc.errors import BottlecalcError
from bottlecalc.text.calls import brief

MERGE_BASE = "merge-base:"
SHORT = 7
"""Letters of a commit that are shown."""

FETCH = "in GitHub Actions, give actions/checkout `fetch-depth: 0`"


class RevisionError(BottlecalcError, ValueError):
    """A revision that cannot be had; its text says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Revision:
    """A commit of a repository.

    Attributes:
        text: as it was named: ``main``, ``v1.0``, ``merge-base:origin/main``.
        commit: its hash.
        root: the top folder of the repository's working tree.
    """

    text: str
    commit: str
    root: Path

    def __str__(self) -> str:
        return f"{self.text} ({self.commit[:SHORT]})"


def resolve(text: str, folder: Path) -> Revision:
    """Find a revision of the repository that a folder is in.

    Args:
        text: a branch, a tag, a commit, or ``merge-base:REF``: where HEAD left REF.
        folder: in the working tree.

    Raises:
        RevisionError: it is no repository's, there is no such revision, or no common one.
    """
    top = _git(folder, "rev-parse", "--show-toplevel")
    if top.returncode:
        raise RevisionError(
            f"{brief(text)!r} cannot be looked up: {_reason(top)}; run this inside a git repository"
        )
    root = Path(os.path.realpath(top.stdout.strip("\n")))
    ref = text.removeprefix(MERGE_BASE)
    commit = _commit(ref, text, root)
    if ref != text:
        commit = _merge_base(commit, text, root)
    return Revision(text=text, commit=commit, root=root)


@contextmanager
def laid_out(revision: Revision) -> Iterator[Path]:
    """The revision's tree, in a temporary folder; the repository stays as it is.

    By an index of its own: `git archive` would leave out what ``export-ignore`` says, and a
    worktree would be written down in the repository.

    Raises:
        RevisionError: git cannot write it.
    """
    with tempfile.TemporaryDirectory(prefix="bottlecalc-") as name:
        tree = Path(os.path.realpath(name), "tree")
        tree.mkdir()
        index = {"GIT_INDEX_FILE": str(tree.with_name("index"))}
        prefix = f"--prefix={tree}{os.sep}"
        for command in (("read-tree", revision.commit), ("checkout-index", "--all", prefix)):
            done = _git(revision.root, *command, **index)
            if done.returncode:
                raise RevisionError(
                    f"{brief(revision.text)!r} cannot be checked out: {_reason(done)};"
                    f" fetch it whole: {FETCH}"
                )
        yield tree


def _commit(ref: str, text: str, root: Path) -> str:
    if ref and not ref.startswith("-"):
        done = _git(root, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
        if not done.returncode:
            return done.stdout.strip()
    raise RevisionError(f"{_quoted(text)} is no revision here: {_absent(ref, root)}")


def _absent(ref: str, root: Path) -> str:
    """Why there is no such revision, and what to do."""
    if not ref:
        return "nothing is named; give a branch, a tag or a commit, such as merge-base:origin/main"
    remote = _git(root, "rev-parse", "--verify", "--quiet", f"origin/{ref}^{{commit}}")
    if not remote.returncode:
        return f"there is no {brief(ref)!r}, but origin/{brief(ref)}; give that"
    if _is_shallow(root):
        return f"this clone is shallow; fetch all of it: git fetch --unshallow, or {FETCH}"
    return f"there is no {brief(ref)!r}; fetch it with: git fetch origin, or {FETCH}"


def _merge_base(commit: str, text: str, root: Path) -> str:
    done = _git(root, "merge-base", "HEAD", commit)
    if not done.returncode:
        return done.stdout.strip()
    reason = (
        "this clone is shallow" if _is_shallow(root) else "HEAD has no commit in common with it"
    )
    raise RevisionError(
        f"{_quoted(text)} is no revision here: {reason}; fetch the history:"
        f" git fetch --unshallow, or {FETCH}"
    )


def _quoted(text: str) -> str:
    return repr(brief(text))


def _is_shallow(root: Path) -> bool:
    return _git(root, "rev-parse", "--is-shallow-repository").stdout.strip() == "true"


def _git(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What git says; in English, for no more of it than is repeated.

    Raises:
        RevisionError: there is no git.
    """
    variables = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", **environment}
    try:
        return subprocess.run(
            ["git", *arguments], cwd=folder, env=variables, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, encoding="utf-8", errors="surrogateescape",
        )  # fmt: skip
    except FileNotFoundError:
        raise RevisionError("git cannot be run: it is not installed; install it") from None


def _reason(done: subprocess.CompletedProcess[str]) -> str:
    """What git ended with, on one line."""
    lines = done.stderr.strip().splitlines() or [f"git ended with {done.returncode}"]
    fatal = next((line for line in lines if line.startswith("fatal: ")), lines[-1])
    return brief(fatal.removeprefix("fatal: "))
