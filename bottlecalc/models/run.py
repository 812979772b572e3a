"""Count any model: where it is run, which counters are asked, and what has to be said of it.

What is counted is a twin of the model, on the meta device wherever that will do, so that the
model itself is left exactly as it was.
"""

from __future__ import annotations

import inspect
import random
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from bottlecalc.layers.count import Witness
from bottlecalc.models.copies import state_kept, twin, values_kept
from bottlecalc.models.measure import FLOAT_BYTES, decline, evaluating, fvcore_counts
from bottlecalc.models.model import Counted, Input, InputError, ModelCount, Module, Parameters
from bottlecalc.models.target import Target, TargetError, naming, said
from bottlecalc.models.trace import dispatcher_counts

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    Given = Input | Tensor | Sequence[int] | str

Counters = Literal["torch", "fvcore", "both"]


def count_model(model: nn.Module, *inputs: Given, counter: Counters = "both") -> ModelCount:
    """What ``bottlecalc.count_model`` does and raises."""
    from torch import nn

    if not isinstance(model, nn.Module):
        raise TargetError(f"{model!r:.60} is no model; give an nn.Module")
    if counter not in get_args(Counters):
        raise InputError(f"counter = {counter!r}; give {', '.join(map(repr, get_args(Counters)))}")
    counting = _Counting(type(model).__name__, lambda: model, [*map(_read, inputs)], in_hand=True)
    return counting.count(counter)


def count_target(target: Target, inputs: Sequence[Input], counter: Counters = "both") -> ModelCount:
    """Count a model by its name.

    Raises:
        TargetError: it cannot be found or built, or does not run on these inputs.
        BlockError: it is a block's spec, and wrong.
    """
    with naming(f"{target.name} cannot be found"), target.importable():
        return _Counting(target.name, target.load(), inputs).count(counter)


@dataclass
class _Counting:
    """One model being counted.

    Attributes:
        name: of the model, for errors.
        build: gives it; anew by each call, unless it is in hand.
        inputs: what it is run on.
        in_hand: whether it is somebody's, and must be left as it was.
        notes: what has to be said of how it was counted.
        keeping: what puts back as it was what is in hand.
    """

    name: str
    build: Callable[[], nn.Module]
    inputs: Sequence[Input | Tensor]
    in_hand: bool = False
    notes: list[str] = field(default_factory=list)
    keeping: ExitStack = field(default_factory=ExitStack)

    def count(self, counter: Counters) -> ModelCount:
        with naming(f"{self.name} cannot be counted"), _random_state_kept(), self.keeping:
            if self.in_hand:
                self.keeping.enter_context(state_kept(self.build()))
            module = self._real() if counter == "fvcore" else self._virtual()
            counters: dict[Witness, Counted] = {}
            if self._runs(module):
                module, counters = self._asked(module, counter)
            return self._counted(module, counters)

    def _counted(self, module: nn.Module, counters: Mapping[Witness, Counted]) -> ModelCount:
        if not counters:
            self._refuse_lazy(module, "known once it is run; give what it takes, as --input 1x3")
        stands = next(iter(counters.values()), None)
        inputs = tuple(map(_described, self.inputs))
        own = _modules(module, stands)
        return ModelCount(self.name, inputs, _parameters(module), own, counters, tuple(self.notes))

    def _refuse_lazy(self, module: nn.Module, why: str) -> None:
        lazy = [name for name, held in module.named_parameters() if _is_lazy(held)]
        if lazy:
            raise TargetError(f"{self.name} has lazy parameters ({', '.join(lazy)}), {why}")

    def _virtual(self) -> nn.Module:
        """A twin on the meta device, where nothing is allocated."""
        import torch

        try:
            with torch.device("meta"):
                return twin(self.build(), "meta")
        except Exception as error:
            module = self.build()
            self.notes.append(
                f"built on the CPU: it cannot be built on the meta device ({_cause(error)})"
            )
            return twin(module, "meta")

    def _real(self) -> nn.Module:
        """A twin with real tensors."""
        model = self.build()
        if any(parameter.is_meta for parameter in model.parameters()):
            remedy = "give one with values" if self.in_hand else "have it built at every call"
            raise TargetError(
                f"{self.name} is on the meta device, where nothing is computed;"
                f" {remedy}, or ask torch's dispatcher alone"
            )
        if self.in_hand:
            self.keeping.enter_context(values_kept(model.parameters()))
        return twin(model, None)

    def _runs(self, module: nn.Module) -> bool:
        """Whether to run it: where no input is given, only what takes none."""
        try:
            signature = inspect.signature(module.forward)
        except ValueError:  # a scripted module has none
            return bool(self.inputs)
        takes = ", ".join(map(str, signature.parameters.values()))
        if not self.inputs:
            return not takes
        try:
            signature.bind(*self.inputs)
        except TypeError as error:
            given = f"{len(self.inputs)} input{'s' if len(self.inputs) > 1 else ''}"
            raise TargetError(
                f"{self.name} does not take {given}: {error}; what it takes is ({takes})"
            ) from None
        return True

    def _asked(
        self, module: nn.Module, counter: Counters
    ) -> tuple[nn.Module, dict[Witness, Counted]]:
        """What each counter found, and the module as it is after it was run."""
        if counter == "fvcore":
            return module, {"fvcore": self._fvcore(module)}
        module, seen = self._torch(module)
        self._refuse_lazy(module, "and the forward pass never calls their modules; leave them out")
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
        with evaluating(module), _unfused():
            seen = self._run(module)
        self.notes.append(f"run on real tensors, fused attention and recurrence off: {reason}")
        return module, seen

    def _run(self, module: nn.Module) -> Counted:
        """What torch's dispatcher sees on real tensors."""
        try:
            with naming(f"{self.name} cannot be run on {self._shown}"):
                return dispatcher_counts(module, *self._tensors(_device(module)))
        except TargetError as error:
            whole = "Expected tensor" in str(error) and "FloatTensor" in str(error)
            hint = f"; for whole numbers say {self._shown}:int64" if whole else ""
            raise TargetError(f"{error}{hint}") from error.__cause__

    def _check_fits(self, module: nn.Module, reason: str, error: Exception) -> None:
        if declined := self._declined(module):
            raise TargetError(
                f"{self.name} cannot be counted: {reason}, and is too large for real tensors:"
                f" {next(iter(declined.values()))}"
            ) from (error.__cause__ or error)

    def _fvcore(self, module: nn.Module) -> Counted:
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
            reason = self._failure_alone() or str(error)
        self.notes.append(f"fvcore was left out: {reason}")
        return {}

    def _failure_alone(self) -> str:
        """What the model says to its inputs when it is run, and only the meta device took them."""
        try:
            module = self._real()
            with naming(f"{self.name} itself fails on {self._shown}"), evaluating(module):
                module(*self._tensors(_device(module)))
        except TargetError as error:
            return str(error)
        return ""

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
    held, trainable = Counter[str](), Counter[str]()
    for name, parameter in module.named_parameters():
        owner = name.rpartition(".")[0]
        held[owner] += parameter.numel()
        trainable[owner] += parameter.numel() * parameter.requires_grad
    return tuple(
        Module(
            name,
            type(inside).__name__,
            held[name],
            None if stands is None else stands.macs.get(name, 0),
            None if stands is None else stands.activations.get(name, 0),
            trainable[name],
        )
        for name, inside in module.named_modules()
    )


def _is_lazy(tensor: Tensor) -> bool:
    from torch.nn.parameter import is_lazy

    return bool(is_lazy(tensor))


def _read(given: object) -> Input | Tensor:
    from torch import Tensor

    if isinstance(given, (Input, Tensor)):
        return given
    if isinstance(given, str):
        return Input.parse(given)
    if isinstance(given, Sequence):
        return Input.parse("x".join(map(str, given)))
    raise InputError(
        f"{given!r:.60} is no input; give a tensor, dimensions such as (1, 3, 224, 224),"
        ' or text such as "1x128:int64"'
    )


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
