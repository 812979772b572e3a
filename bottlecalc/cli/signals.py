"""Signals that end the process: what is half done is cleared away first."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
USUAL = (signal.SIG_DFL, signal.default_int_handler)

came: list[int] = []
"""Those that the process was sent; an exception that one raised may have been lost."""


@contextmanager
def ending() -> Iterator[None]:
    """Have each signal that ends the process raise KeyboardInterrupt.

    One that is ignored, as of what runs in the background, stays so.
    """
    came.clear()
    heeded = [number for number in ENDING if signal.getsignal(number) in USUAL]
    before = {number: signal.signal(number, _note) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _note(number: int, _frame: object) -> None:
    came.append(number)
    raise KeyboardInterrupt
