"""What runs every operator of a forward pass as it is, and notes what it costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from bottlecalc.models import recurrence
from bottlecalc.models.attention import scores
from bottlecalc.models.operators import may_multiply
from bottlecalc.models.registry import Formula
from bottlecalc.models.running import Calls

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
        self.undivided = {torch.ops.prim.device.default}  # operators that are not made of others

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run an operator; one that is made of others runs these instead."""
        kwargs = kwargs or {}
        if func in QUERIES:
            return NotImplemented
        if isinstance(func, torch._ops.HigherOrderOperator):
            return self._higher_order(func, args)
        if recurrence.is_whole(func.overloadpacket):
            return self._recurrent(func, args)
        if func not in self.undivided:
            with self:
                parts = func.decompose(*args, **kwargs)
            if parts is not NotImplemented:
                return parts
            self.undivided.add(func)
        out = func(*args, **kwargs)
        self._note(func, out, args, kwargs)
        return out

    def _note(self, func: Any, out: Any, args: Any, kwargs: Any) -> None:
        formula = self.formulas.get(func.overloadpacket)
        if formula is not None:
            hidden = scores(func.overloadpacket, args)
            self.calls.add(formula(*args, **kwargs, out_val=out), out, hidden)
        elif name := _unsupported(func.overloadpacket):
            self.calls.unsupported[name] += 1

    def _recurrent(self, func: Any, args: Any) -> Any:
        """All steps of a recurrent layer at once."""
        out = recurrence.run(func, args)
        name = str(func.overloadpacket).replace(".", "::")
        self.calls.add_recurrent(name, recurrence.cost(func.overloadpacket, args))
        return out

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


@cache
def _unsupported(operator: Any) -> str:
    """The name of an operator without a formula that may multiply; empty of others."""
    name = str(operator)
    return name.replace(".", "::") if may_multiply(name) else ""


class Uncompiled(Dispatcher):  # type: ignore[no-untyped-call]
    """The same, which torch's compiler leaves alone; the first use of one loads the compiler."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return True

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return super().__torch_dispatch__(func, types, args, kwargs)
