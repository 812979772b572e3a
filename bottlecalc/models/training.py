"""A training step run so that it is counted: forward in training mode, and backward.

What is run is a copy on the meta device wherever that will do, as it is for a forward pass.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bottlecalc.errors import argument
from bottlecalc.layers.count import ByLayer
from bottlecalc.layers.training import OPTIMIZERS, PASSES, USUAL, Pass, Recipe, Step, Training
from bottlecalc.models.copies import state_kept
from bottlecalc.models.failure import TargetError, naming
from bottlecalc.models.parameters import lazy
from bottlecalc.models.run import Runner, device_of, reason_of, submodule
from bottlecalc.models.switches import default_dtype_kept, random_state_kept, unfused, unwarned

if TYPE_CHECKING:
    from torch import Tensor, nn


FUSED = (
    "attention was run as the products that it is made of, whose weights are stored; where it is"
    " fused it stores less, and the bytes are then no lower bound"
)
WHOLE = (
    "what {names} does backward is counted with the gradients of activations wherever one is"
    " needed: its parts cannot be told apart"
)
CHECKPOINTS = "checkpoints run {macs:,} MACs of the forward pass once more in the backward pass"
SINGLE = "Expected more than 1 value per channel when training"
"""What batch norm says to one value, whose variance is 0."""

REAL = "is run on real tensors, fused attention and recurrence off"

HIGHER_ORDER = re.compile(r"There was no rule registered for HigherOrderOperator (\w+)")
"""What torch says of an operator that is given functions, and of a mode that does not take it."""

REENTRANT = ("Checkpointing is not compatible", "When use_reentrant=True")
"""How torch begins what it says to one who asks a gradient through such a checkpoint."""


@dataclass
class StepRunner(Runner):
    """One model of somebody's, of which a training step is being counted.

    Attributes:
        recipe: how the step is taken.
    """

    recipe: Recipe = USUAL

    def step(self) -> Training:
        """Count it.

        Raises:
            TargetError: it cannot be built or copied, or does not run on these inputs, or none of
                what it puts out depends on what is trained.
        """
        failing = naming(f"{self.name} cannot be counted")
        with failing, random_state_kept(), default_dtype_kept(), unwarned(), self.keeping:
            if self.in_hand:
                self.keeping.enter_context(state_kept(self._built()))
            module = self._virtual()
            if not self._takes_inputs(module):
                given = f"{argument('input')} 8x3x224x224, or what it takes"
                raise TargetError(f"{self.name} cannot be trained without an input; give {given}")
            return self._trained(module)

    def _trained(self, module: nn.Module) -> Training:
        import torch

        try:
            with training(module), torch.device("meta"):
                return self._stepped(module, "meta")
        except Exception as error:
            reason = f"it cannot be run on the meta device ({reason_of(error)})"
            self._check_fits(module, reason, error)
        module = self._real()
        with training(module), unfused(), self._failing():
            found = self._stepped(module, device_of(module))
        note = f"a training step {REAL}: {reason}"
        return replace(found, notes=(*found.notes, note))

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """What a model raises, with the remedy where it is known."""
        try:
            with naming(f"{self.name} cannot be trained on {self.inputs}"):
                yield
        except TargetError as error:
            if operator := HIGHER_ORDER.search(error.sentence):
                raise TargetError(
                    f"{self.name} runs {operator[1]}, which is given functions, and its training"
                    " step cannot be counted; count its forward pass alone"
                ) from error.__cause__
            remedy = "; give a larger batch" if SINGLE in error.sentence else ""
            raise TargetError(f"{error.sentence}{remedy}") from error.__cause__

    def _stepped(self, module: nn.Module, device: Any) -> Training:
        found = step(module, self._forward(module, device), self.recipe, self.name)
        return replace(found, notes=(*self.notes, *found.notes))

    def _forward(self, module: nn.Module, device: Any) -> Forward:
        return Forward(module, *self._tensors(device))


class Forward:
    """A forward pass.

    Attributes:
        given: tensors that it is run on.
    """

    def __init__(
        self, module: nn.Module, inputs: Sequence[Any], keywords: Mapping[str, Any] | None = None
    ) -> None:
        self.module = module
        self.given = list(inputs), dict(keywords or {})

    def __call__(self) -> Any:
        inputs, keywords = self.given
        return self.module(*inputs, **keywords)


def step(module: nn.Module, forward: Forward, recipe: Recipe, name: str) -> Training:
    """A training step of a module that nobody else holds; its gradients are taken away after it.

    Raises:
        TargetError: nothing that it puts out depends on what is trained, or it has no such part.
    """
    from bottlecalc.models.memory import measured

    try:
        with frozen_parts(module, recipe.frozen, name):
            found, said = _macs(module, forward, name)
            for one in module.parameters():
                one.grad = None
            memory, is_fused = measured(
                module, lambda: total(forward(), name), forward.given, OPTIMIZERS[recipe.optimizer]
            )
    finally:
        for one in module.parameters():
            one.grad = None
    again = found.sum("recomputed")
    notes = [CHECKPOINTS.format(macs=again)] if again else []
    return Training(
        steps={"torch": found},
        recipe=recipe,
        memory=memory,
        notes=(*notes, *said, *([FUSED] if is_fused else [])),
    )


def _macs(module: nn.Module, forward: Forward, name: str) -> tuple[Step, Sequence[str]]:
    """By pass: what the gradients of activations take, and what all gradients take beyond that.

    Beside it what has to be said of gradients, a sentence each.
    """
    import torch

    from bottlecalc.models import unseen
    from bottlecalc.models.backward import Frontier, StepCalls
    from bottlecalc.models.dispatcher import Dispatcher
    from bottlecalc.models.operators import formulas
    from bottlecalc.models.trace import watched

    calls, frontier = StepCalls(module), Frontier(forward.given)
    with watched(calls, Dispatcher(calls, formulas()), frontier):
        loss = total(forward(), name)
    with calls.innermost():
        calls.own(loss)
        with Dispatcher(calls, formulas()):
            calls.now = "backward_activations"
            if ends := frontier.ends:
                with _one_way(name):
                    torch.autograd.grad(loss, ends, retain_graph=True, allow_unused=True)
            calls.passed.pop("recomputed", None)
            calls.now = "backward_weights"
            loss.backward()  # type: ignore[no-untyped-call]
    if unknown := lazy(module):
        raise TargetError(f"{name} has lazy parameters ({', '.join(unknown)}) that it never calls")
    passes = _by_pass(calls.passed, calls.names.values())
    said = [WHOLE.format(names=", ".join(sorted(calls.whole)))] if calls.whole else []
    said += [unseen.GRADIENTS] if unseen.GRADIENTS in calls.sentences else []
    return Step(passes=passes, unsupported=calls.unsupported), said


@contextmanager
def _one_way(name: str) -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        if any(text in str(error) for text in REENTRANT):
            raise TargetError(
                f"{name} has reentrant checkpoints, by which gradients of activations and of"
                " weights cannot be told apart; give checkpoint(…, use_reentrant=False)"
            ) from None
        raise


def _by_pass(passed: Mapping[Pass, Counter[str]], names: Any) -> dict[Pass, ByLayer]:
    """MACs; what was counted with the gradients of weights are all gradients."""
    flops = {which: passed.get(which, Counter()) for which in PASSES}
    weights = flops["backward_weights"] - flops["backward_activations"]
    flops["backward_weights"] = weights
    return {which: {name: counts[name] // 2 for name in names} for which, counts in flops.items()}


def total(out: Any, name: str) -> Tensor:
    """The sum of all outputs that depend on what is trained: what the backward pass begins with.

    Raises:
        TargetError: none does.
    """
    from bottlecalc.models.storages import tensors

    ends = [tensor.sum() for tensor in tensors(out) if tensor.requires_grad]
    if not ends:
        raise TargetError(
            f"nothing that {name} puts out depends on a parameter that requires gradients; train"
            " some of it"
        )
    loss = ends[0]
    for one in ends[1:]:
        loss = loss + one
    return loss


@contextmanager
def training(module: nn.Module) -> Iterator[None]:
    """The module in training mode meanwhile, gradients on; its modes as before after."""
    import torch

    modes = {layer: layer.training for layer in module.modules()}
    module.train()
    try:
        with torch.enable_grad():
            yield
    finally:
        for layer, mode in modes.items():
            layer.training = mode


@contextmanager
def frozen_parts(module: nn.Module, parts: Sequence[str], name: str) -> Iterator[None]:
    """Parameters of these parts require no gradients meanwhile.

    Raises:
        TargetError: it has no such part.
    """
    modules = [submodule(name, module, part, " to be frozen") for part in parts]
    held = [one for each in modules for one in each.parameters()]
    before = [one.requires_grad for one in held]
    try:
        for one in held:
            one.requires_grad_(False)
        yield
    finally:
        for one, requires in zip(held, before, strict=True):
            one.requires_grad_(requires)
