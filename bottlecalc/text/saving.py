"""Where output is saved: the path that is given, and several files, all or none of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

from bottlecalc.text.calls import ArgumentError, quoted
from bottlecalc.text.files import drafting, encoded, refusing


def file_path(given: object) -> Path:
    """The path of a file, from one or from its text.

    Raises:
        ArgumentError: it is neither, or no file can have it.
    """
    if not isinstance(given, str | os.PathLike) or not _can_be(os.fsdecode(given)):
        raise ArgumentError(f"{quoted(given)} is no path; give that of a file, such as 'a.csv'")
    return Path(os.fsdecode(given))


def output_path(given: object) -> Path:
    """The path of a file that is to be written.

    Raises:
        ArgumentError: it is none.
        OutputError: its name is longer than the system allows.
    """
    path = file_path(given)
    with refusing(path):
        path.is_symlink()
    return path


def _can_be(path: str) -> bool:
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False


def save_all(contents: Mapping[Path, str | bytes], folder: Path | None = None) -> None:
    """Write files whole, and only once all of them could be.

    Args:
        contents: what goes where.
        folder: made for some of them, where it is not there yet.

    Raises:
        OutputError: a folder is missing, or may not be written, or is full.
    """
    with ExitStack() as stack:
        if folder is not None and not folder.exists():
            stack.callback(_remove_if_empty, folder)
            with refusing(folder):
                folder.mkdir()
        for path, content in contents.items():
            write_bytes = stack.enter_context(drafting(path))
            write_bytes(encoded(content) if isinstance(content, str) else content)


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()
