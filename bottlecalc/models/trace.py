"""What torch's dispatcher sees of a module that runs: every operator, on any device.

Source: ``torch.utils.flop_counter``, whose public ``flop_registry`` has 2 for every MAC of a
convolution, matrix product or attention. Its ``FlopCounterMode`` is not used: it names a shared
module after whoever called it last, and says nothing of operators that it has no formula for.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from bottlecalc.layers.counted import Counted
from bottlecalc.models.parameters import by_module

Formula = Callable[..., int]
"""FLOPs of an operator, from what goes in and, as ``out_val``, what comes out."""

PRODUCTS = frozenset(
    (
        *("mm", "addmm", "bmm", "baddbmm", "addbmm", "mv", "addmv", "dot", "vdot"),
        *("linear", "convolution", "attention", "rnn", "cdist"),
    )
)
"""Words in the names of operators that multiply: one without a formula is not passed over."""

aten = torch.ops.aten
QUERIES = frozenset(
    (
        # torch 2.4 asks aten.is_contiguous alone
        *([aten.sym_is_contiguous.default] if hasattr(aten, "sym_is_contiguous") else []),
        aten.is_contiguous.default,
        *(aten.is_contiguous.memory_format, aten.is_strides_like_format.default),
        *(aten.is_non_overlapping_and_dense.default, aten.size.default, aten.sym_size.default),
        *(aten.stride.default, aten.sym_stride.default, aten.storage_offset.default),
        *(aten.sym_storage_offset.default, aten.numel.default, aten.sym_numel.default),
        *(aten.dim.default, torch.ops.prim.layout.default),
    )
)
"""What nested tensors ask about themselves, and answer."""


def dispatcher_counts(module: nn.Module, inputs: Sequence[Tensor]) -> Counted:
    """MACs and activations of each module's own, and what was met without a formula."""
    calls = _calls(module, inputs)
    return Counted(
        figures={
            "params": by_module(module),
            "macs": {name: calls.flops[name] // 2 for name in calls.names.values()},
            "activations": {name: calls.outputs[name] for name in calls.names.values()},
        },
        version=torch.__version__.partition("+")[0],
        uncalled=calls.uncalled,
        unsupported=calls.unsupported,
        output=calls.output,
    )


def _calls(module: nn.Module, inputs: Sequence[Tensor]) -> Calls:
    """Run it; once more where it turns out to be compiled as it runs, as ``torch.cond`` is."""
    compiling = _compiling()
    calls = Calls(module)
    dispatcher = Uncompiled if compiling else Dispatcher
    try:
        with calls.innermost(), dispatcher(calls, formulas()):
            calls.output = _shape(module(*inputs))
    except Exception:
        if compiling or not _compiling():
            raise
        return _calls(module, inputs)
    finally:
        if calls.branched:  # torch keeps what it compiled for the dispatcher, and fails without it
            torch.compiler.reset()
    return calls


def _compiling() -> bool:
    """Whether torch's compiler is loaded, which would compile the dispatcher with what it sees."""
    return "torch._dynamo" in sys.modules


def _shape(out: Any) -> tuple[int, ...] | None:
    """Of one tensor; a nested one has none."""
    return tuple(out.shape) if isinstance(out, Tensor) and not out.is_nested else None


class Calls:
    """The calls of operators in a forward pass, each that of the innermost module that runs.

    Attributes:
        names: of the modules, each module's first.
        flops: by name [FLOPs].
        outputs: of operators that have FLOPs, by name [elements].
        unsupported: operators that may multiply and have no formula, and how often.
        branched: whether ``torch.cond`` was met.
        output: shape of what came out, where that is one tensor.
    """

    def __init__(self, model: nn.Module) -> None:
        self.names = {module: name for name, module in model.named_modules()}
        self.flops: Counter[str] = Counter()
        self.outputs: Counter[str] = Counter()
        self.unsupported: Counter[str] = Counter()
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

    def add(self, flops: int, out: Any) -> None:
        """Note an operator's FLOPs, and what it puts out."""
        name = self._running[-1] if self._running else ""
        self.flops[name] += flops
        self.outputs[name] += (out[0] if isinstance(out, tuple) else out).numel()

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


class Dispatcher(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Runs every operator as it is, and notes those that have a formula."""

    supports_higher_order_operators = True

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Leave ``__torch_dispatch__`` as it is, where wrapping it would import ``torch._dynamo``.

        See ``torch/utils/_python_dispatch.py``. The import takes over a second; where torch has
        no such method, the count is the same.
        """
        return False

    def __init__(self, calls: Calls, formulas: Mapping[Any, Formula]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.calls = calls
        self.formulas = formulas

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run an operator; one that is made of others runs these instead."""
        kwargs = kwargs or {}
        if func in QUERIES:
            return NotImplemented
        if isinstance(func, torch._ops.HigherOrderOperator):
            return self._higher_order(func, args)
        if func is not torch.ops.prim.device.default:
            with self:
                parts = func.decompose(*args, **kwargs)
            if parts is not NotImplemented:
                return parts
        out = func(*args, **kwargs)
        self._note(func, out, args, kwargs)
        return out

    def _note(self, func: Any, out: Any, args: Any, kwargs: Any) -> None:
        formula = self.formulas.get(func.overloadpacket)
        if formula is not None:
            self.calls.add(formula(*args, **kwargs, out_val=out), out)
        elif _may_multiply(name := str(func.overloadpacket)):
            self.calls.unsupported[name.replace(".", "::")] += 1

    def _higher_order(self, func: Any, args: Any) -> Any:
        """``torch.cond`` is what its costlier branch is; of the others torch knows no way."""
        if func is not torch.ops.higher_order.cond:
            return NotImplemented
        self.calls.branched = True
        _, *branches, operands = args
        outs, counts = zip(*(self._branch(branch, operands) for branch in branches), strict=True)
        self.calls.flops, self.calls.outputs = max(counts, key=lambda count: count[0].total())
        return outs[0]

    def _branch(self, branch: Callable[..., Any], operands: Any) -> Any:
        """What a branch gives, and what would be counted up to its end."""
        before = self.calls.flops, self.calls.outputs
        self.calls.flops, self.calls.outputs = (Counter(count) for count in before)
        with self:
            out = branch(*operands)
        after = self.calls.flops, self.calls.outputs
        self.calls.flops, self.calls.outputs = before
        return out, after


class Uncompiled(Dispatcher):  # type: ignore[no-untyped-call]
    """The same, which torch's compiler leaves alone; the first use of one loads the compiler."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return True

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return super().__torch_dispatch__(func, types, args, kwargs)


def formulas() -> dict[Any, Formula]:
    """What torch's own registry knows, and what it lacks.

    Products with a vector, in place and of batches summed, and attention fused on the CPU.
    """
    return {
        **dict.fromkeys((aten.mv, aten.dot, aten.vdot), _vector_flops),
        **dict.fromkeys((aten.addmv, aten.addmv_), _addmv_flops),
        aten._trilinear: _trilinear_flops,
        aten._scaled_dot_product_flash_attention_for_cpu: flop_registry[
            aten._scaled_dot_product_flash_attention
        ],
        aten._int_mm: flop_registry[aten.mm],
        aten.addmm_: flop_registry[aten.addmm],
        **dict.fromkeys((aten.baddbmm_, aten.addbmm, aten.addbmm_), flop_registry[aten.baddbmm]),
        **flop_registry,
    }


def _vector_flops(*tensors: Tensor, **_: object) -> int:
    """Of a matrix, or a vector, times a vector: every element of the first is used once."""
    return 2 * tensors[0].numel()


def _addmv_flops(_: Tensor, matrix: Tensor, vector: Tensor, **__: object) -> int:
    return _vector_flops(matrix, vector)


def _trilinear_flops(_: Tensor, weight: Tensor, *__: object, out_val: Tensor, **___: object) -> int:
    """Of ``nn.Bilinear``: every output element uses every weight of its matrix once."""
    return 2 * out_val.numel() * (weight.numel() // weight.shape[0])


def _may_multiply(operator: str) -> bool:
    library, _, name = operator.partition(".")
    return library not in ("aten", "prim", "prims") or not PRODUCTS.isdisjoint(name.split("_"))
