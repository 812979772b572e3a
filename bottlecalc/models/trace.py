"""What torch's dispatcher sees of a module that runs: every operator, on any device.

``torch.utils.flop_counter.FlopCounterMode`` is not used: it names a shared module after whoever
called it last, and says nothing of operators that it has no formula for.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from bottlecalc.layers.counted import Counted
from bottlecalc.models.dispatcher import Dispatcher, Uncompiled
from bottlecalc.models.operators import formulas
from bottlecalc.models.parameters import by_module
from bottlecalc.models.recurrence import whole
from bottlecalc.models.running import Calls


def dispatcher_counts(
    module: nn.Module, inputs: Sequence[Any], keywords: Mapping[str, Any] | None = None
) -> Counted:
    """MACs and activations of each module's own, and what was met without a formula."""
    calls = _calls(module, inputs, keywords or {})
    return Counted(
        figures={
            "params": by_module(module),
            "macs": {name: calls.flops[name] // 2 for name in calls.names.values()},
            "activations": {name: calls.outputs[name] for name in calls.names.values()},
        },
        version=torch.__version__.partition("+")[0],
        uncalled=calls.uncalled,
        unsupported=calls.unsupported,
        remarks=calls.remarks,
        output=calls.output,
    )


def _calls(module: nn.Module, inputs: Sequence[Any], keywords: Mapping[str, Any]) -> Calls:
    """Run it; once more where it turns out to be compiled as it runs, as ``torch.cond`` is."""
    compiling = _compiling()
    calls = Calls(module)
    dispatcher = Uncompiled if compiling else Dispatcher
    try:
        with calls.innermost(), dispatcher(calls, formulas()), whole():
            calls.output = _shape(module(*inputs, **keywords))
    except Exception:
        if compiling or not _compiling():
            raise
        return _calls(module, inputs, keywords)
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
