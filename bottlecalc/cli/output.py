"""Where output goes: stdout as it is, a spinner on stderr; and what an exit code means."""

from __future__ import annotations

import atexit
import codecs
import io
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stdout, suppress
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.text import Text

from bottlecalc.errors import BottlecalcError
from bottlecalc.render.layout import UNBOUNDED, literal_console, unbounded
from bottlecalc.render.words import ascii_only

Item = TypeVar("Item")
FAILED, BAD_INPUT = 1, 2
LONG = 100_000
"""Fewer items than this pass before anybody wonders how far they are."""


def console() -> Console:
    """Stdout as rich sees it; as wide as need be where it is no terminal."""
    if sys.stdout.isatty():
        return literal_console()
    return literal_console(width=UNBOUNDED, height=UNBOUNDED)


def write(text: str) -> None:
    """Write to stdout."""
    write_all([text])


def write_all(pieces: Iterable[str]) -> None:
    """Write pieces to stdout as they come."""
    try:
        for piece in pieces:
            sys.stdout.write(piece)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough: `bottlecalc … | head`
        abandon_stdout()


def spell_in_ascii_what_stdout_cannot() -> None:
    """Where stdout's encoding lacks a character, write what stands for it: ``x`` for ``×``."""

    def stand_in(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeEncodeError):
            raise error
        return ascii_only(error.object[error.start : error.end]), error.end

    codecs.register_error("bottlecalc", stand_in)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="bottlecalc")


def deliver(make: Callable[[Console], str], output: Path | None) -> None:
    """Write a document to stdout, or to a file: as wide as need be, whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    if output is None:
        write(make(console()))
    else:
        save(output, make(unbounded()))


@contextmanager
def guests() -> Iterator[None]:
    """While the user's code runs, what it prints goes to stderr: stdout is for our output.

    So does what it prints when the process ends. The working directory is as before afterwards.
    """
    sys.stdout.flush()
    ours, folder = os.dup(1), Path.cwd()
    os.dup2(2, 1)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        _flush_what_is_buffered()
        os.dup2(ours, 1)
        os.close(ours)
        os.chdir(folder)
        atexit.unregister(_leave_stdout)
        atexit.register(_leave_stdout)  # the last registered is the first to be called


def _flush_what_is_buffered() -> None:
    """By Python, where the user's code found the real stdout, and by C."""
    import ctypes

    if sys.__stdout__ is not None:
        with suppress(OSError, ValueError):
            sys.__stdout__.flush()
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).fflush(None)


def _leave_stdout() -> None:
    """Whatever is printed from now on goes to stderr."""
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        os.dup2(2, 1)


class OutputError(BottlecalcError):
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
    with ExitStack() as stack:
        if folder is not None and not folder.exists():
            stack.callback(_remove_if_empty, folder)
            with _refusal(folder):
                folder.mkdir()
        for path, content in contents.items():
            write_bytes = stack.enter_context(drafting(path))
            write_bytes(_encoded(content) if isinstance(content, str) else content)


def _encoded(text: str) -> bytes:
    """UTF-8; a lone surrogate, which it has no bytes for, spelled out."""
    return text.encode("utf-8", "backslashreplace")


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


@contextmanager
def drafting(path: Path) -> Iterator[Callable[[bytes], object]]:
    """Write a file piece by piece; it appears, whole, where nothing went wrong.

    Raises:
        OutputError: it is no ordinary file, or its folder is missing, may not be written or is
            full.
    """
    if not path.name:
        raise OutputError(f"{str(path)!r} is no file; give the path of one")
    place = path.resolve()
    draft = place.with_name(f".{place.name}.{os.getpid()}.part")
    if place.exists() and not place.is_file():
        raise OutputError(f"{path} is no ordinary file; give another path")
    try:
        with _refusal(path):
            with draft.open("wb") as file:
                if place.exists():
                    draft.chmod(place.stat().st_mode & 0o777)
                yield file.write
            draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _refusal(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"{path} cannot be written: {reason}; give another path") from error


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


def progress(items: Iterable[Item], total: int, visited: Callable[[], int]) -> Iterator[Item]:
    """Pass items on, and show on stderr, where that is a terminal, how far they are."""
    if total < LONG or not sys.stderr.isatty():
        yield from items
        return
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("sweeping", total=total)
        seen = 0
        for item in items:
            if visited() != seen:
                seen = visited()
                bar.update(task, completed=seen)
            yield item
