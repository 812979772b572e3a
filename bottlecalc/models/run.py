"""Running a module so that it is counted: where it is run, and what has to be said of how.

What is counted of somebody's model is a copy of it, on the meta device wherever that will do, so
that the model itself is left exactly as it was.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from math import inf
from typing import TYPE_CHECKING, Any

from bottlecalc.errors import argument
from bottlecalc.layers.count import Counter, Counters
from bottlecalc.layers.counted import Counted, Node, Parameters, is_inside
from bottlecalc.models import packed
from bottlecalc.models.copies import copied, evaluating, state_kept, values_kept
from bottlecalc.models.dtypes import turned
from bottlecalc.models.failure import TargetError, in_passing, naming
from bottlecalc.models.fvcore import fvcore_counts
from bottlecalc.models.gradients import taken
from bottlecalc.models.inputs import Inputs, positional
from bottlecalc.models.parameters import lazy, nodes, parameters
from bottlecalc.models.policy import FLOAT_BYTES, FVCORE_MOST_SECONDS, absent, decline
from bottlecalc.models.switches import (
    default_dtype_kept,
    random_state_kept,
    sow,
    uncompiled,
    unfused_attention,
    unwarned,
)
from bottlecalc.models.worker import UNBOUNDED, Bounds, contained
from bottlecalc.text.given import described

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn


MOST_NAMES = 8
"""So many of a model's modules are named where there is none of a name."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """What counters found in a module that was run.

    Attributes:
        parameters: what it holds.
        nodes: every module with what is its own, by the first counter.
        counters: what each counter found; none where it was not run.
        notes: how it was counted where that was not the usual way, a sentence each.
        left_out: counters that were asked and could not be, each with the reason.
    """

    parameters: Parameters
    nodes: tuple[Node, ...]
    counters: Mapping[Counter, Counted] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    left_out: Mapping[Counter, str] = field(default_factory=dict)


def run_module(module: nn.Module, inputs: Sequence[Tensor], asked: Sequence[Counter]) -> Run:
    """Run a module that nobody else holds, in eval mode, once by each counter that is asked."""
    from bottlecalc.models.trace import dispatcher_counts

    ways: dict[Counter, Callable[..., Counted]] = {
        "torch": dispatcher_counts,
        "fvcore": fvcore_counts,
    }
    with evaluating(module):
        counters = {name: ways[name](module, inputs) for name in asked}
    return _run(type(module).__name__, module, counters, ())


def _run(
    name: str, module: nn.Module, counters: Mapping[Counter, Counted], notes: Sequence[str]
) -> Run:
    if unknown := lazy(module):
        why = (
            "and the forward pass never calls their modules; leave them out"
            if counters
            else f"known once it is run; give what it takes, as {argument('input')} 1x3"
        )
        raise TargetError(f"{name} has lazy parameters ({', '.join(unknown)}), {why}")
    return Run(
        parameters=parameters(module),
        nodes=nodes(module, next(iter(counters.values()), None)),
        counters=counters,
        notes=(*notes, *packed.notes(module)),
    )


def _part(name: str, module: nn.Module, part: str, run: Run) -> Run:
    """What was found in one module of it, with all inside."""
    return replace(
        run,
        parameters=parameters(submodule(name, module, part)),
        nodes=tuple(node for node in run.nodes if is_inside(node.name, part)),
        counters={who: found.part(part) for who, found in run.counters.items()},
    )


def submodule(name: str, module: nn.Module, part: str, purpose: str = "") -> nn.Module:
    """A module within a model, by its name there.

    Args:
        name: of the model, for the error.
        module: it.
        part: of the module.
        purpose: what it is looked for, for the error: ``" to be frozen"``.

    Raises:
        TargetError: it has no such module.
    """
    inside: dict[str, nn.Module] = {name: one for name, one in module.named_modules() if name}
    if part in inside:
        return inside[part]
    near = get_close_matches(part, inside, n=3, cutoff=0.5)
    hint = f"the nearest are {', '.join(near)}" if near else _children(module)
    raise TargetError(f"{name} has no module {part!r}{purpose}; {hint}")


def _children(module: nn.Module) -> str:
    names = [name for name, _ in module.named_children()]
    if not names:
        return "it has none inside; leave that out"
    rest = ", …" if len(names) > MOST_NAMES else ""
    return f"name one of its modules: {', '.join(names[:MOST_NAMES])}{rest}"


@dataclass
class Runner:
    """One model of somebody's, being counted.

    Attributes:
        name: of the model, for errors.
        build: gives it; anew by each call, unless it is in hand.
        inputs: what it is run on.
        part: the module that is held alone; all where it is empty.
        seed: by which weights and inputs are drawn where they have values.
        in_hand: whether it is somebody's, and must be left as it was.
        insist: have fvcore run at any size.
        insisting: the option that insists, for where fvcore is left out.
        dtype: of all floats of the copies that are counted; as they are where it is empty.
        notes: what has to be said of how it was counted.
        left_out: counters that are asked and cannot be, each with the reason.
        asked: who counts it.
        original: what was built, or is in hand, and copied last.
        keeping: what puts back as it was what is in hand.
    """

    name: str
    build: Callable[[], nn.Module]
    inputs: Inputs = field(default_factory=Inputs)
    part: str = ""
    seed: int = 0
    in_hand: bool = False
    insist: bool = False
    insisting: str = "--counter fvcore"
    dtype: str = ""
    notes: list[str] = field(default_factory=list)
    left_out: dict[Counter, str] = field(default_factory=dict)
    asked: Counters = "both"
    original: nn.Module | None = None
    keeping: ExitStack = field(default_factory=ExitStack)

    def run(self, counter: Counters) -> Run:
        """Count it.

        Raises:
            TargetError: it cannot be built or copied, or does not run on these inputs.
        """
        self.asked = counter
        failing = naming(f"{self.name} cannot be counted")
        with failing, random_state_kept(), default_dtype_kept(), unwarned(), self.keeping:
            if self.in_hand:
                self.keeping.enter_context(state_kept(self._built()))
            module = self._real() if counter == "fvcore" else self._virtual()
            counters: dict[Counter, Counted] = {}
            if self._takes_inputs(module):
                module, counters = self._count(module, counter)
            run = _run(self.name, module, counters, self.notes)
            if self.part:
                run = _part(self.name, module, self.part, run)
            return replace(run, left_out=self.left_out)

    def _built(self) -> nn.Module:
        """It, with the same weights every time."""
        sow(self.seed)
        self.original = self.build()
        return self.original

    def _tensors(self, device: torch.device | str) -> tuple[list[Any], dict[str, Any]]:
        """What it is run on, the same every time, as what it draws itself."""
        sow(self.seed)
        return self.inputs.tensors(device, self.seed)

    def _virtual(self) -> nn.Module:
        """A copy on the meta device, where nothing is allocated."""
        import torch

        from bottlecalc.models.meta.known import Known

        try:
            with torch.device("meta"), Known():  # type: ignore[no-untyped-call]
                return turned(copied(self._built(), "meta"), self.dtype)
        except Exception as error:
            module = self._built()
            self.notes.append(
                f"built on the CPU: it cannot be built on the meta device ({reason_of(error)})"
            )
            return turned(copied(module, "meta"), self.dtype)

    def _real(self) -> nn.Module:
        """A copy with real tensors."""
        model = self._built()
        if any(parameter.is_meta for parameter in model.parameters()):
            remedy = "give one with values" if self.in_hand else "have it built at every call"
            other = "" if self.asked == "torch" else ", or ask torch's dispatcher alone"
            raise TargetError(
                f"{self.name} is on the meta device, where nothing is computed; {remedy}{other}"
            )
        if self.in_hand:
            self.keeping.enter_context(values_kept(model.parameters()))
        return turned(copied(model, None), self.dtype)

    def _takes_inputs(self, module: nn.Module) -> bool:
        """Whether to run it: where no input is given, only what takes none."""
        try:
            signature = inspect.signature(module.forward)
        except ValueError:  # a scripted module has none
            return bool(self.inputs)
        if not self.inputs:
            return not signature.parameters
        self.inputs.check(self.name, signature)
        return True

    def _count(
        self, module: nn.Module, counter: Counters
    ) -> tuple[nn.Module, dict[Counter, Counted]]:
        """What each counter finds, and the module as it is after it was run."""
        if counter == "fvcore":
            return module, {"fvcore": self._fvcore(module)}
        module, by_torch = self._torch(module)
        if counter == "torch":
            return module, {"torch": by_torch}
        return module, {"torch": by_torch, **self._fvcore_too(module, by_torch)}

    def _torch(self, module: nn.Module) -> tuple[nn.Module, Counted]:
        """What torch's dispatcher sees on the meta device, or else on real tensors."""
        import torch

        try:
            with evaluating(module), torch.device("meta"):
                return module, self._dispatched(module, "meta")
        except Exception as error:
            reason = f"it cannot be run on the meta device ({reason_of(error)})"
            self._check_fits(module, reason, error)
        module = self._real()
        with evaluating(module), unfused_attention():
            by_torch = self._torch_for_real(module)
        self.notes.append(f"run on real tensors, torch's fast path of attention off: {reason}")
        return module, by_torch

    def _dispatched(self, module: nn.Module, device: torch.device | str) -> Counted:
        from bottlecalc.models.trace import dispatcher_counts

        counted, with_gradients = taken(
            lambda: dispatcher_counts(module, *self._tensors(device), self.original)
        )
        if with_gradients:
            self.notes.append("run with gradients on, which its forward takes: counted too")
        return counted

    def _torch_for_real(self, module: nn.Module) -> Counted:
        try:
            with naming(f"{self.name} cannot be run on {self.inputs}"):
                return self._dispatched(module, device_of(module))
        except TargetError as error:
            whole = "Expected tensor" in str(error) and "FloatTensor" in str(error)
            hint = f"; for whole numbers say {self.inputs}:int64" if whole else ""
            raise TargetError(f"{error.sentence}{hint}") from error.__cause__

    def _check_fits(self, module: nn.Module, reason: str, error: Exception) -> None:
        if declined := self._declined(module):
            raise TargetError(
                f"{self.name} cannot be counted: {reason}, and is too large for real tensors:"
                f" {next(iter(declined.values()))}"
            ) from (error.__cause__ or error)

    def _fvcore(self, module: nn.Module) -> Counted:
        fails = f"fvcore cannot trace {self.name} on {self.inputs}"

        def traced() -> Counted:
            return fvcore_counts(module, positional(module, *self._tensors(device_of(module))))

        def count() -> Counted:
            with naming(fails), evaluating(module), unfused_attention(), uncompiled():
                return taken(traced)[0]

        return contained(count, fails, self._bounds)()

    @property
    def _bounds(self) -> Bounds:
        """What fvcore may take: one that waits for what was not forked with it never ends."""
        if self.insist or self.asked == "fvcore":
            return UNBOUNDED
        return Bounds(FVCORE_MOST_SECONDS, inf, f"{self.insisting} waits for it")

    def _fvcore_too(self, module: nn.Module, by_torch: Counted) -> dict[Counter, Counted]:
        """What fvcore finds, unless that would take too much, or it fails: then say why."""
        declined = absent() or self._declined(module, by_torch)
        try:
            if not declined:
                return {"fvcore": self._fvcore(self._real())}
            reason = declined["fvcore"]
        except TargetError as error:
            reason = self._failure_alone() or in_passing(error)
        self.left_out["fvcore"] = reason
        return {}

    def _failure_alone(self) -> str:
        """What the model says to its inputs when it is run, and only the meta device took them."""
        try:
            module = self._real()
            with naming(f"{self.name} itself fails on {self.inputs}"), evaluating(module):
                tensors, by_name = self._tensors(device_of(module))
                taken(lambda: module(*tensors, **by_name))
        except TargetError as error:
            return in_passing(error)
        return ""

    def _declined(
        self, module: nn.Module, by_torch: Counted | None = None
    ) -> Mapping[Counter, str]:
        held = parameters(module)
        macs = by_torch.sum("macs") if by_torch else 0
        elements = sum(described(one).elements for one in self.inputs.shaped)
        elements += by_torch.sum("activations") if by_torch else 0
        size = held.bytes // FLOAT_BYTES + held.buffers
        return {} if self.insist else decline(macs, elements, size, self.insisting)


def device_of(module: nn.Module) -> torch.device:
    """Where its tensors are; on the CPU where it has none."""
    import torch

    tensors = (tensor.device for tensor in (*module.parameters(), *module.buffers()))
    return next(tensors, torch.device("cpu"))


def reason_of(error: BaseException) -> str:
    """What an error says in passing: of one of ours its cause, where it has one."""
    inner = error.__cause__ if isinstance(error, TargetError) and error.__cause__ else error
    return in_passing(inner)
