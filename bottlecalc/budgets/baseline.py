"""The baseline's file: read, and brought up to date while nobody else does that."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from bottlecalc.budgets.budget import Budget
from bottlecalc.budgets.lock import Lock, LockError, document, read
from bottlecalc.budgets.verdict import Verdict
from bottlecalc.text.files import drafting, encoded, read_text, refusing


def read_baseline(path: Path) -> Lock | None:
    """What was counted before; None where there is no such file.

    Raises:
        LockError: it cannot be read, or is no lock file.
    """
    return read(read_text(path, LockError), str(path)) if os.path.exists(path) else None


def update(path: Path, verdicts: Sequence[Verdict], budgets: Sequence[Budget]) -> None:
    """Write what was counted now, and keep what else the file holds by now.

    Args:
        path: of the baseline.
        verdicts: whose figures are written.
        budgets: all there are; what has none any more is dropped.

    Raises:
        LockError: it cannot be read where some of it is to be kept.
        OutputError: it cannot be written.
    """
    with refusing(path), _alone(Path(os.path.realpath(path)).parent):
        kept = _kept(path, is_whole=len(verdicts) == len(budgets)).kept(budgets)
        with drafting(path) as write_bytes:
            write_bytes(encoded(document(verdicts, kept)))


def _kept(path: Path, is_whole: bool) -> Lock:
    """What the file holds; nothing where it is damaged and made anew as a whole."""
    try:
        return read_baseline(path) or Lock()
    except LockError:
        if is_whole:
            return Lock()
        raise


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other update is at work in a folder, where its file system can tell."""
    try:
        import fcntl
    except ImportError:  # on Windows
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems lock no folders
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
