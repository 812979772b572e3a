"""Count any model: where it is run, which counters are asked, and what has to be said of it.

What is counted is a twin of the model, on the meta device wherever that will do, so that the
model itself is left exactly as it was.
"""

from __future__ import annotations

import copy
import inspect
import random
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from bottlecalc.counts import Witness
from bottlecalc.measure import (
    FLOAT_BYTES,
    decline,
    dispatcher_counts,
    evaluating,
    fvcore_counts,
    parameters,
)
from bottlecalc.models import Counted, Input, ModelCount, Module, Parameters
from bottlecalc.targets import Target, TargetError, naming, said

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    Given = Input | Tensor | Sequence[int] | str

Counters = Literal["torch", "fvcore", "both"]


def count_model(model: nn.Module, *inputs: Given, counter: Counters = "both") -> ModelCount:
    """What ``bottlecalc.count_model`` does and raises."""
    given = [_read(one) for one in inputs]
    return _Counting(type(model).__name__, lambda: model, given).count(counter)


def count_target(target: Target, inputs: Sequence[Input], counter: Counters = "both") -> ModelCount:
    """Count a model by its name.

    Raises:
        TargetError: it cannot be found or built, or does not run on these inputs.
        BlockError: it is a block's spec, and wrong.
    """
    return _Counting(target.name, target.load(), inputs).count(counter)


@dataclass
class _Counting:
    """One model being counted; ``notes`` gathers what has to be said of how."""

    name: str
    build: Callable[[], nn.Module]
    inputs: Sequence[Input | Tensor]
    notes: list[str] = field(default_factory=list)

    def count(self, counter: Counters) -> ModelCount:
        with naming(f"{self.name} cannot be counted"), _random_state_kept():
            module = self._real() if counter == "fvcore" else self._virtual()
            counters: dict[Witness, Counted] = {}
            if self._runs(module):
                module, counters = self._asked(module, counter)
            return self._counted(module, counters)

    def _counted(self, module: nn.Module, counters: Mapping[Witness, Counted]) -> ModelCount:
        stands = next(iter(counters.values()), None)
        inputs = tuple(map(_described, self.inputs))
        own = _modules(module, stands)
        return ModelCount(self.name, inputs, _parameters(module), own, counters, tuple(self.notes))

    def _virtual(self) -> nn.Module:
        """A twin on the meta device, where nothing is allocated."""
        import torch

        try:
            with torch.device("meta"):
                return _twin(self.build(), "meta")
        except Exception as error:
            module = self.build()
            self.notes.append(
                f"built on the CPU: it cannot be built on the meta device ({_cause(error)})"
            )
            return _twin(module, "meta")

    def _real(self) -> nn.Module:
        return _twin(self.build(), None)

    def _runs(self, module: nn.Module) -> bool:
        """Whether to run it: where no input is given, only what takes none."""
        try:
            signature = inspect.signature(module.forward)
        except ValueError:  # a scripted module has none
            return bool(self.inputs)
        try:
            signature.bind(*self.inputs)
        except TypeError as error:
            if not self.inputs:
                return False
            raise TargetError(
                f"{self.name} does not take {len(self.inputs)} inputs: {error};"
                f" what it takes is ({', '.join(map(str, signature.parameters.values()))})"
            ) from None
        return True

    def _asked(
        self, module: nn.Module, counter: Counters
    ) -> tuple[nn.Module, dict[Witness, Counted]]:
        """What each counter found, and the module as it is after it was run."""
        if counter == "fvcore":
            return module, {"fvcore": self._fvcore(module)}
        module, seen = self._torch(module)
        if counter == "torch":
            return module, {"torch": seen}
        return module, {"torch": seen, **self._fvcore_too(module, seen)}

    def _torch(self, module: nn.Module) -> tuple[nn.Module, Counted]:
        """What torch's dispatcher sees on the meta device, or else on real tensors."""
        import torch

        try:
            with evaluating(module), torch.device("meta"):
                return module, dispatcher_counts(module, *self._tensors("meta"))
        except Exception as error:
            reason = f"it cannot be run on the meta device ({_cause(error)})"
            self._check_fits(module, reason, error)
        module = self._real()
        with naming(f"{self.name} cannot be run on {self._shown}"), evaluating(module), _unfused():
            seen = dispatcher_counts(module, *self._tensors(_device(module)))
        self.notes.append(f"run on real tensors, fused attention and recurrence off: {reason}")
        return module, seen

    def _check_fits(self, module: nn.Module, reason: str, error: Exception) -> None:
        if declined := self._declined(module):
            raise TargetError(
                f"{self.name} cannot be counted: {reason}, and is too large for real tensors:"
                f" {next(iter(declined.values()))}"
            ) from (error.__cause__ or error)

    def _fvcore(self, module: nn.Module) -> Counted:
        if any(parameter.is_meta for parameter in module.parameters()):
            raise TargetError(
                f"{self.name} is on the meta device, and fvcore does arithmetic;"
                " ask torch's dispatcher alone"
            )
        tensors = self._tensors(_device(module))
        fails = naming(f"fvcore cannot trace {self.name} on {self._shown}")
        with fails, evaluating(module), _unfused_attention():
            return fvcore_counts(module, *tensors)

    def _fvcore_too(self, module: nn.Module, seen: Counted) -> dict[Witness, Counted]:
        """What fvcore finds, unless that would take too much, or it fails: then say so."""
        declined = self._declined(module, seen)
        try:
            if not declined:
                return {"fvcore": self._fvcore(self._real())}
            reason = declined["fvcore"]
        except TargetError as error:
            reason = str(error)
        self.notes.append(f"fvcore was left out: {reason}")
        return {}

    def _declined(self, module: nn.Module, seen: Counted | None = None) -> dict[Witness, str]:
        held = _parameters(module)
        macs = sum(seen.macs.values()) if seen else 0
        elements = sum(_described(one).elements for one in self.inputs)
        elements += sum(seen.activations.values()) if seen else 0
        params = held.bytes // FLOAT_BYTES + held.buffers
        return decline(macs, elements, params, "--counter fvcore")

    @property
    def _shown(self) -> str:
        return ", ".join(str(_described(one)) for one in self.inputs) or "no input"

    def _tensors(self, device: torch.device | str) -> list[Tensor]:
        import torch

        return [
            torch.zeros(one.dimensions, dtype=getattr(torch, one.dtype), device=device)
            if isinstance(one, Input)
            else one.detach().to(device, copy=True)
            for one in self.inputs
        ]


def _twin(model: nn.Module, device: str | None) -> nn.Module:
    """A copy with the same parameters, or with ones on the meta device: no memory either way.

    Buffers are copies of their own, for a forward pass may write to them.
    """
    import torch

    memo: dict[int, object] = {}
    with torch.no_grad():
        for tensor in _tensors_of(model):
            twin = tensor.detach() if device is None else torch.empty_like(tensor, device=device)
            if isinstance(tensor, torch.nn.Parameter):
                twin = torch.nn.Parameter(twin, tensor.requires_grad)
            elif device is None:
                twin = twin.clone()
            memo[id(tensor)] = twin
    try:
        return copy.deepcopy(model, dict(memo))
    except Exception:
        _share_what_cannot_be_copied(model, memo)
        return copy.deepcopy(model, memo)


def _tensors_of(model: nn.Module) -> Iterator[Tensor]:
    """Parameters, buffers, and tensors that are plain attributes of a module."""
    import torch
    from torch.nn.parameter import is_lazy

    for module in model.modules():
        for held in (module._parameters, module._buffers, vars(module)):
            for value in held.values():
                if isinstance(value, torch.Tensor) and not is_lazy(value):
                    yield value


def _share_what_cannot_be_copied(model: nn.Module, memo: dict[int, object]) -> None:
    """Locks, open files, generators: the twin has the very same."""
    for module in model.modules():
        for name, value in vars(module).items():
            if name in ("_parameters", "_buffers", "_modules"):
                continue
            try:
                copy.deepcopy(value, dict(memo))
            except Exception:
                memo[id(value)] = value


def _parameters(module: nn.Module) -> Parameters:
    held = list(module.parameters())
    trainable = sum(parameter.numel() for parameter in held if parameter.requires_grad)
    total = sum(parameter.numel() for parameter in held)
    return Parameters(
        total=total,
        trainable=trainable,
        frozen=total - trainable,
        buffers=sum(buffer.numel() for buffer in module.buffers()),
        bytes=sum(parameter.numel() * parameter.element_size() for parameter in held),
    )


def _modules(module: nn.Module, stands: Counted | None) -> tuple[Module, ...]:
    own = parameters(module)
    return tuple(
        Module(
            name,
            type(inside).__name__,
            own[name],
            None if stands is None else stands.macs.get(name, 0),
            None if stands is None else stands.activations.get(name, 0),
        )
        for name, inside in module.named_modules()
    )


def _read(given: Given) -> Input | Tensor:
    if isinstance(given, str):
        return Input.parse(given)
    if isinstance(given, Input) or not isinstance(given, Sequence):
        return given
    return Input.parse("x".join(map(str, given)))


def _described(given: Input | Tensor) -> Input:
    if isinstance(given, Input):
        return given
    return Input(tuple(given.shape), str(given.dtype).removeprefix("torch."))


def _device(module: nn.Module) -> torch.device:
    import torch

    held = (tensor.device for tensor in (*module.parameters(), *module.buffers()))
    return next(held, torch.device("cpu"))


def _cause(error: BaseException) -> str:
    return said(error.__cause__ if isinstance(error, TargetError) and error.__cause__ else error)


@contextmanager
def _unfused_attention() -> Iterator[None]:
    """``nn.MultiheadAttention`` runs its products one by one, so that counters see them."""
    from torch.backends import mha

    fast = mha.get_fastpath_enabled()
    mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        mha.set_fastpath_enabled(fast)


@contextmanager
def _unfused() -> Iterator[None]:
    """No fused attention and no fused recurrence: each hides its products from the dispatcher."""
    from torch.backends import mkldnn
    from torch.nn.attention import SDPBackend, sdpa_kernel

    with warnings.catch_warnings(), _unfused_attention(), sdpa_kernel(SDPBackend.MATH):
        warnings.filterwarnings("ignore", "TF32 acceleration", UserWarning)  # of mkldnn.flags
        with mkldnn.flags(enabled=False):
            yield


@contextmanager
def _random_state_kept() -> Iterator[None]:
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
