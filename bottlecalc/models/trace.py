"""What torch's dispatcher sees of a module that runs: every operator, on any device.

``torch.utils.flop_counter.FlopCounterMode`` is not used: it names a shared module after whoever
called it last, and says nothing of operators that it has no formula for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from bottlecalc.layers.counted import Counted
from bottlecalc.models import nested, unseen, values
from bottlecalc.models.dispatcher import Dispatcher, Uncompiled
from bottlecalc.models.operators import formulas
from bottlecalc.models.overrides import Overrides
from bottlecalc.models.parameters import by_module
from bottlecalc.models.recurrence import whole
from bottlecalc.models.running import Calls
from bottlecalc.models.switches import can_be_set_aside, is_compiler_loaded, uncompiled
from bottlecalc.models.threads import modules_watched, threads_watched


def dispatcher_counts(
    module: nn.Module,
    inputs: Sequence[Any],
    keywords: Mapping[str, Any] | None = None,
    original: nn.Module | None = None,
) -> Counted:
    """MACs and activations of each module's own, and what was met without a formula.

    Args:
        module: what is run.
        inputs: by place.
        keywords: by name.
        original: what it is a copy of, which its closures may hold.
    """
    calls = _calls(lambda: Calls(module, original), lambda: module(*inputs, **(keywords or {})))
    names = dict.fromkeys(calls.names.values())
    return Counted(
        figures={
            "params": by_module(module),
            "macs": {name: calls.flops[name] // 2 for name in names},
            "activations": {name: calls.outputs[name] for name in names},
        },
        version=torch.__version__.partition("+")[0],
        uncalled=calls.uncalled,
        unsupported=calls.unsupported,
        free=calls.free,
        deciding=calls.deciding,
        remarks=calls.remarks,
        output=calls.output,
    )


def _calls(make: Callable[[], Calls], run: Callable[[], Any]) -> Calls:
    """Run it; once more where torch's compiler was loaded meanwhile, and that failed."""
    calls, compiling = make(), is_compiler_loaded()
    dispatcher = (Uncompiled if compiling else Dispatcher)(calls, formulas())
    try:
        with uncompiled(), watched(calls, dispatcher), whole():
            calls.output = _shape(run())
    except Exception:
        if compiling or not is_compiler_loaded():
            raise
        return _calls(make, run)
    finally:
        if is_compiler_loaded() and not (compiling and can_be_set_aside()):
            torch.compiler.reset()  # it keeps what it met with the dispatcher, and fails without
    return calls


@contextmanager
def watched(
    calls: Calls, dispatcher: Dispatcher, *modes: AbstractContextManager[object]
) -> Iterator[None]:
    """While this lasts, whatever torch runs is seen: in this thread, and in others for the model.

    Args:
        calls: where it is noted.
        dispatcher: sees operators.
        modes: others of torch's, that see them first.
    """
    watch = partial(_in_a_thread, calls, dispatcher, modes)
    of_modules = modules_watched(watch, lambda: calls.is_watched, calls.innermost())
    with of_modules, watch(), threads_watched(watch):
        yield


def _in_a_thread(
    calls: Calls, dispatcher: Dispatcher, modes: Sequence[AbstractContextManager[object]]
) -> AbstractContextManager[object]:
    """All that sees what torch runs in one thread, for the module that runs in this one."""
    outer = calls.inside

    @contextmanager
    def seen() -> Iterator[None]:
        ways = (values.ways(dispatcher.values), unseen.ways(calls), nested.ways())
        with calls.within(outer), dispatcher, Overrides(*ways), ExitStack() as stack:
            for mode in modes:
                stack.enter_context(mode)
            yield

    return seen()


def _shape(out: Any) -> tuple[int, ...] | None:
    """Of one tensor; a nested one has none."""
    return tuple(out.shape) if isinstance(out, Tensor) and not out.is_nested else None
