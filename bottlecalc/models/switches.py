"""What is switched off in torch, or put back, while a model is counted.

torch is imported when it is asked, so that importing this costs nothing.
"""

from __future__ import annotations

import logging
import random
import sys
import warnings
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
def unfused() -> Iterator[None]:
    """No fused attention and no fused recurrence: each hides its products from a backward pass."""
    from torch.backends import mkldnn

    with warnings.catch_warnings(), unfused_attention(), _products_of_attention():
        warnings.filterwarnings("ignore", "TF32 acceleration", UserWarning)  # of mkldnn.flags
        with mkldnn.flags(enabled=False):
            yield


def _products_of_attention() -> AbstractContextManager[object]:
    try:
        from torch.nn.attention import SDPBackend, sdpa_kernel
    except ImportError:  # before torch 2.3
        from torch.backends.cuda import sdp_kernel

        return sdp_kernel(enable_flash=False, enable_mem_efficient=False)
    return sdpa_kernel(SDPBackend.MATH)


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


def sow(seed: int) -> None:
    """Have Python's, NumPy's and torch's random numbers begin with this seed."""
    import torch

    random.seed(seed)
    torch.manual_seed(seed)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(seed)


def is_compiler_loaded() -> bool:
    """Whether torch's compiler is there, which would compile what sees the operators as well."""
    return "torch._dynamo" in sys.modules


def can_be_set_aside() -> bool:
    """Whether this torch can be told to compile nothing for a while; 2.6 and later can."""
    import torch

    return hasattr(torch.compiler, "set_stance")


@contextmanager
def uncompiled() -> Iterator[None]:
    """What is compiled runs as it was written, and is compiled as before afterwards."""
    import torch

    if is_compiler_loaded() and can_be_set_aside():
        with torch.compiler.set_stance("force_eager"):
            yield
    else:
        yield


@contextmanager
def unwarned() -> Iterator[None]:
    """torch's warnings of how it is used are the model's, or ours, and no news of what is counted.

    What the user's own code warns of is shown.
    """
    logger = logging.getLogger("torch")
    level = logger.level
    logger.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        for module in (r"torch(\.|$)", r"bottlecalc(\.|$)"):
            warnings.filterwarnings("ignore", module=module)
        warnings.filterwarnings("ignore", "Using `torch.compile", UserWarning)  # of our hooks
        try:
            yield
        finally:
            logger.setLevel(level)
