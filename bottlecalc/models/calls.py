"""The functions of PyTorch's that a model calls as it runs, and which module calls them.

Source: ``torch.overrides.TorchFunctionMode``, which sees every function that Python calls, as those
see it who put a function of their own in its place.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from math import prod
from types import CodeType, FrameType
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode, resolve_name

from bottlecalc.layers.calls import Call, Container, Weights
from bottlecalc.layers.ops import Conv, Op, Shape
from bottlecalc.layers.products import MultiHead
from bottlecalc.models.functions import OPS, Make, argument
from bottlecalc.models.parameters import is_lazy

OPERATORS = {"add": "+", "mul": "*", "matmul": "@", "sub": "-", "div": "/"}
"""How Python writes them; who replaces ``torch.Tensor.add`` does not see a ``+``."""

ALIASES = {"torch.functional.einsum": "torch.einsum", "torch.spmm": "torch.mm"}
UNBATCHED = 2
"""Dimensions of a sequence without a batch."""

OURS = "torch.nn.modules."
ASKING = ("has_torch_function", "has_torch_function_unary", "has_torch_function_variadic")
RECURRENT = ("RNN", "GRU", "LSTM", "RNNCell", "GRUCell", "LSTMCell")
COMPOSED = frozenset(
    (
        *("F.multi_head_attention_forward", "F.local_response_norm", "F.interpolate"),
        *("F.upsample", "F.upsample_nearest", "F.upsample_bilinear", "F.gumbel_softmax"),
        *("F.softsign", "F.normalize", *(f"F.lp_pool{n}d" for n in (1, 2, 3))),
    )
)
"""Functions that are written in Python, of others that a tool may see."""

UNUSUAL = ("Bilinear", "EmbeddingBag")
"""Their functions do not tell how many parameters they take."""


class Recorder(TorchFunctionMode):
    """While it is on, notes the calls of the last whole forward pass of a model.

    Attributes:
        calls: in order.
        modules: that ran, each module of the model that did.
        unbatched: whether an image or a sequence went in without a batch.
        by_keyword: whether a layer of PyTorch's was given all that goes in by keyword.
    """

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self.modules: set[nn.Module] = set()
        self.model: nn.Module | None = None
        self.unbatched = self.by_keyword = False
        self._held: Held = Held()
        self._running: list[nn.Module] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run it, and note it; of what is composed of others, these too."""
        kwargs = kwargs or {}
        if not self._running:
            return func(*args, **kwargs)
        name = self._name(func)
        name, imported = _looked_up(func, name, sys._getframe(1))
        if name == "F.multi_head_attention_forward":
            self._note(_attention(args, kwargs), *2 * (tuple(args[0].shape),), name)
        out = self._entered(func, args, kwargs) if name in COMPOSED else func(*args, **kwargs)
        if make := OPS.get(name.rpartition(".")[2]):
            self._made(make, name, out, args, kwargs, imported)
        return out

    def _made(
        self, make: Make, name: str, out: Any, args: Any, kwargs: Any, imported: bool
    ) -> None:
        """Note what it does; where that cannot be told from its arguments, nothing."""
        first, result = _tensor((*args, *kwargs.values())), _tensor(out)
        if first is None or result is None:
            return
        try:
            op = make(name, result, args, kwargs)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            return
        if op is not None:
            self._note(op, tuple(first.shape), tuple(result.shape), name, imported)

    def _name(self, func: Any) -> str:
        """``F.relu``, ``torch.matmul``, ``Tensor.add``; ``@`` and ``+=`` where that is written."""
        whole = resolve_name(func) or ""
        name = ALIASES.get(whole, whole)
        if not name.startswith("torch.Tensor."):
            return name.replace("torch.nn.functional.", "F.")
        method = name.rpartition(".")[2]
        operator = OPERATORS.get(method.strip("_"), "")
        if not (method.startswith("__") or _is_operator(method)):
            return f"Tensor.{method}"
        return f"{operator}=" if operator and method.endswith("_") else operator

    def _entered(self, func: Any, args: Any, kwargs: Any) -> Any:
        """It asks first whether its tensors override functions, and would come back here."""
        from torch.nn import functional

        asking = {name: getattr(functional, name) for name in ASKING}

        def once(*_: object) -> bool:
            vars(functional).update(asking)
            return False

        vars(functional).update(dict.fromkeys(ASKING, once))
        try:
            with self:
                return func(*args, **kwargs)
        finally:
            vars(functional).update(asking)

    def _note(self, op: Any, x: Shape, y: Shape, function: str, imported: bool = False) -> None:
        module = self._running[-1]
        call = self._held.call(module, op)
        if isinstance(op, Conv) and len(x) == len(op.kernel) + 1:
            x, y, self.unbatched = (1, *x), (1, *y), True
        within = filter(None, (self._held.call(one, op).like for one in self._running))
        self.calls.append(
            call._replace(
                input=x, output=y, function=function, within=(*within,), imported=imported
            )
        )

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

    def _begin(self, module: nn.Module, inputs: tuple[Any, ...]) -> None:
        if not self._running:
            self.calls, self.modules, self.model = [], set(), module
            self._held, self.unbatched, self.by_keyword = Held(module), False, False
        elif not inputs:
            self.by_keyword |= type(module).__module__.startswith(OURS)
        if isinstance(module, nn.RNNBase) and inputs and isinstance(inputs[0], Tensor):
            self.unbatched |= inputs[0].dim() == UNBATCHED
        self._running.append(module)
        self.modules.add(module)

    def _end(self, module: nn.Module, _: object, out: Any) -> None:
        result = _tensor(out)
        held = _weights(module, True)
        call = self._held.call(module, held)
        if result is not None and call.apart and held.leaf and held.named + held.alike:
            shape = tuple(result.shape)
            self.calls.append(call._replace(input=shape, output=shape))
        if result is not None and not held.leaf and module is not self.model:
            container = _container(module)
            if container.weights_held:
                self._note(container, tuple(result.shape), tuple(result.shape), "")
        self._running.pop()

    @property
    def weights(self) -> tuple[Call, ...]:
        """What every module of the model holds of its own; a shared tensor is its first's."""
        seen: set[Tensor] = set()
        found: list[Call] = []
        for module in self.model.modules() if self.model else ():
            held = _weights(module, module in self.modules, seen)
            if held.held or held.tied:
                found.append(self._held.call(module, held))
        return tuple(found)


class Held:
    """The modules of a model, and how it holds them as a forward pass begins."""

    def __init__(self, model: nn.Module | None = None) -> None:
        self._calls: dict[nn.Module, Call] = {}
        if model is not None:
            self._visit(model, "")

    def _visit(self, module: nn.Module, name: str) -> None:
        known = self._calls.get(module) or _of(module, name)
        self._calls[module] = known._replace(places=known.places + 1)
        for part, child in module.named_children():
            self._visit(child, f"{name}.{part}" if name else part)

    def call(self, module: nn.Module, op: Op) -> Call:
        """A call of such a module; what the model holds under no name is seen by no hook."""
        known = self._calls.get(module)
        return (known or _of(module, "")._replace(like=""))._replace(op=op)


def _of(module: nn.Module, name: str) -> Call:
    kind = type(module)
    ours = [one.__name__ for one in kind.__mro__ if one.__module__.startswith(OURS)]
    exact = kind.__name__ if kind.__module__.startswith(OURS) else ""
    like = ours[0].removeprefix("Lazy") if ours[0] != "Module" else ""
    own = {part for part, _ in module.named_parameters(recurse=False)}
    apart = not exact or exact in UNUSUAL or not (exact in RECURRENT or own <= {"weight", "bias"})
    return Call(name, Op(), (), (), exact, "", kind.__name__, like, (), 0, apart)


def _weights(module: nn.Module, called: bool, seen: set[Tensor] | None = None) -> Weights:
    whole = {name: one for name, one in module.named_parameters(recurse=False) if not is_lazy(one)}
    own = {name: one for name, one in whole.items() if seen is None or one not in seen}
    if seen is not None:
        seen.update(own.values())
    named = sum(own[name].numel() for name in ("weight", "bias") if name in own)
    return Weights(
        held=sum(one.numel() for one in own.values()),
        trained=sum(one.numel() for one in own.values() if one.requires_grad),
        called=called,
        named=named,
        alike=sum(n.numel() for name, n in own.items() if "weight" in name or "bias" in name)
        - named,
        tied=sum(one.numel() for name, one in whole.items() if name not in own),
        weight=own["weight"].numel() if "weight" in own else 0,
        leaf=not any(True for _ in module.children()),
    )


def _container(module: nn.Module) -> Container:
    named = [(name, one) for name, one in module.named_parameters() if not is_lazy(one)]
    return Container(weights_held=sum(one.numel() for name, one in named if "weight" in name))


def _attention(args: Any, kwargs: Any) -> MultiHead:
    query, key, value = (_with_batch(tuple(one.shape)) for one in args[:3])
    (queries, batch, features), (keys, *_) = query, key
    return MultiHead(
        batch=batch, queries=queries, keys=keys, features=features, heads=args[4],
        key_features=key[-1], value_features=value[-1],
        out_features=argument(args, kwargs, 11, "out_proj_weight").shape[0],
        bias=argument(args, kwargs, 6, "in_proj_bias") is not None,
        appended=(argument(args, kwargs, 7, "bias_k") is not None)
        + bool(argument(args, kwargs, 9, "add_zero_attn", False)),
        zero=bool(argument(args, kwargs, 9, "add_zero_attn", False)),
    )  # fmt: skip


def _looked_up(func: Any, name: str, frame: FrameType) -> tuple[str, bool]:
    """By which of its two names a function is called, and whether it was taken from there before.

    What the calling code looks up tells: ``F.relu`` looks up ``relu``; ``self.activation``, and
    the name ``relu`` alone, do not. ``torch.conv2d`` is the very function that ``F.conv2d`` is.
    """
    from torch.nn import functional

    library, _, whole = name.rpartition(".")
    if library not in ("F", "torch"):
        return name, False
    last = whole.removesuffix("_with_indices")
    between = ("__torch_function__", "handle_torch_function", "fn", last, f"_{last}", whole)
    while frame.f_back and (frame.f_code.co_name in between or _is_ours(frame)):
        frame = frame.f_back
    known, attributes = frame.f_globals, _attributes(frame.f_code)
    if known is vars(functional):
        return name, False
    names = frame.f_code.co_names
    of_functional = "functional" in names or any(known.get(one) is functional for one in names)
    if not of_functional and last in attributes and getattr(torch, last, None) is func:
        name = f"torch.{last}"
    return name, last not in attributes


def _is_ours(frame: FrameType) -> bool:
    """Whether it is of a mode that stands between a model and torch while it is counted."""
    return str(frame.f_globals.get("__name__")).startswith("bottlecalc.models.")


@cache
def _attributes(code: CodeType) -> frozenset[str]:
    """The names that a code looks up in something else, as ``relu`` of ``F.relu``."""
    loads = ("LOAD_ATTR", "LOAD_METHOD")
    return frozenset(one.argval for one in dis.get_instructions(code) if one.opname in loads)


def _is_operator(method: str) -> bool:
    """Whether Python's line that calls the method writes an operator, or ``sum``.

    Modes that are entered later, such as ``torch.device``, stand in between.
    """
    frame = sys._getframe(3)
    while frame.f_back and (frame.f_code.co_name == "__torch_function__" or _is_ours(frame)):
        frame = frame.f_back
    opcode = dis.opname[frame.f_code.co_code[frame.f_lasti]]
    return opcode.startswith("BINARY_") or method not in frame.f_code.co_names


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
