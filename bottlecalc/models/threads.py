"""Threads that a forward pass starts: what watches torch watches one thread alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Thread

Watch = Callable[[], AbstractContextManager[object]]
"""What is entered in a thread; made by the one that starts it."""


@contextmanager
def threads_watched(watch: Watch) -> Iterator[None]:
    """While this lasts, whatever a new thread runs is run within what it is watched by."""
    begin = Thread.start

    def start(thread: Thread) -> None:
        thread.run = _within(watch(), thread.run)  # type: ignore[method-assign]
        begin(thread)

    Thread.start = start  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        Thread.start = begin  # type: ignore[method-assign]


def _within(
    watching: AbstractContextManager[object], run: Callable[[], None]
) -> Callable[[], None]:
    def watched() -> None:
        with watching:
            run()

    return watched
