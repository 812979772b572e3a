"""Nothing is downloaded by counting: connections to other machines are refused meanwhile."""

from __future__ import annotations

import inspect
import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import Any

from bottlecalc.models.failure import TargetError

LOCAL = ("", "localhost", "ip6-localhost")
WORDS = ("weights", "pretrained")
"""What is in the names of arguments that have weights downloaded."""


class RefusedError(ConnectionError):
    """A connection that is not made; libraries that have what they seek at hand go on."""


class Attempts:
    """Connections to other machines, of this thread and of those that it starts.

    Attributes:
        hosts: that were asked for and refused, the first one first.
    """

    def __init__(self) -> None:
        self.hosts: list[str] = []
        self._others = {thread.ident for thread in threading.enumerate()} - {threading.get_ident()}

    @property
    def are_ours(self) -> bool:
        """Whether what the running thread attempts is among these."""
        return threading.get_ident() not in self._others

    def check(self, host: object) -> None:
        """Refuse another machine.

        Raises:
            RefusedError: it is one.
        """
        if self.are_ours and not _is_local(host):
            self.hosts.append(_text(host))
            raise RefusedError(f"counting downloads nothing, and this needs {self.hosts[-1]}")


@contextmanager
def offline() -> Iterator[Attempts]:
    """No connection to another machine, by this thread or by those that it starts.

    Sockets within the machine stay, and what other threads do; all is as before afterwards. Once
    something was refused nobody waits to try again.
    """
    attempts = Attempts()
    with ExitStack() as stack:
        for owner, name, wrap in REPLACED:
            stack.enter_context(_replaced(owner, name, partial(wrap, attempts)))
        yield attempts


def _connect(attempts: Attempts, function: Callable[..., Any]) -> Callable[..., Any]:
    def connect(self: socket.socket, address: Any) -> Any:
        if isinstance(address, tuple):  # all but those within the machine
            attempts.check(address[0])
        return function(self, address)

    return connect


def _look_up(attempts: Attempts, function: Callable[..., Any]) -> Callable[..., Any]:
    def look_up(host: Any, *arguments: Any, **options: Any) -> Any:
        attempts.check(host)
        return function(host, *arguments, **options)

    return look_up


def _sleep(attempts: Attempts, function: Callable[..., Any]) -> Callable[..., Any]:
    def sleep(seconds: float) -> None:  # before another try, which is refused too
        if not (attempts.hosts and attempts.are_ours):
            function(seconds)

    return sleep


REPLACED: tuple[tuple[Any, str, Callable[..., Callable[..., Any]]], ...] = (
    (socket.socket, "connect", _connect),
    (socket.socket, "connect_ex", _connect),
    (socket, "getaddrinfo", _look_up),
    (time, "sleep", _sleep),
)
"""Functions, each with what stands in its stead meanwhile."""


@contextmanager
def _replaced(
    owner: Any, name: str, wrap: Callable[[Callable[..., Any]], object]
) -> Iterator[None]:
    """An attribute in another's stead; afterwards as before, inherited or its own."""
    is_own, before = name in vars(owner), getattr(owner, name)
    setattr(owner, name, wrap(before))
    try:
        yield
    finally:
        if is_own:
            setattr(owner, name, before)
        else:
            delattr(owner, name)


@contextmanager
def refusing(
    name: str, function: Callable[[], object] | None = None,
    arguments: Mapping[str, object] | None = None,
) -> Iterator[None]:  # fmt: skip
    """While a model is built or run it downloads nothing; where it fails for that, say so.

    Args:
        name: of the model.
        function: finds the class or function that builds it, or None.
        arguments: that it is called with.

    Raises:
        TargetError: it fails, and had tried to.
    """
    with offline() as attempts:
        try:
            yield
        except Exception as error:
            if not attempts.hosts:
                raise
            remedy = _remedy(function, arguments or {})
            raise TargetError(
                f"{name} tries to download from {attempts.hosts[0]}, and counting downloads"
                f" nothing; {remedy}"
            ) from (error.__cause__ or error)


def _remedy(function: Callable[[], object] | None, arguments: Mapping[str, object]) -> str:
    names = _suspects(function, arguments) if function else {}
    options = " ".join(
        f"--arg {name}={'false' if value is True else 'null'}" for name, value in names.items()
    )
    if options:
        return f"give {options}"
    return (
        "give whatever has it built without weights, such as --arg weights=null or"
        " --arg pretrained=false"
    )


def _suspects(
    function: Callable[[], object], arguments: Mapping[str, object]
) -> Mapping[str, object]:
    """The arguments that ask for weights, with what they are."""
    parameters: Mapping[str, inspect.Parameter] = {}
    with suppress(TypeError, ValueError, TargetError):
        parameters = inspect.signature(function()).parameters  # type: ignore[arg-type]
    values = {name: one.default for name, one in parameters.items()} | dict(arguments)
    return {
        name: value
        for name, value in values.items()
        if any(word in name for word in WORDS)
        and not any(value is one for one in (None, False, inspect.Parameter.empty))
    }


def _is_local(host: object) -> bool:
    if host is None:
        return True
    text = _text(host)
    if text.lower() in LOCAL:
        return True
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _text(host: object) -> str:
    return host.decode(errors="replace") if isinstance(host, bytes) else str(host)
