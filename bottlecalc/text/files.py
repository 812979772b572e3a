"""Files of the user's: read if they have an end, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from bottlecalc.errors import BottlecalcError, argument
from bottlecalc.text.calls import ArgumentError, brief, quoted

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


FORMATS: Mapping[str, str] = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".json": "json",
    ".md": "markdown",
    ".txt": "table",
    ".xml": "junit",
    ".sarif": "sarif",
}
"""The format of figures that each ending of a file says."""


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


def keep(paths: Iterable[Path], force: bool) -> None:
    """Refuse to write over what exists.

    Raises:
        OutputError: one of them does.
    """
    for path in paths:
        if path.exists() and not force:
            raise OutputError(
                f"{path} exists; give another file, or {argument('force')} to write over it"
            )


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
