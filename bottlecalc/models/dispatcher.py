"""What runs every operator of a forward pass as it is, and notes what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from bottlecalc.models import grouped, nested_products, recurrence, varlen
from bottlecalc.models.attention import scores
from bottlecalc.models.gradients import CORRECTED, gradients, is_corrected
from bottlecalc.models.higher_order import run_higher_order
from bottlecalc.models.meta.known import known_output
from bottlecalc.models.operators import free_name, kind, late_formula, qualified
from bottlecalc.models.products import Formula
from bottlecalc.models.running import Calls, results
from bottlecalc.models.sparse_products import kept, remark
from bottlecalc.models.values import Values

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
"""What is asked of tensors, and is no operation."""

WHOLE = frozenset(
    (
        *(torch.ops.prim.device.default, aten.native_batch_norm.default),
        *(aten.upsample_nearest1d.default, aten.upsample_nearest2d.default),
        *(aten.upsample_nearest3d.default, aten._upsample_nearest_exact1d.default),
        *(aten._upsample_nearest_exact2d.default, aten._upsample_nearest_exact3d.default),
    )
)
"""What torch, in Python, would make of operators that contract nothing either."""

Role = Literal["query", "higher order", "recurrent", "usual"]


class Operator(NamedTuple):
    """What is the same at every call of an operator.

    Attributes:
        role: what is done with it.
        packet: all its forms; None where it has no others.
        formula: what it costs.
    """

    role: Role
    packet: Any
    formula: Formula | None


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
        self.values = Values(calls)
        self.undivided = {*WHOLE}  # operators that are not made of others
        self._operators: dict[Any, Operator] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run an operator; one that is made of others runs these instead."""
        kwargs = kwargs or {}
        if types and any(hasattr(kind, "__tensor_flatten__") for kind in types):
            return NotImplemented  # a tensor that is made of others has operators run on these
        operator = self._operators.get(func) or self._meet(func)
        if operator.role == "query":
            return func(*args, **kwargs)
        if operator.role == "higher order":
            return run_higher_order(self, func, args, kwargs)
        self.calls.use((*args, *kwargs.values()) if kwargs else args)
        if operator.role == "recurrent":
            return self._recurrent(func, args)
        if (out := known_output(func, args, kwargs)) is not None:
            self._note(operator, func, out, args, kwargs)
            return out
        if func not in self.undivided and not nested_products.is_whole(func, args):
            with self:
                parts = func.decompose(*args, **kwargs)
            if parts is not NotImplemented:
                return parts
            self.undivided.add(func)
        out = self._run(operator, func, args, kwargs)
        self._note(operator, func, out, args, kwargs)
        return out

    def _meet(self, func: Any) -> Operator:
        """One that is run for the first time."""
        role: Role = "usual"
        packet = None
        if func in QUERIES:
            role = "query"
        elif isinstance(func, torch._ops.HigherOrderOperator):
            role = "higher order"
        else:
            packet = func.overloadpacket
            role = "recurrent" if recurrence.is_whole(packet) else "usual"
        formula = self.formulas.get(packet) or (packet and late_formula(packet))
        self._operators[func] = Operator(role, packet, formula)
        return self._operators[func]

    @staticmethod
    def _run(operator: Operator, func: Any, args: Any, kwargs: Any) -> Any:
        if grouped.takes(func, args):
            return grouped.output(*args, **kwargs)
        if qualified(operator.packet) == varlen.NAME:
            return varlen.output(func, args, kwargs)
        return func(*args, **kwargs)

    def _note(self, operator: Operator, func: Any, out: Any, args: Any, kwargs: Any) -> None:
        if not (isinstance(out, torch.Tensor) and out.is_meta):  # which has no values to read
            self.values.see(func, args, kwargs, out)
        formula = operator.formula
        flops = None if formula is None else formula(*args, **kwargs, out_val=out)
        if flops is None:
            self._note_uncounted(qualified(operator.packet), args, kwargs)
            return
        hidden = scores(operator.packet, args)
        self.calls.add(flops, self._outputs(func, out, args), hidden)
        if text := remark(args):
            self.calls.say(text)

    def _recurrent(self, func: Any, args: Any) -> Any:
        """All steps of a recurrent layer at once."""
        out = recurrence.run(func, args)
        self.calls.add_recurrent(
            qualified(func.overloadpacket), recurrence.cost(func.overloadpacket, args)
        )
        return out

    def _note_uncounted(self, name: str, args: Any, kwargs: Any) -> None:
        what = kind(name)
        if what == "multiplies":
            self.calls.unsupported[name] += 1
        elif what == "free":
            self.calls.free[free_name(name, *args, **kwargs)] += 1

    def _outputs(self, func: Any, out: Any, args: Any) -> tuple[Any, ...]:
        """What comes of products: of a convolution's gradients both, not that of its bias."""
        if func.overloadpacket is not aten.convolution_backward:
            return results(kept(out))
        if is_corrected(args):
            self.calls.say(CORRECTED)
        return tuple(
            one for one, is_asked in zip(out[:2], gradients(args), strict=True) if is_asked
        )


class Uncompiled(Dispatcher):  # type: ignore[no-untyped-call]
    """The same, which torch's compiler leaves alone; the first use of one loads the compiler."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return True

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return super().__torch_dispatch__(func, types, args, kwargs)
