"""Where output goes: stdout as it is, a spinner on stderr; and what an exit code means."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.text import Text

from bottlecalc.errors import BottlecalcError
from bottlecalc.render.words import ascii_only

Item = TypeVar("Item")
FAILED, BAD_INPUT = 1, 2
UNBOUNDED = 100_000
"""Columns enough for any table: piped output is as wide as its content."""
LONG = 100_000
"""Fewer items than this pass before anybody wonders how far they are."""


def console() -> Console:
    """Stdout as rich sees it; as wide as need be where it is no terminal."""
    if sys.stdout.isatty():
        return Console()
    return Console(width=UNBOUNDED, height=UNBOUNDED)


def write(text: str) -> None:
    """Write to stdout, in ASCII where its encoding has nothing else."""
    write_all([text])


def write_all(pieces: Iterable[str]) -> None:
    """Write pieces to stdout as they come, in ASCII where its encoding has nothing else."""
    try:
        for piece in pieces:
            sys.stdout.write(_encodable(piece))
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough: `bottlecalc … | head`
        abandon_stdout()


def _encodable(text: str) -> str:
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return ascii_only(text)
    return text


class OutputError(BottlecalcError):
    """A file that cannot be written; its text says why."""


def save(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        OutputError: its folder is missing, or may not be written, or is full.
    """
    with drafting(path) as write_bytes:
        write_bytes(content.encode() if isinstance(content, str) else content)


@contextmanager
def drafting(path: Path) -> Iterator[Callable[[bytes], object]]:
    """Write a file piece by piece; it appears, whole, where nothing went wrong.

    Raises:
        OutputError: it is no ordinary file, or its folder is missing, may not be written or is
            full.
    """
    path = path.resolve()
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    if path.exists() and not path.is_file():
        raise OutputError(f"{path} is no ordinary file; give another path")
    try:
        with draft.open("wb") as file:
            yield file.write
        draft.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"{path} cannot be written: {reason}; give another path") from error
    finally:
        draft.unlink(missing_ok=True)


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


def heeding_interrupts(pieces: Iterable[str]) -> Iterator[str]:
    """Pass pieces on until Ctrl-C.

    An operation of numpy can lose the KeyboardInterrupt that is raised within it (seen with
    2.4.6, in one sweep of ten), so that it is raised again between pieces.
    """
    pressed: list[int] = []

    def note(number: int, _frame: object) -> None:
        pressed.append(number)
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGINT, note)
    try:
        for piece in pieces:
            yield piece
            if pressed:
                raise KeyboardInterrupt
    finally:
        signal.signal(signal.SIGINT, previous)


def progress(items: Iterable[Item], total: int, doing: str) -> Iterator[Item]:
    """Pass items on, and show on stderr, where that alone is a terminal, how far they are."""
    if total < LONG or not sys.stderr.isatty() or sys.stdout.isatty():
        yield from items
        return
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=total)
        for place, item in enumerate(items):
            if place % 10_000 == 0:
                bar.update(task, completed=place)
            yield item
