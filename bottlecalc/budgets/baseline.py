"""The baseline's file: read, and brought up to date while nobody else does that."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from bottlecalc.budgets.budget import Budget
from bottlecalc.budgets.lock import Lock, LockError, document, read
from bottlecalc.budgets.verdict import Verdict


def read_file(path: Path, refusal: type[Exception]) -> str:
    """The text of a file.

    Raises:
        refusal: it cannot be read.
    """
    try:
        return path.read_text("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise refusal(f"{path} cannot be read: {reason}; give another file") from None


def read_baseline(path: Path) -> Lock | None:
    """What was counted before; None where there is no such file.

    Raises:
        LockError: it cannot be read, or is no lock file.
    """
    return read(read_file(path, LockError), str(path)) if path.exists() else None


def update(path: Path, verdicts: Sequence[Verdict], budgets: Sequence[Budget]) -> None:
    """Write what was counted now, and keep what else the file holds by now.

    Args:
        path: of the baseline.
        verdicts: whose figures are written.
        budgets: all there are; what has none any more is dropped.

    Raises:
        LockError: it cannot be read where some of it is to be kept, or cannot be written.
    """
    if path.exists() and not path.is_file():
        raise LockError(f"{path} is no ordinary file; give another path")
    place = Path(os.path.realpath(path))
    try:
        with _alone(place.parent):
            kept = _kept(path, is_whole=len(verdicts) == len(budgets)).kept(budgets)
            _replace(place, document(verdicts, kept))
    except OSError as error:
        reason = error.strerror or str(error)
        raise LockError(f"{path} cannot be written: {reason}; give another path") from error


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


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all; it keeps its permissions."""
    draft = path.with_name(f".{path.name[:200]}.{os.getpid()}.part")
    try:
        draft.write_text(text, "utf-8", "backslashreplace")
        if path.exists():
            draft.chmod(path.stat().st_mode & 0o777)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
