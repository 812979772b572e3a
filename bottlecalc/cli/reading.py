"""Files of the user's, read: any that has an end, a pipe too."""

from __future__ import annotations

from pathlib import Path

from bottlecalc.errors import BottlecalcError

MOST_BYTES = 64 * 2**20
"""More is no budget, baseline or answer sheet: ``/dev/zero`` never ends."""


def read_bytes(path: Path, refusal: type[BottlecalcError], remedy: str) -> bytes:
    """What a file holds.

    Raises:
        BottlecalcError: it cannot be read, or does not end; of the type given.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise refusal(f"{path} cannot be read: {error.strerror or error}; {remedy}") from None
    if len(content) > MOST_BYTES:
        raise refusal(f"{path} holds more than {MOST_BYTES // 2**20} MB; {remedy}")
    return content
