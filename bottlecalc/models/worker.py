"""The user's code in a process of its own: whatever becomes of it there, this one goes on.

The process is forked, so that it is there at once and has all that this one has. Its threads are
not forked with it: where torch is loaded already it goes on with one.

torch is never loaded here.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, NoReturn, ParamSpec, TypeVar

from bottlecalc.errors import BottlecalcError
from bottlecalc.models.failure import ElsewhereError, TargetError, last_lines

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

Questions = ParamSpec("Questions")
Answer = TypeVar("Answer")

GLANCE = 0.25
"""So often a process is looked at that has not answered [s]."""

MOST_SECONDS = 600.0
"""Nothing that is counted takes so long; a job in CI ends after an hour or six [s]."""


class WorkerError(TargetError):
    """A process that ended, or was ended, before it had answered; its text says how."""


@dataclass(frozen=True)
class Bounds:
    """What a process may take for one answer.

    Attributes:
        seconds: [s].
        memory: that it holds at most [bytes]; what is free when it begins, where it is None.
        longer: what has it wait longer, for the error.
    """

    seconds: float = MOST_SECONDS
    memory: float | None = None
    longer: str = "give --timeout SECONDS where it needs longer"


UNBOUNDED = Bounds(inf, inf)


class _Failure(NamedTuple):
    """What was raised in place of an answer, and the traceback of its cause."""

    error: BaseException
    traceback: str


class Worker(Generic[Questions, Answer]):
    """A function that runs in a process of its own, which goes on from one call to the next.

    It is begun by the first call, and again by the one after it ended. Where there is no forking
    that is safe, which Linux alone has, the function runs in this one.

    Args:
        function: takes and gives what can be pickled; what it is made of need not be.
        bounds: of each answer.
    """

    def __init__(self, function: Callable[Questions, Answer], bounds: Bounds | None = None) -> None:
        self.function = function
        self.bounds = bounds or Bounds()
        self._process: BaseProcess | None = None
        self._ours: Connection | None = None

    def __call__(self, *args: Questions.args, **kwargs: Questions.kwargs) -> Answer:
        """What the function answers there.

        Raises:
            WorkerError: the process ended before it had answered, or took too long or too much.
            BaseException: what the function raises.
        """
        if not can_fork():
            return self.function(*args, **kwargs)
        try:
            answer = self._ask((args, kwargs))
        except BaseException:
            self.close()
            raise
        if isinstance(answer, _Failure):
            cause = ElsewhereError(answer.traceback) if answer.traceback else None
            raise answer.error from cause
        return answer  # type: ignore[no-any-return]

    def __enter__(self) -> Worker[Questions, Answer]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process, and what it began, where there is one."""
        if self._process is not None:
            _end(self._process)
        if self._ours is not None:
            self._ours.close()
        self._process = self._ours = None

    def _ask(self, question: Any) -> Any:
        from multiprocessing.connection import wait

        process, ours = self._begun()
        watch = _Watch(process, self.bounds)
        try:
            ours.send(question)
            while not wait([ours], GLANCE):
                if not process.is_alive() and not ours.poll():
                    raise EOFError
                watch.look()
            return pickle.loads(ours.recv_bytes())
        except (EOFError, ConnectionError):
            raise WorkerError(ending(_exit_code(process))) from None

    def _begun(self) -> tuple[BaseProcess, Connection]:
        if self._process is None or self._ours is None:
            from multiprocessing import get_context

            context = get_context("fork")
            self._ours, theirs = context.Pipe()
            ends = self._ours, theirs
            self._process = context.Process(target=_serve, args=(self.function, *ends))
            with warnings.catch_warnings():  # since Python 3.12, of threads that are not forked
                warnings.simplefilter("ignore", DeprecationWarning)
                self._process.start()
            theirs.close()
        return self._process, self._ours


def contained(
    function: Callable[Questions, Answer], failing: str, bounds: Bounds
) -> Callable[Questions, Answer]:
    """A function that runs in a process of its own, which ends with each call.

    Where that process ends before, what it raises is a ``TargetError``.

    Args:
        function: as a ``Worker`` takes it.
        failing: what the error begins with: ``net.py:Net cannot be counted``.
        bounds: of the call.
    """

    def call(*args: Questions.args, **kwargs: Questions.kwargs) -> Answer:
        with Worker(function, bounds) as worker:
            try:
                return worker(*args, **kwargs)
            except WorkerError as error:
                raise TargetError(f"{failing}: {error.sentence}") from None

    return call


def can_fork() -> bool:
    """Whether a process can be forked, safely, and looked at."""
    cuda = getattr(sys.modules.get("torch"), "cuda", None)
    is_safe = sys.platform == "linux" and not (cuda and cuda.is_initialized())
    return is_safe and find_spec("psutil") is not None


class _Watch:
    """What a process may still take."""

    def __init__(self, process: BaseProcess, bounds: Bounds) -> None:
        import psutil

        self.process = process
        self.bounds = bounds
        self.last = monotonic() + bounds.seconds
        self.memory = bounds.memory or psutil.virtual_memory().available

    def look(self) -> None:
        """Go on only where the process is within its bounds.

        Raises:
            WorkerError: it is not.
        """
        if monotonic() > self.last:
            raise WorkerError(
                f"{PROCESS} was ended after {self.bounds.seconds:g} seconds; {self.bounds.longer}"
            )
        if self._resident() > self.memory:
            raise WorkerError(
                f"{PROCESS} was ended when it held more than {self.memory:,} bytes of memory;"
                f" {MORE}"
            )

    def _resident(self) -> int:
        """What the largest of its processes holds; they share much of it [bytes]."""
        import psutil

        with suppress(psutil.Error):
            first = psutil.Process(self.process.pid)
            return max(one.memory_info().rss for one in (first, *first.children(recursive=True)))
        return 0


PROCESS = "the process that counts it"
MORE = "give --max-memory where it may take more, or a smaller input"


def ending(code: int | None) -> str:
    """How a process ended that was not done, from its exit code; a signal's is less than 0."""
    if code is None:
        return f"{PROCESS} closed what it answers by before it was done"
    if code >= 0:
        return f"{PROCESS} ended with {code} before it was done"
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    why = ", as the system does where memory runs out" if name == "SIGKILL" else ""
    return f"{PROCESS} was ended by {name} before it was done{why}"


def _exit_code(process: BaseProcess) -> int | None:
    process.join(GLANCE)
    return process.exitcode


def _end(process: BaseProcess) -> None:
    """End a process, and those that it began and left."""
    import psutil

    if process.is_alive():
        with suppress(psutil.Error):
            for each in psutil.Process(process.pid).children(recursive=True):
                each.kill()
        process.kill()
    process.join()


def _serve(function: Callable[..., Any], ours: Connection, theirs: Connection) -> NoReturn:
    """Answer in the process of its own, until nobody asks; the user's exit handlers never run."""
    ours.close()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)
    process = os.getpid()
    with suppress(EOFError, OSError):
        while True:
            args, kwargs = theirs.recv()
            answer = _pickled(function, args, kwargs)
            _flush()
            if os.getpid() != process:  # the user's code forked, and came back twice
                os._exit(0)
            theirs.send_bytes(answer)
    os._exit(0)


def _flush() -> None:
    """What the user's code printed is printed; the process ends without its exit handlers."""
    for stream in (sys.stdout, sys.__stdout__, sys.stderr, sys.__stderr__):
        with suppress(AttributeError, OSError, ValueError):  # none, or closed by the user's code
            stream.flush()  # type: ignore[union-attr]
    if ctypes := sys.modules.get("ctypes"):  # which torch has loaded
        ctypes.CDLL(None).fflush(None)


def _pickled(function: Callable[..., Any], args: Any, kwargs: Any) -> bytes:
    """What a function answers, or raises; errors of our own go on to say nothing less."""
    try:
        return pickle.dumps(function(*args, **kwargs))
    except (BottlecalcError, ImportError, OSError, MemoryError, KeyboardInterrupt) as error:
        cause = error.__cause__
        return pickle.dumps(_Failure(error, last_lines(cause) if cause else ""))
