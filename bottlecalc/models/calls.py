"""The functions of PyTorch's that a model calls as it runs, and which module calls them.

Source: ``torch.overrides.TorchFunctionMode``, which sees every function that Python calls, as those
see it who put a function of their own in its place.
"""

from __future__ import annotations

import dis
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode, resolve_name

from bottlecalc.layers.calls import Call, Container, MultiHead, Weights
from bottlecalc.layers.ops import Shape
from bottlecalc.models.functions import OPS, argument
from bottlecalc.models.parameters import is_lazy

OPERATORS = {"add": "+", "mul": "*", "matmul": "@", "sub": "-", "div": "/"}
"""How Python writes them; who replaces ``torch.Tensor.add`` does not see a ``+``."""

ALIASES = {"torch.functional.einsum": "torch.einsum", "torch.spmm": "torch.mm"}
OURS = "torch.nn.modules."
HOLDING = ("TransformerEncoderLayer", "TransformerDecoderLayer")
"""These keep the activation that they were built with, whatever is put in its place later."""


class Recorder(TorchFunctionMode):
    """While it is on, notes the calls of the last whole forward pass of a model.

    Attributes:
        calls: in order.
        modules: that ran, each module of the model that did.
    """

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self.modules: set[nn.Module] = set()
        self.model: nn.Module | None = None
        self._names: Mapping[nn.Module, str] = {}
        self._running: list[nn.Module] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run it, and note it; of multi-head attention what it calls in turn, too."""
        kwargs = kwargs or {}
        if not self._running:
            return func(*args, **kwargs)
        name = self._name(func)
        if name == "F.multi_head_attention_forward":
            return self._attention(func, args, kwargs)
        out = func(*args, **kwargs)
        if make := OPS.get(name.rpartition(".")[2]):
            first, result = _tensor((*args, *kwargs.values())), _tensor(out)
            if first is not None and result is not None:
                op = make(name, result, args, kwargs)
                if op is not None:
                    self._note(op, tuple(first.shape), tuple(result.shape), name)
        return out

    def _name(self, func: Any) -> str:
        """``F.relu``, ``torch.matmul``, ``Tensor.add``; ``@`` where that is written."""
        whole = resolve_name(func) or ""
        name = ALIASES.get(whole, whole)
        if name.startswith("torch.Tensor."):
            method = name.rpartition(".")[2].strip("_")
            return OPERATORS.get(method, "") if _is_operator() else f"Tensor.{method}"
        return name.replace("torch.nn.functional.", "F.")

    def _attention(self, func: Any, args: Any, kwargs: Any) -> Any:
        """Multi-head attention asks whether its tensors override functions, and would come back."""
        from torch.nn import functional

        query, key, _ = args[:3]
        lengths = [tuple(one.shape) for one in (query, key)]
        (queries, batch, features), (keys, *_) = (_with_batch(one) for one in lengths)
        op = MultiHead(
            batch=batch, queries=queries, keys=keys, features=features, heads=args[4],
            bias=argument(args, kwargs, 6, "in_proj_bias") is not None,
        )  # fmt: skip
        self._note(op, lengths[0], lengths[0], "F.multi_head_attention_forward")
        asking = functional.has_torch_function  # type: ignore[attr-defined]
        functional.has_torch_function = lambda _: False  # type: ignore[attr-defined]
        try:
            with self:
                return func(*args, **kwargs)
        finally:
            functional.has_torch_function = asking  # type: ignore[attr-defined]

    def _note(self, op: Any, x: Shape, y: Shape, function: str) -> None:
        module = self._running[-1]
        kind = type(module)
        ours = kind.__name__ if kind.__module__.startswith(OURS) else ""
        if ours in HOLDING and function in ("F.relu", "F.gelu"):
            function = f"held {function}"
        self.calls.append(Call(self._names.get(module, ""), op, x, y, ours, function))

    @contextmanager
    def recording(self) -> Iterator[None]:
        """While this lasts, what models do is noted; the last that ran whole is what stands."""
        from torch.nn.modules import module

        hooks = (
            module.register_module_forward_pre_hook(self._begin),
            module.register_module_forward_hook(self._end, always_call=True),
        )
        try:
            with self:
                yield
        finally:
            for hook in hooks:
                hook.remove()

    def _begin(self, module: nn.Module, _: object) -> None:
        if not self._running:
            self.calls, self.modules, self.model = [], set(), module
            self._names = {one: name for name, one in module.named_modules()}
        self._running.append(module)
        self.modules.add(module)

    def _end(self, module: nn.Module, _: object, out: Any) -> None:
        result = _tensor(out)
        held = _weights(module, True)
        foreign = not type(module).__module__.startswith(OURS)
        if result is not None and held.leaf and held.named and foreign:
            shape = tuple(result.shape)
            self.calls.append(Call(self._names.get(module, ""), held, shape, shape))
        if result is not None and not held.leaf and module is not self.model:
            container = _container(module)
            if container.weights_held:
                self._note(container, tuple(result.shape), tuple(result.shape), "")
        self._running.pop()

    @property
    def shared(self) -> str:
        """The class of a module that lies in several others; empty where none does."""
        homes: Counter[nn.Module] = Counter()
        for module in self.model.modules() if self.model else ():
            homes.update(set(module.children()))
        return next((type(one).__name__ for one, often in homes.items() if often > 1), "")

    @property
    def weights(self) -> tuple[Call, ...]:
        """What every module of the model holds of its own; a shared tensor is its first's."""
        seen: set[Tensor] = set()
        found: list[Call] = []
        for name, module in self.model.named_modules() if self.model else ():
            held = _weights(module, module in self.modules, seen)
            kind = type(module)
            ours = kind.__name__ if kind.__module__.startswith(OURS) else ""
            if held.held:
                found.append(Call(name, held, (), (), ours))
        return tuple(found)


def _weights(module: nn.Module, called: bool, seen: set[Tensor] | None = None) -> Weights:
    own = {
        name: one
        for name, one in module.named_parameters(recurse=False)
        if not is_lazy(one) and (seen is None or one not in seen)
    }
    if seen is not None:
        seen.update(own.values())
    return Weights(
        held=sum(one.numel() for one in own.values()),
        trained=sum(one.numel() for one in own.values() if one.requires_grad),
        called=called,
        named=sum(own[name].numel() for name in ("weight", "bias") if name in own),
        weight=own["weight"].numel() if "weight" in own else 0,
        leaf=not any(True for _ in module.children()),
    )


def _container(module: nn.Module) -> Container:
    named = [(name, one) for name, one in module.named_parameters() if not is_lazy(one)]
    return Container(weights_held=sum(one.numel() for name, one in named if "weight" in name))


def _is_operator() -> bool:
    """Whether Python's line that calls the function writes an operator.

    Modes that are entered later, such as ``torch.device``, stand in between.
    """
    frame = sys._getframe(3)
    while frame.f_back and frame.f_code.co_name == "__torch_function__":
        frame = frame.f_back
    opcode = dis.opname[frame.f_code.co_code[frame.f_lasti]]
    return opcode.startswith("BINARY_")


def _with_batch(shape: Shape) -> tuple[int, int, int]:
    """Length, batch and features of a sequence."""
    length, *batch, features = shape
    return length, prod(batch), features


def _tensor(value: Any) -> Tensor | None:
    """The first tensor in what goes in, or comes out."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, (tuple, list)):
        return next((found for one in value if (found := _tensor(one)) is not None), None)
    return None


def tensor_batch(inputs: Any) -> int:
    """What the first dimension of the first input counts."""
    first = _tensor(list(inputs))
    return int(first.shape[0]) if first is not None and first.dim() else 1


__all__ = ["Recorder", "tensor_batch", "torch"]
