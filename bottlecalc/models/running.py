"""Which module of a model is running, and what its operators cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from bottlecalc.models.recurrence import Cost


class Calls:
    """The calls of operators in a forward pass, each that of the innermost module that runs.

    Attributes:
        names: of the modules, each module's first.
        flops: by name [FLOPs].
        outputs: of operators that have FLOPs, by name [elements].
        unsupported: operators that may multiply and have no formula, and how often.
        recurrent: recurrent layers that were counted whole, and how often.
        branched: whether ``torch.cond`` was met.
        output: shape of what came out, where that is one tensor.
    """

    def __init__(self, model: nn.Module) -> None:
        self.names = {module: name for name, module in model.named_modules()}
        self.flops: Counter[str] = Counter()
        self.outputs: Counter[str] = Counter()
        self.unsupported: Counter[str] = Counter()
        self.recurrent: Counter[str] = Counter()
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
        """How it was counted what is not counted operator by operator."""
        layers = ", ".join(f"{name} ×{times}" for name, times in sorted(self.recurrent.items()))
        return (f"all steps of {layers} were counted at once, by closed form",) if layers else ()

    def add(self, flops: int, out: Any, hidden: int = 0) -> None:
        """Note an operator's FLOPs, what it puts out, and what products within it do."""
        self._add(flops, (out[0] if isinstance(out, tuple) else out).numel() + hidden)

    def add_recurrent(self, operator: str, cost: Cost) -> None:
        """Note a recurrent layer's FLOPs, and what all its products put out."""
        self._add(cost.flops, cost.outputs)
        self.recurrent[operator] += 1

    def _add(self, flops: int, outputs: int) -> None:
        name = self._running[-1] if self._running else ""
        self.flops[name] += flops
        self.outputs[name] += outputs

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
