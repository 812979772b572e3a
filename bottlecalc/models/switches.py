"""What is switched off in torch, or put back, while a model is counted.

torch is imported when it is asked, so that importing this costs nothing.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, cast


def unfused_attention() -> AbstractContextManager[object]:
    """``nn.MultiheadAttention`` runs its products one by one, so that counters see them."""
    from torch import backends

    return _slow_attention() if hasattr(backends, "mha") else _watched_functions()


@contextmanager
def _slow_attention() -> Iterator[None]:
    from torch.backends import mha

    fast = mha.get_fastpath_enabled()
    mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        mha.set_fastpath_enabled(fast)


def _watched_functions() -> AbstractContextManager[object]:
    """What torch before 2.3 leaves its fast path at: somebody sees the functions it calls."""
    from torch.overrides import TorchFunctionMode

    class Watching(TorchFunctionMode):
        def __torch_function__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            return func(*args, **(kwargs or {}))

    return cast("AbstractContextManager[object]", Watching())


@contextmanager
def default_dtype_kept() -> Iterator[None]:
    """What torch makes of numbers without a dtype is as before, whatever a model sets."""
    import torch

    before = torch.get_default_dtype()
    try:
        yield
    finally:
        torch.set_default_dtype(before)


@contextmanager
def random_state_kept() -> Iterator[None]:
    """Python's, NumPy's and torch's random numbers go on as if nothing had been drawn."""
    import torch

    python = random.getstate()
    numpy = sys.modules.get("numpy")
    state = numpy.random.get_state() if numpy else None
    with torch.random.fork_rng():
        try:
            yield
        finally:
            random.setstate(python)
            if numpy:
                numpy.random.set_state(state)
