"""Where output goes: stdout as it is, a spinner on stderr; and what an exit code means."""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import (
    AbstractContextManager,
    contextmanager,
    nullcontext,
    redirect_stdout,
    suppress,
)
from pathlib import Path
from typing import IO, NamedTuple, TextIO, TypeVar

from rich.console import Console
from rich.text import Text

from bottlecalc.cli import signals
from bottlecalc.render.layout import UNBOUNDED, literal_console, unbounded
from bottlecalc.render.words import ascii_only, line
from bottlecalc.text.files import OutputError, drafting, encoded, save_all

Item = TypeVar("Item")
FAILED, BAD_INPUT = 1, 2
LONG = 100_000
"""Fewer items than this pass before anybody wonders how far they are."""

TERMINAL = "-"
"""The file of a figure that is drawn in text."""

HELD = 1 << 24
"""Bytes of a table that wait in memory until its figure is drawn; more wait on disk."""

WIDEST = 10_000
"""Columns of a terminal, whatever the environment says."""


class Streams(NamedTuple):
    """Where output goes."""

    out: TextIO
    err: TextIO


_kept: list[Streams] = []
"""Once the user's code has run: ours, which it does not know."""


def streams() -> Streams:
    """Where output goes, whatever the user's code has done to ``sys.stdout``."""
    return _kept[-1] if _kept else Streams(sys.stdout, sys.stderr)


def open_what_is_closed() -> None:
    """Have stdin, stdout and stderr hold their places, so that no other file takes one.

    What is said on a stderr that was closed is not heard; ``sys.stdout`` stays None.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stderr is None:
        sys.stderr = _writing(2, "utf-8", "backslashreplace")


def bound_width() -> None:
    """Have no library lay out lines of gigabytes, or fail at what is no width."""
    for name in {"COLUMNS", "TERMINAL_WIDTH"} & os.environ.keys():
        text = os.environ.pop(name)
        if text.isdecimal() and int(text):
            os.environ[name] = str(min(int(text), WIDEST))


class Likeness(io.StringIO):
    """What rich takes for a stream, of the same kind, though nothing that it writes gets there.

    It ends what it lays out by writing an empty text, at which an unbuffered stream can fail.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self.stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed's is no property
        return self.stream.encoding

    def isatty(self) -> bool:
        return self.stream.isatty()


def console() -> Console:
    """Stdout as rich sees it; as wide as need be where it is no terminal."""
    stdout = Likeness(streams().out)
    if stdout.isatty():
        return literal_console(file=stdout)
    return literal_console(file=stdout, width=UNBOUNDED, height=UNBOUNDED)


def tell(*sentences: str) -> None:
    """Say sentences on stderr, each on a line of its own; where that cannot be heard, go on."""
    stderr = streams().err
    try:
        for sentence in sentences:
            stderr.write(f"{line(sentence)}\n")
        stderr.flush()
    except (OSError, ValueError):
        _abandon(stderr)


def write(text: str) -> None:
    """Write to stdout."""
    write_all([text])


def write_all(pieces: Iterable[str]) -> None:
    """Write pieces to stdout as they come."""
    try:
        for piece in pieces:
            streams().out.write(piece)
        streams().out.flush()
    except BrokenPipeError:  # the reader has seen enough: `bottlecalc … | head`
        abandon_stdout()
    except OSError as error:
        abandon_stdout()
        reason = error.strerror or str(error)
        raise OutputError(f"stdout cannot be written: {reason}; send it elsewhere") from None


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


def deliver_pieces(
    pieces: Iterable[str | bytes],
    output: Path | None,
    plot: str | None,
    drawn: Callable[[], bytes] | None,
) -> None:
    """Write a table as it comes, and the figure of it: both, or none of them.

    Args:
        pieces: of the table.
        output: the table's file; None for stdout.
        plot: the figure's file, ``-`` for stdout; None where nothing is drawn.
        drawn: makes the figure, once all pieces have come.

    Raises:
        OutputError: a file cannot be written.
    """
    if output is None and drawn is None:
        return write_all(map(str, heeding_interrupts(pieces)))
    import tempfile  # what is not drawn need not wait for it

    with tempfile.SpooledTemporaryFile(HELD) as held:
        with _file(plot, held) as figure, _file(output, held) as table:
            for piece in heeding_interrupts(pieces):
                table(encoded(piece) if isinstance(piece, str) else piece)
            if drawn:
                figure(drawn())
        held.seek(0)
        write_all(line.decode() for line in held)


def _file(
    path: Path | str | None, held: IO[bytes]
) -> AbstractContextManager[Callable[[bytes], object]]:
    """What writes into a file; for stdout, what holds it back until all is well."""
    return nullcontext(held.write) if path in (None, TERMINAL) else drafting(Path(str(path)))


@contextmanager
def guests() -> Iterator[None]:
    """While the user's code runs, and ever after, what it prints goes to stderr.

    A thread of its may go on, and what it left behind may print when it is collected. A process
    that it forks ends where it comes back. The working directory is as before afterwards.
    """
    folder, process = Path.cwd(), os.getpid()
    _keep_stdout()
    try:
        yield
    finally:
        if os.getpid() != process:
            os._exit(0)
        os.chdir(folder)


def _keep_stdout() -> None:
    """Keep stdout for our output: all others find stderr in its place."""
    if not _kept:
        sys.stdout.flush()
        _kept.append(Streams(_again(sys.stdout), _again(sys.stderr)))
        os.dup2(2, 1)
        sys.stdout = sys.stderr


@contextmanager
def giving_back_stdout() -> Iterator[None]:
    """For a process that goes on afterwards: stdout is again whatever it was."""
    open_what_is_closed()
    descriptor = os.dup(1)
    try:
        with redirect_stdout(sys.stdout):
            yield
    finally:
        os.dup2(descriptor, 1)
        os.close(descriptor)
        _kept.clear()


def _again(stream: TextIO) -> TextIO:
    """The same stream, opened again, so that nobody else can close it."""
    try:
        descriptor = os.dup(stream.fileno())
    except OSError:  # it is in memory
        return stream
    return _writing(descriptor, stream.encoding, stream.errors)


def _writing(descriptor: int, encoding: str, errors: str | None) -> TextIO:
    return open(descriptor, "w", encoding=encoding, errors=errors)


def save(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        OutputError: its folder is missing, or may not be written, or is full.
    """
    save_all({path: content})


def abandon_stdout() -> None:
    """Keep the interpreter from flushing at exit what cannot be written."""
    _abandon(streams().out)


def _abandon(stream: TextIO) -> None:
    with suppress(OSError, ValueError):  # it is in memory, or closed
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@contextmanager
def spinner(doing: str) -> Iterator[Callable[[str], None]]:
    """Say on stderr, where that is a terminal, what is being done; gone when it is done."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _: None
        return
    console = Console(stderr=True)
    with console.status(Text(line(doing))) as status:
        yield lambda text: status.update(Text(line(text)))


def heeding_interrupts(pieces: Iterable[Item]) -> Iterator[Item]:
    """Pass pieces on until Ctrl-C.

    An operation of numpy can lose the KeyboardInterrupt that is raised within it (seen with
    2.4.6, in one sweep of ten), so that it is raised again between pieces.
    """
    for piece in pieces:
        yield piece
        if signals.came:
            raise KeyboardInterrupt


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
