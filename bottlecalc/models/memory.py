"""Bytes of tensors as a training step goes on: what autograd stores, and the most that lives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from threading import local
from typing import Any

from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.nn import functional
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from bottlecalc.layers.training import Memory, Optimizer
from bottlecalc.models import nested
from bottlecalc.models.overrides import Overrides
from bottlecalc.models.storages import Storages, tensors
from bottlecalc.models.threads import modules_watched, threads_watched

ATTENTION = (functional.scaled_dot_product_attention, functional.multi_head_attention_forward)


class Living(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Notes the storage of whatever operators put out.

    Attributes:
        held: storages that are there all the time, and are not among the others.
        living: the others.
    """

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False

    def __init__(self, held: Storages, given: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.held = held
        self.living = Storages()
        self.note(given)

    def note(self, value: Any) -> None:
        """Storages that are new."""
        add_others(self.living, self.held, value)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        self.note(out)
        return out


class Attending(TorchFunctionMode):
    """Notes whether attention is called that torch would fuse elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.met = False

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.met |= func in ATTENTION
        return func(*args, **(kwargs or {}))


def add_others(to: Storages, held: Storages, value: Any) -> None:
    """Add the storages of tensors that are not held anyway."""
    to.add([tensor for tensor in tensors(value) if tensor not in held])


def measured(
    module: nn.Module, forward: Callable[[], Tensor], given: Any, optimizer: Optimizer
) -> tuple[Memory, bool]:
    """What a training step takes, and whether attention was met that torch would fuse elsewhere.

    Args:
        module: in training mode, without gradients.
        forward: runs it, and gives what the backward pass begins with.
        given: what it is run on.
        optimizer: that takes the step.
    """
    held = Storages([list(module.parameters()), list(module.buffers())])
    saved = Storages()
    living, attending = Living(held, given), Attending()

    def pack(tensor: Tensor) -> Tensor:
        add_others(saved, held, tensor)
        return tensor.detach()

    here = local()

    @contextmanager
    def seen() -> Iterator[None]:
        here.is_seen = True
        ways = Overrides(nested.ways())
        with living, attending, ways, saved_tensors_hooks(pack, lambda tensor: tensor):
            yield
        here.is_seen = False

    others = modules_watched(seen, lambda: getattr(here, "is_seen", False), nullcontext())
    with living:
        with others, seen(), threads_watched(seen):
            loss = forward()
        stored = saved.bytes
        loss.backward()  # type: ignore[no-untyped-call]
    return _memory(module, stored, living.living.most, optimizer), attending.met


def _memory(module: nn.Module, stored: int, most: int, optimizer: Optimizer) -> Memory:
    trained = [one for one in module.parameters() if one.grad is not None]
    parameters = Storages([list(module.parameters())]).bytes
    buffers = Storages([list(module.buffers())]).bytes
    size = sum(one.numel() * one.element_size() for one in trained)
    kept = optimizer.bytes(size, len(trained))
    return Memory(
        parameters=parameters,
        buffers=buffers,
        gradients=Storages([[one.grad for one in trained]]).bytes,
        optimizer=kept,
        stored=stored,
        peak=parameters + buffers + kept + most,
    )
