"""Which module of a model is running, and what its operators cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import nn


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
        names: of the modules, each module's first.
        flops: by name [FLOPs].
        outputs: of operators that have FLOPs, by name [elements].
        unsupported: operators that may multiply and have no formula, and how often.
        free: operators that are no MACs by the convention, as the user calls them, and how often.
        sentences: how it was counted where that was not as usual, each once.
        branched: whether ``torch.cond`` was met.
        output: shape of what came out, where that is one tensor.
    """

    def __init__(self, model: nn.Module) -> None:
        self.names = {module: name for name, module in model.named_modules()}
        self.flops: Counter[str] = Counter()
        self.outputs: Counter[str] = Counter()
        self.unsupported: Counter[str] = Counter()
        self.free: Counter[str] = Counter()
        self.sentences: dict[str, None] = {}
        self.branched = False
        self.output: tuple[int, ...] | None = None
        self._called: set[str] = set()
        self._running: list[str] = []

    @property
    def uncalled(self) -> tuple[str, ...]:
        """Modules that were never called; what a scripted one calls cannot be seen."""
        scripted = tuple(
            f"{name}." if name else ""
            for module, name in self.names.items()
            if isinstance(module, torch.jit.ScriptModule)
        )
        unseen = (name for name in self.names.values() if name not in self._called)
        return tuple(name for name in unseen if not name.startswith(scripted))

    @property
    def remarks(self) -> tuple[str, ...]:
        """How it was counted where that was not as usual, a sentence each."""
        return tuple(self.sentences)

    def say(self, sentence: str) -> None:
        """Note how something was counted."""
        self.sentences[sentence] = None

    def add(self, flops: int, out: Any) -> None:
        """Note an operator's FLOPs, and what it puts out."""
        name = self._running[-1] if self._running else ""
        self.flops[name] += flops
        self.outputs[name] += (out[0] if isinstance(out, tuple) else out).numel()

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
        outer = self._running[-1] if self._running else ""
        self._running.append(self.names.get(module, outer))
        self._called.add(self._running[-1])

    def _end(self, *_: object) -> None:
        self._running.pop()
