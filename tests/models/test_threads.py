"""What a forward pass runs in threads of its own counts as what it runs itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import Tensor, nn

from bottlecalc import count_model
from bottlecalc.models import run, trace
from bottlecalc.models.trace import dispatcher_counts

MACS = 2 * 4 * 5


class Branch(nn.Module):
    """A layer that is called in a thread; ``meet`` is called before and after its product."""

    def __init__(self, meet: Callable[[], object] = int) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 5, bias=False)
        self.meet = meet

    def forward(self, x: Tensor) -> Tensor:
        """It, and a product of its own."""
        self.meet()
        y: Tensor = self.layer(x) @ torch.ones(5, 3, device=x.device)
        self.meet()
        return y


class Threads(nn.Module):
    """Two branches at once."""

    def __init__(self) -> None:
        super().__init__()
        barrier = threading.Barrier(2, timeout=60)
        self.branches = nn.ModuleList(Branch(barrier.wait) for _ in range(2))

    def forward(self, x: Tensor) -> None:
        """Run them."""
        threads = [threading.Thread(target=each, args=(x,)) for each in self.branches]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


class Worker(nn.Module):
    """A product in a thread that one of its own classes is, within a module."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = Inner()

    def forward(self, x: Tensor) -> None:
        """Run it."""
        self.inner(x)


class Inner(nn.Module):
    """The module that starts it."""

    def forward(self, x: Tensor) -> None:
        """Start it, and wait."""

        class Product(threading.Thread):
            def run(self) -> None:
                x @ x.T

        thread = Product()
        thread.start()
        thread.join()


def test_threads_at_once_are_counted_module_by_module() -> None:
    macs = dispatcher_counts(Threads(), [torch.ones(2, 4)]).figures["macs"]
    branches = {f"branches.{i}": 2 * 5 * 3 for i in range(2)}
    layers = {f"branches.{i}.layer": MACS for i in range(2)}
    assert {name: number for name, number in macs.items() if number} == branches | layers


def test_a_thread_is_its_module_s() -> None:
    macs = dispatcher_counts(Worker(), [torch.ones(2, 4)]).figures["macs"]
    assert macs == {"": 0, "inner": 2 * 2 * 4}


def test_without_a_watch_the_test_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "threads_watched", lambda _: torch.no_grad())
    macs = dispatcher_counts(Worker(), [torch.ones(2, 4)]).figures["macs"]
    assert macs["inner"] == 0


def test_threads_are_as_before() -> None:
    start = threading.Thread.start
    dispatcher_counts(Threads(), [torch.ones(2, 4)])
    assert threading.Thread.start is start


def test_a_thread_that_was_there_before_is_watched_while_a_module_runs() -> None:
    """Behind an inner module too, and no longer: the next count sees the same."""
    pool = ThreadPoolExecutor(1)
    pool.submit(int).result()

    class Pooled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.branches = nn.Sequential(nn.Sequential(Branch()), nn.Linear(3, 4, bias=False))

        def forward(self, x: Tensor) -> Tensor:
            y: Tensor = pool.submit(self.branches, x).result()
            return y

    model = Pooled()
    layers = {"branches.0.0.layer": MACS, "branches.0.0": 2 * 5 * 3, "branches.1": 2 * 3 * 4}
    for _ in range(2):
        macs = dispatcher_counts(model, [torch.ones(2, 4)]).figures["macs"]
        assert {name: number for name, number in macs.items() if number} == layers


def test_fvcore_is_not_waited_for_where_a_thread_is_not_forked_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A pool that was there before has no threads in the process that fvcore runs in."""
    pool = ThreadPoolExecutor(1)
    pool.submit(int).result()

    class Pooled(nn.Linear):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return pool.submit(super().forward, x).result()

    monkeypatch.setattr(run, "FVCORE_MOST_SECONDS", 1.0)
    counted = count_model(Pooled(3, 5), (2, 3))
    assert "ended after 1 seconds; --counter fvcore waits for it" in counted.remarks[0]
