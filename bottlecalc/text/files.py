"""Files of the user's: read if they have an end, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bottlecalc.errors import BottlecalcError
from bottlecalc.text.calls import brief

MOST_BYTES = 64 * 2**20
"""More is no budget, baseline or answer sheet: ``/dev/zero`` never ends."""

LONGEST_SHOWN = 200
"""Letters of a path; no longer one is a name of anybody's."""


def read_bytes(path: Path, refusal: type[BottlecalcError], remedy: str) -> bytes:
    """What a file holds.

    Raises:
        BottlecalcError: it cannot be read, or does not end; of the type given.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise refusal(
            f"{shown(path)} cannot be read: {error.strerror or error}; {remedy}"
        ) from None
    if len(content) > MOST_BYTES:
        raise refusal(f"{shown(path)} holds more than {MOST_BYTES // 2**20} MB; {remedy}")
    return content


def read_text(path: Path, refusal: type[BottlecalcError], remedy: str = "give another file") -> str:
    """The text of a file in UTF-8, with or without a byte order mark.

    Raises:
        BottlecalcError: as ``read_bytes``, or it is not UTF-8; of the type given.
    """
    try:
        return read_bytes(path, refusal, remedy).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refusal(f"{shown(path)} cannot be read: it is not UTF-8; {remedy}") from None


class OutputError(BottlecalcError):
    """A file that cannot be written; its text says why."""


@contextmanager
def drafting(path: Path) -> Iterator[Callable[[bytes], object]]:
    """Write a file piece by piece; it appears, whole, where nothing went wrong.

    Raises:
        OutputError: it is no ordinary file, or its folder is missing, may not be written or is
            full.
    """
    if not path.name:
        raise OutputError(f"{str(path)!r} is no file; give the path of one")
    place = Path(os.path.realpath(path))
    draft = place.with_name(f".{os.urandom(8).hex()}.part")
    if os.path.islink(place):
        raise OutputError(f"{shown(path)} is a symbolic link that leads nowhere; give another path")
    try:
        with refusing(path):
            if place.exists() and not place.is_file():
                raise OutputError(f"{shown(path)} is no ordinary file; give another path")
            with draft.open("xb") as file:
                if place.exists():
                    draft.chmod(place.stat().st_mode & 0o777)
                yield file.write
            draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Have what the system refuses said in one sentence.

    Raises:
        OutputError: the path cannot be written.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"{shown(path)} cannot be written: {reason}; give another path"
        ) from error


def shown(path: Path) -> str:
    """A path in a sentence."""
    return brief(str(path), LONGEST_SHOWN)


def encoded(text: str) -> bytes:
    """UTF-8; a lone surrogate, which it has no bytes for, spelled out."""
    return text.encode("utf-8", "backslashreplace")
