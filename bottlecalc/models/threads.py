"""Threads that a forward pass uses: what watches torch watches one thread alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from threading import Thread, local

from torch.nn.modules.module import (
    register_module_forward_hook,
    register_module_forward_pre_hook,
)

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


class _Here(local):
    """Of one thread: what it is watched by, and how many modules run within."""

    def __init__(self) -> None:
        self.watching = ExitStack()
        self.depth = 0


@contextmanager
def modules_watched(
    watch: Watch, is_watched: Callable[[], bool], hooks: AbstractContextManager[object]
) -> Iterator[None]:
    """While this lasts, modules are watched that a thread runs which was there before.

    Args:
        watch: makes what is entered.
        is_watched: whether the thread that asks is.
        hooks: others, of all modules, that are to run within what is entered.
    """
    here = _Here()

    def begin(*_: object) -> None:
        if here.depth == 0 and not is_watched():
            here.watching.enter_context(watch())
            here.depth = 1
        elif here.depth:
            here.depth += 1

    def end(*_: object) -> None:
        if here.depth == 1:
            here.watching.close()
        here.depth = max(here.depth - 1, 0)

    with ExitStack() as stack:
        stack.callback(register_module_forward_pre_hook(begin).remove)
        stack.enter_context(hooks)
        stack.callback(register_module_forward_hook(end, always_call=True).remove)
        yield
