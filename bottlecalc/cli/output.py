"""Where output goes: stdout as it is, a spinner on stderr; and what an exit code means."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
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


@contextmanager
def guests() -> Iterator[None]:
    """While the user's code runs, what it prints goes to stderr: stdout is for our output."""
    sys.stdout.flush()
    ours = os.dup(1)
    os.dup2(2, 1)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(ours, 1)
        os.close(ours)


class OutputError(Exception):
    """A file that cannot be written; its text says why."""


def save(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        OutputError: its folder is missing, or may not be written, or is full.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as draft:
            try:
                draft.write(data)
                draft.close()
                Path(draft.name).chmod(0o666 & ~_umask())
                Path(draft.name).replace(path)
            except BaseException:
                Path(draft.name).unlink(missing_ok=True)
                raise
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
