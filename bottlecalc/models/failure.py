"""What the user's code raises, as one sentence that says where.

torch is never loaded here.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType

from bottlecalc.blocks.spec import BlockError
from bottlecalc.errors import BottlecalcError
from bottlecalc.text.calls import ArgumentError

SHOWN_FRAMES = 3
LONGEST_LINE = 120
"""So much is quoted in passing of what a library says [characters]."""

OF_SCRIPTS = "The following operation failed in the TorchScript interpreter."
"""How torch begins what it says of scripted code; the reason comes last."""


class TargetError(BottlecalcError):
    """A model that cannot be found, built or run; its text says where that happened.

    Where the user's own code raised, that is the cause.
    """


class ModelTypeError(TargetError, ArgumentError):
    """Something else where a model is taken; its text says what it is, and what would do."""


class ElsewhereError(Exception):
    """What the user's code raised in another process; its text is the traceback's last lines."""


@contextmanager
def naming(subject: str, *passing: type[BaseException]) -> Iterator[None]:
    """Whatever the user's code raises inside becomes a ``TargetError`` that says where.

    Ctrl-C passes, and what says so already, and what is named.
    """
    try:
        yield
    except BaseException as error:  # pytest.skip and asyncio.CancelledError are no Exception
        if isinstance(error, (KeyboardInterrupt, TargetError, BlockError, *passing)):
            raise
        raise TargetError(f"{subject}: {cause(error)}") from pruned(error)


def pruned(error: BaseException) -> BaseException:
    """An exception whose traceback says where in whose code, without frames of libraries."""
    kept: TracebackType | None = None
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        if _is_users(frame):
            kept = TracebackType(kept, frame, -1, line)
    return error.with_traceback(kept)


def cause(error: BaseException) -> str:
    """What an exception says, in one line, and where in the user's code it was raised."""
    first = _first_line(error)
    text = f"{type(error).__name__}: {first}" if first else type(error).__name__
    if isinstance(error, SyntaxError) and error.filename:
        return f"{_shown(error.filename)}, line {error.lineno}: {type(error).__name__}: {error.msg}"
    frames = user_frames(error)
    if not frames:
        return text
    frame, line = frames[-1]
    code = frame.f_code
    return f"{_shown(code.co_filename)}, line {line}, in {code.co_name}: {text}"


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[-1] if lines and lines[0] == OF_SCRIPTS else "".join(lines[:1])


def in_passing(error: BaseException) -> str:
    """What an exception says, in one line that is no longer than a note."""
    reason = error.__cause__ if isinstance(error, TargetError) and error.__cause__ else error
    text = str(error) if isinstance(error, TargetError) else cause(error)
    quoted = _first_line(reason)
    return text.replace(quoted, _cut(quoted)) if quoted else text


def _cut(line: str) -> str:
    """Its first sentences, as many as fit: torch goes on with advice."""
    if len(line) <= LONGEST_LINE:
        return line
    end = line.rfind(". ", 0, LONGEST_LINE)
    return line[:end] if end > 0 else f"{line[:LONGEST_LINE].rpartition(' ')[0]} …"


def last_lines(error: BaseException) -> str:
    """The last lines of the user's own traceback: no frames of ours, of libraries or of torch."""
    if isinstance(error, ElsewhereError):
        return str(error)
    frames = user_frames(error)[-SHOWN_FRAMES:]
    summary = traceback.StackSummary.extract(iter(frames))
    exception = traceback.format_exception_only(type(error), error)
    return "".join([*summary.format(), *exception])


def user_frames(error: BaseException) -> list[tuple[FrameType, int]]:
    """The frames that are the user's own."""
    return [place for place in traceback.walk_tb(error.__traceback__) if _is_users(place[0])]


def _is_users(frame: FrameType) -> bool:
    name = frame.f_code.co_filename
    ours = f"{Path(__file__).parent.parent}{os.sep}"
    stdlib = f"{Path(traceback.__file__).parent}{os.sep}"
    return not (name.startswith(("<", ours, stdlib)) or is_installed(name))


def is_installed(path: str) -> bool:
    """Whether a file is of an installed package."""
    return "site-packages" in path or "dist-packages" in path


def _shown(filename: str | None) -> str:
    path = Path(filename or "?")
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
