"""A process of its own for the user's code: whatever becomes of it, this one goes on."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from bottlecalc import count_model
from bottlecalc.blocks.spec import BlockError
from bottlecalc.errors import SPECS, key
from bottlecalc.models import worker
from bottlecalc.models.failure import TargetError, last_lines
from bottlecalc.models.worker import Bounds, Worker, WorkerError, ending

pytestmark = pytest.mark.skipif(not worker.can_fork(), reason="nothing is forked here")


def asked(function: Callable[..., Any], *questions: Any, **bounds: Any) -> Any:
    with Worker(function, Bounds(**bounds)) as one:
        return one(*questions)


def test_it_answers_from_another_process_and_goes_on() -> None:
    with Worker(lambda factor, *, shift: (factor * 3 + shift, os.getpid())) as one:
        first, second = one(2, shift=1), one(5, shift=0)
    assert (first[0], second[0]) == (7, 15)
    assert first[1] == second[1] != os.getpid()


def hang() -> None:
    while True:
        time.sleep(60)


def eat() -> None:
    kept = bytearray(b"x" * 300_000_000)
    hang()
    del kept


ENDS: list[tuple[Callable[[], object], dict[str, Any], str]] = [
    (lambda: os._exit(0), {}, "ended with 0 before it was done"),
    (lambda: os._exit(7), {}, "ended with 7 before it was done"),
    (lambda: signal.raise_signal(signal.SIGSEGV), {}, "was ended by SIGSEGV before it was done"),
    (
        lambda: os.kill(os.getpid(), 9),
        {},
        "by SIGKILL before it was done, as the system does where",
    ),
    (lambda: os.closerange(3, 500), {}, "ended with 0 before it was done"),
    (hang, {"seconds": 0.5}, "was ended after 0.5 seconds; give --timeout SECONDS where it needs"),
    (eat, {"memory": 2 * 10**8}, "when it held more than 200,000,000 bytes of memory; give --max-"),
]


@pytest.mark.parametrize(("function", "bounds", "sentence"), ENDS)
def test_how_it_ended_is_one_sentence(
    function: Callable[[], object], bounds: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(WorkerError) as error:
        asked(function, **bounds)
    assert str(error.value).startswith("the process that counts it ")
    assert sentence in str(error.value)


def test_what_is_left_behind_keeps_nobody_waiting() -> None:
    """It has all files open that the process had which ended."""
    reading, writing = os.pipe()

    def fork_and_end() -> None:
        if os.fork() == 0:
            os.close(writing)
            os.read(reading, 1)  # until this test is over
            os._exit(0)
        os._exit(4)

    try:
        with pytest.raises(WorkerError, match="ended with 4"):
            asked(fork_and_end, seconds=60)
    finally:
        os.close(reading)
        os.close(writing)


def test_what_it_began_ends_with_it() -> None:
    """A pipe that nobody has open any more is at its end."""
    reading, writing = os.pipe()

    def fork_and_hang() -> None:
        os.fork()
        hang()

    try:
        with pytest.raises(WorkerError, match=r"after 0\.2 seconds"):
            asked(fork_and_hang, seconds=0.2)
        os.close(writing)
        assert select.select([reading], [], [], 20)[0] == [reading]
    finally:
        os.close(reading)


def test_after_an_end_it_is_begun_anew() -> None:
    with Worker(lambda number: os._exit(1) if number == 0 else number) as one:
        assert one(5) == 5
        with pytest.raises(WorkerError, match="ended with 1"):
            one(0)
        assert one(6) == 6


def test_a_forward_that_forks_answers_once() -> None:
    def double(number: int) -> int:
        os.fork()
        return number

    with Worker(double) as one:
        assert [one(number) for number in range(9)] == [*range(9)]


def test_signals_that_the_user_ignores_end_it_all_the_same() -> None:
    def deaf() -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        hang()

    with pytest.raises(WorkerError, match=r"after 0\.2 seconds"):
        asked(deaf, seconds=0.2)


def test_what_it_raises_is_raised_here_with_its_marks_and_its_traceback() -> None:
    def refuse() -> None:
        try:
            raise ValueError("in the user's code")
        except ValueError as error:
            raise BlockError(f"{key('mid')} is wrong") from error

    with pytest.raises(BlockError) as error:
        asked(refuse)
    assert (str(error.value), error.value.worded(SPECS)) == (
        *("mid_channels is wrong", "mid is wrong"),
    )
    assert error.value.__cause__ is not None
    shown = last_lines(error.value.__cause__)
    assert shown.endswith("ValueError: in the user's code\n")
    assert "test_worker.py" in shown


def test_ctrl_c_ends_what_it_waits_for() -> None:
    def press() -> None:
        os.kill(os.getppid(), signal.SIGINT)
        hang()

    with Worker(press) as one, pytest.raises(KeyboardInterrupt):
        one()
    assert one._process is None


def test_where_nothing_can_be_forked_it_is_called_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert asked(os.getpid) == os.getpid()


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (None, "closed what it answers by before it was done"),
        (-200, "was ended by signal 200 before it was done"),
    ],
)
def test_other_ends(code: int | None, sentence: str) -> None:
    assert ending(code) == f"the process that counts it {sentence}"


class Catching(nn.Module):
    """At whose forward fvcore's tracing ends the process."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(3, 2)

    def forward(self, x: torch.Tensor) -> Any:
        try:
            x @ torch.zeros(7, 7, device=x.device)
        except RuntimeError:
            return self.head(x)


def test_what_fvcore_does_to_a_process_is_a_reason_to_leave_it_out() -> None:
    found = count_model(Catching(), (1, 3))
    assert found.macs == 6
    (note,) = found.notes
    assert note.startswith("fvcore was left out: fvcore cannot trace Catching on 1×3: the process")
    with pytest.raises(TargetError, match="fvcore cannot trace Catching on 1×3: the process that"):
        count_model(Catching(), (1, 3), counter="fvcore")


def test_products_and_gradients_are_computed_there_after_here() -> None:
    """torch's threads are not forked with it, and it must not wait for them."""

    def gradient() -> float:
        x = torch.full((300, 300), 2.0, requires_grad=True)
        return float(torch.autograd.grad((x @ x).sum(), x)[0][0, 0])

    assert gradient() == asked(gradient, seconds=60) == 300 * 2 * 2
