"""What a training step costs: MACs of its passes, and bytes that it takes.

A step is a forward pass in training mode and the backward pass of a sum of its outputs. A layer
that multiplies by weights does as many MACs for the gradient of its weights as it does forward, and
as many again for the gradient of its input, where one is needed.
Source: Baydin et al., Automatic Differentiation in Machine Learning, arXiv:1502.05767, section 3.2;
for convolutions Dumoulin and Visin, arXiv:1603.07285, chapter 4.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from bottlecalc.layers.count import ByLayer, Counter
from bottlecalc.layers.counted import is_inside, within
from bottlecalc.layers.joins import Multiply
from bottlecalc.layers.layer import Layer

Pass = Literal["forward", "backward_activations", "backward_weights", "recomputed"]
PASSES: tuple[Pass, ...] = ("forward", "backward_activations", "backward_weights", "recomputed")

SCALAR_BYTES = 4
"""Of a number that an optimizer keeps of a whole parameter, such as how many steps were taken."""


class Optimizer(NamedTuple):
    """What an optimizer of torch's keeps from step to step.

    Attributes:
        copies: tensors of the shape and dtype of a parameter, for each parameter.
        scalars: numbers, for each parameter.
    """

    copies: int
    scalars: int = 0

    def bytes(self, trained: int, tensors: int) -> int:
        """What it keeps of parameters of so many bytes in so many tensors [bytes]."""
        return self.copies * trained + self.scalars * SCALAR_BYTES * tensors


OPTIMIZERS: Mapping[str, Optimizer] = {
    "sgd": Optimizer(0),
    "sgd-momentum": Optimizer(1),
    "adam": Optimizer(2, 1),
    "adamw": Optimizer(2, 1),
    "nadam": Optimizer(2, 2),
    "rmsprop": Optimizer(1, 1),
    "adagrad": Optimizer(1, 1),
}
"""By name; each with what ``torch.optim`` has it do where nothing else is said."""

OPTIMIZER = "sgd"


class Recipe(NamedTuple):
    """How a training step is taken.

    Attributes:
        optimizer: its name.
        frozen: names of layers, or modules, that are not trained, with all inside.
    """

    optimizer: str = OPTIMIZER
    frozen: tuple[str, ...] = ()


USUAL = Recipe()


@dataclass(frozen=True, kw_only=True)
class Step:
    """MACs of a training step, by one counter.

    Attributes:
        passes: by pass, of every layer; ``recomputed`` is what checkpoints run once more.
        unsupported: operators that multiply and are not counted, and how often.
    """

    passes: Mapping[Pass, ByLayer]
    unsupported: Mapping[str, int] = field(default_factory=dict)

    def sum(self, name: Pass) -> int:
        """Of all layers [MACs]."""
        return sum(self.passes[name].values())

    @property
    def macs(self) -> int:
        """Of all passes [MACs]."""
        return sum(map(self.sum, PASSES))

    def part(self, name: str) -> Step:
        """The same of one layer or module, with all inside of it."""
        return replace(self, passes={which: within(by, name) for which, by in self.passes.items()})


@dataclass(frozen=True, kw_only=True)
class Memory:
    """Bytes of tensors in a training step: a lower bound of what a process takes.

    Attributes:
        parameters: [bytes].
        buffers: [bytes].
        gradients: of parameters, when the backward pass is over [bytes].
        optimizer: what it keeps from step to step [bytes].
        stored: what autograd holds when the forward pass is over, each storage once; no parameters
            and no buffers [bytes].
        peak: parameters, buffers, what the optimizer keeps, and the most that lives beside these at
            once: the input, activations, gradients [bytes].
    """

    parameters: int
    buffers: int
    gradients: int
    optimizer: int
    stored: int
    peak: int


@dataclass(frozen=True, kw_only=True)
class Training:
    """A training step counted.

    Attributes:
        steps: what each counter found; the first one's figures stand.
        recipe: how it is taken.
        memory: None where torch was not asked.
        notes: how it was counted where that was not the usual way, a sentence each.
    """

    steps: Mapping[Counter, Step]
    recipe: Recipe = USUAL
    memory: Memory | None = None
    notes: tuple[str, ...] = ()

    @property
    def step(self) -> Step:
        """The MACs that stand."""
        return next(iter(self.steps.values()))

    @property
    def macs(self) -> int:
        """Of the whole step [MACs]."""
        return self.step.macs


class Piece(NamedTuple):
    """A block in a row of blocks.

    Attributes:
        layers: in the order in which the block is read.
        forks: layers that begin a branch inside of the block, each with the one that it reads.
    """

    layers: Iterable[Layer]
    forks: Mapping[str, str]


def closed_form(pieces: Iterable[Piece], frozen: Collection[str] = ()) -> Step:
    """MACs of the training step of blocks in a row, whose first one's input needs no gradient.

    Args:
        pieces: the blocks, from the input on.
        frozen: names of layers, and of what layers are inside of, that are not trained.
    """
    passes: dict[Pass, dict[str, int]] = {name: {} for name in PASSES}
    needed = False
    for piece in pieces:
        needs = _Needs(needed, piece.forks)
        for layer in piece.layers:
            trained = bool(layer.params) and not any(is_inside(layer.name, one) for one in frozen)
            backward = needs.comes_in(layer)
            passes["forward"][layer.name] = layer.macs
            passes["backward_activations"][layer.name] = backward * layer.macs
            passes["backward_weights"][layer.name] = trained * layer.macs
            needs.goes_out(layer, backward or trained)
        needed = needs.joined
    return Step(passes=passes)


class _Needs:
    """Whether what comes out of each branch of a block so far needs a gradient.

    What needs one needs it from there on, so that a sum needs one where any of its terms does.
    """

    def __init__(self, needed: bool, forks: Mapping[str, str]) -> None:
        self._forks = forks
        self._outputs: dict[str, bool] = {}
        self._branches = {"main": needed, "shortcut": needed, "aside": needed, "squeeze": False}

    @property
    def joined(self) -> bool:
        """Whether what all branches give together does."""
        return any(self._branches.values())

    def comes_in(self, layer: Layer) -> bool:
        """Whether a layer's input needs one."""
        if layer.name in self._forks:
            return self._outputs[self._forks[layer.name]]
        if layer.branch == "after":
            return self.joined
        if layer.branch == "squeeze":
            return self._branches["squeeze"] or self._branches["main"]
        return self._branches[layer.branch]

    def goes_out(self, layer: Layer, needed: bool) -> None:
        """Whether its output does, which the next of its branch reads."""
        self._outputs[layer.name] = needed
        self._branches["main" if layer.branch == "after" else layer.branch] = needed
        if isinstance(layer.op, Multiply):
            self._branches.update(main=needed, squeeze=False)
