"""Where output goes: stdout as it is, a spinner on stderr; and what an exit code means."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from rich.console import Console
from rich.text import Text

from bottlecalc.render.words import ascii_only

FAILED, BAD_INPUT = 1, 2
UNBOUNDED = 100_000
"""Columns enough for any table: piped output is as wide as its content."""


def console() -> Console:
    """Stdout as rich sees it; as wide as need be where it is no terminal."""
    if sys.stdout.isatty():
        return Console()
    return Console(width=UNBOUNDED, height=UNBOUNDED)


def write(text: str) -> None:
    """Write to stdout, in ASCII where its encoding has nothing else."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = ascii_only(text)
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough: `bottlecalc … | head`
        abandon_stdout()


class OutputError(Exception):
    """A file that cannot be written; its text says why."""


def save(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        OutputError: its folder is missing, or may not be written, or is full.
    """
    save_all({path: content})


def save_all(contents: Mapping[Path, str | bytes], folder: Path | None = None) -> None:
    """Write files whole, and only once all of them could be.

    Args:
        contents: what goes where.
        folder: made for some of them, where it is not there yet.

    Raises:
        OutputError: a folder is missing, or may not be written, or is full.
    """
    with ExitStack() as undo:
        if folder is not None and not folder.exists():
            undo.callback(_remove_if_empty, folder)
            with _refusal(folder):
                folder.mkdir()
        drafts = [(_draft(path, content, undo), path) for path, content in contents.items()]
        for draft, path in drafts:
            with _refusal(path):
                draft.replace(path)
        undo.pop_all()


def _draft(path: Path, content: str | bytes, undo: ExitStack) -> Path:
    """The content in a file beside its place, taken away again where something fails."""
    with _refusal(path):
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            draft = Path(file.name)
            undo.callback(draft.unlink, missing_ok=True)
            file.write(content.encode() if isinstance(content, str) else content)
        draft.chmod(0o666 & ~_umask())
    return draft


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


@contextmanager
def _refusal(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"{path} cannot be written: {reason}; give another path") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def abandon_stdout() -> None:
    """Keep the interpreter from flushing at exit what cannot be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def spinner(doing: str) -> Iterator[Callable[[str], None]]:
    """Say on stderr, where that is a terminal, what is being done; gone when it is done."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _: None
        return
    console = Console(stderr=True)
    with console.status(Text(doing)) as status:
        yield lambda text: status.update(Text(text))
