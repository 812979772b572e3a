"""Operators that are given functions: which of them are run, and how often.

Most have a kernel of torch's own that calls their functions as often as it takes, so that what it
runs is counted as it is; some of these kernels refuse to be seen, and are done here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from bottlecalc.models.dispatcher import Dispatcher

KERNEL = "CompositeExplicitAutograd"
"""What torch calls a kernel that is made of other operators."""

SENTENCES = {"flex_attention": "flex_attention is counted dense, whatever its mask leaves out"}
"""What is to be said of those that are not counted as they would be run."""


def run_higher_order(dispatcher: Dispatcher, func: Any, args: Any, kwargs: Any) -> Any:
    """Run one, and count what it runs; ``NotImplemented`` where torch has no kernel for it."""
    name = func.name()
    dispatcher.calls.branched = True
    if sentence := SENTENCES.get(name):
        dispatcher.calls.say(sentence)
    run = OWN.get(name)
    if run is not None:
        return run(dispatcher, *args, **kwargs)
    kernels = {key.name: kernel for key, kernel in getattr(func, "py_kernels", {}).items()}
    if KERNEL not in kernels:
        return NotImplemented
    with dispatcher:
        return kernels[KERNEL](*args, **kwargs)


def _cond(dispatcher: Dispatcher, _: Any, *given: Any) -> Any:
    """``torch.cond`` is what its costlier branch is."""
    *branches, operands = given
    calls = dispatcher.calls
    outs, costs = zip(*(_branch(dispatcher, each, operands) for each in branches), strict=True)
    least, most = sorted(cost.flops.total() // 2 for cost in costs)
    calls.join(max(costs, key=lambda cost: cost.flops.total()), 1)
    calls.say(f"torch.cond: its costlier branch is counted, {most:,} MACs; the other has {least:,}")
    return outs[0]


def _branch(dispatcher: Dispatcher, branch: Callable[..., Any], operands: Any) -> Any:
    """What a branch gives, and what it costs, which is not counted yet."""
    with dispatcher.calls.apart() as made, dispatcher:
        return branch(*operands), made


def _scan(dispatcher: Dispatcher, combine: Any, first: Any, xs: Any, extra: Any = ()) -> Any:
    """Its function once for every step; what it carries on, and what it puts out at each."""
    carried, steps = list(first), []
    with dispatcher:
        for each in zip(*(x.unbind(0) for x in xs), strict=True):
            out = combine(*carried, *each, *extra)
            carried = list(out[: len(carried)])
            steps.append(out[len(carried) :])
        return [*carried, *(torch.stack(column) for column in zip(*steps, strict=True))]


OWN: Mapping[str, Callable[..., Any]] = {"cond": _cond, "scan": _scan}
"""Those whose kernels refuse, by name."""
