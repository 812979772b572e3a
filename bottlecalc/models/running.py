"""Which module of a model is running, and what its operators cost."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from bottlecalc.models.recurrence import Cost
from bottlecalc.models.registered import Registered


class Costs(NamedTuple):
    """What operators cost, by module.

    Attributes:
        flops: [FLOPs].
        outputs: of those that have FLOPs [elements].
    """

    flops: Counter[str]
    outputs: Counter[str]


class Calls:
    """The calls of operators in a forward pass, each that of the innermost module that runs.

    Attributes:
        names: of the modules, each module's first; those of the model that was copied too.
        flops: by name [FLOPs].
        outputs: of operators that have FLOPs, by name [elements].
        unsupported: operators that may multiply and have no formula, and how often.
        free: operators that are no MACs by the convention, as the user calls them, and how often.
        deciding: operators by which values decide what else is run, and how often.
        recurrent: recurrent layers that were counted whole, and how often.
        sentences: how it was counted where that was not as usual, each once.
        branched: whether an operator was met that torch compiles a function for.
        output: shape of what came out, where that is one tensor.
    """

    def __init__(self, model: nn.Module, original: nn.Module | None = None) -> None:
        self._registered = Registered(model, original)
        self.names = self._registered.names
        self.flops: Counter[str] = Counter()
        self.outputs: Counter[str] = Counter()
        self.unsupported: Counter[str] = Counter()
        self.free: Counter[str] = Counter()
        self.deciding: Counter[str] = Counter()
        self.sentences: dict[str, None] = {}
        self.recurrent: Counter[str] = Counter()
        self.branched = False
        self.output: tuple[int, ...] | None = None
        self._called: set[str] = set()
        self._threads = threading.local()
        self._noting = threading.RLock()

    @property
    def _running(self) -> list[str]:
        """Modules that run in this thread, the innermost last."""
        running: list[str] = self._threads.__dict__.setdefault("running", [])
        return running

    @property
    def inside(self) -> str:
        """The innermost module that runs in this thread."""
        return self._running[-1] if self._running else ""

    @property
    def is_watched(self) -> bool:
        """Whether anything is known of what runs in this thread."""
        return bool(self._running)

    @contextmanager
    def within(self, name: str) -> Iterator[None]:
        """What runs in this thread meanwhile is that module's, which another thread runs."""
        self._running.append(name)
        try:
            yield
        finally:
            self._running.pop()

    @property
    def uncalled(self) -> tuple[str, ...]:
        """Modules that nothing ran of; what a scripted one calls cannot be seen."""
        scripted = tuple(
            f"{name}." if name else ""
            for module, name in self.names.items()
            if isinstance(module, torch.jit.ScriptModule)
        )
        seen = self._called | self._registered.used
        unseen = (name for name in dict.fromkeys(self.names.values()) if name not in seen)
        return tuple(name for name in unseen if not name.startswith(scripted))

    @property
    def remarks(self) -> tuple[str, ...]:
        """How it was counted where that was not as usual, a sentence each."""
        apart = self._registered.used_apart(self._called)
        return (*self.sentences, *self._whole, *apart, *self._registered.strangers)

    @property
    def _whole(self) -> Iterator[str]:
        if self.recurrent:
            layers = ", ".join(
                f"{name.removeprefix('aten::')} ×{times}"
                for name, times in sorted(self.recurrent.items())
            )
            yield f"recurrent layers are counted by closed form, all steps at once: {layers}"

    def say(self, sentence: str) -> None:
        """Note how something was counted."""
        self.sentences[sentence] = None

    def decide(self, operator: str) -> None:
        """Note an operator by which values decide."""
        self.deciding[operator] += 1

    def use(self, values: Iterable[object]) -> None:
        """Note what an operator is given."""
        self._registered.use(values)

    def add(self, flops: int, outputs: Iterable[Tensor], hidden: int = 0) -> None:
        """Note an operator's FLOPs, what it puts out, and what products within it do [elements]."""
        self._add(flops, sum(out.numel() for out in outputs) + hidden)

    def add_recurrent(self, operator: str, cost: Cost) -> None:
        """Note a recurrent layer's FLOPs, and what all its products put out."""
        self._add(cost.flops, cost.outputs)
        self.recurrent[operator] += 1

    def _add(self, flops: int, outputs: int) -> None:
        with self._noting:
            self.flops[self.inside] += flops
            self.outputs[self.inside] += outputs

    @contextmanager
    def apart(self) -> Iterator[Costs]:
        """What is noted meanwhile, which is not counted until it is joined."""
        before = Costs(self.flops, self.outputs)
        made = Costs(Counter(), Counter())
        self.flops, self.outputs = made
        try:
            yield made
        finally:
            self.flops, self.outputs = before

    def join(self, made: Costs, parts: int) -> None:
        """Count what was noted apart, where so many parts of it are one."""
        for counts, more in zip((self.flops, self.outputs), made, strict=True):
            counts.update({name: number // parts for name, number in more.items()})

    @contextmanager
    def innermost(self) -> Iterator[None]:
        """While this lasts, which module is running is kept, by torch's global hooks."""
        from torch.nn.modules import module

        hooks = (
            module.register_module_forward_pre_hook(self._begin),
            module.register_module_forward_hook(self._end, always_call=True),
        )
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()

    def _begin(self, module: nn.Module, _: object) -> None:
        if module not in self.names:
            self._registered.meet(module)
        self._running.append(self.names.get(module, self.inside))
        self._called.add(self.inside)

    def _end(self, _module: nn.Module, _inputs: object, _out: object) -> None:
        self._running.pop()


def results(out: Any) -> tuple[Tensor, ...]:
    """What an operator puts out first; what else it does is kept for its gradient."""
    first = next((one for one in out if one is not None), None) if isinstance(out, tuple) else out
    return () if first is None else (first,)
