"""Calls: what a model does as it runs, and by whom another counter would see it done.

A layer of a closed form and a function that a model calls are both told so: what is done, to which
shapes, by which module, through which name of PyTorch's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from bottlecalc.layers.joins import Add, Multiply
from bottlecalc.layers.normalisation import BatchNorm
from bottlecalc.layers.ops import Conv, Factors, Linear, Op, Shape, elements
from bottlecalc.layers.pooling import AveragePool


class Call(NamedTuple):
    """One call.

    Attributes:
        name: of the innermost module that runs, ``layer1.0.conv1``.
        op: what is done.
        input: shape of the first tensor that goes in.
        output: shape of the first that comes out.
        module: the class of the module of ``torch.nn`` that makes the call, ``Conv2d``; empty where
            the forward of somebody's own class makes it.
        function: the name by which Python calls it, ``F.conv2d``, ``torch.matmul``, or ``+`` where
            the operator is written.
        kind: the class of the module, whoever wrote it.
        like: the class of ``torch.nn`` that the module's class is, or derives from.
        within: the same of every module of the model that is running, this one last.
        places: under how many names the model holds the module; 0 where under none.
        apart: whether the module's parameters are noted by themselves, as ``Weights``.
        imported: whether the function was taken from its module before, by an import of its name
            or as an attribute, so that what is put in its place later is not called.
    """

    name: str
    op: Op
    input: Shape
    output: Shape
    module: str = ""
    function: str = ""
    kind: str = ""
    like: str = ""
    within: tuple[str, ...] = ()
    places: int = 1
    apart: bool = False
    imported: bool = False

    @property
    def macs(self) -> int:
        """Multiply-accumulates [MACs]."""
        return self.op.macs(self.input, self.output)

    @property
    def weights(self) -> int:
        """Weights of a convolution or linear layer [parameters]."""
        return self.op.weights(self.input, self.output)

    @property
    def biases(self) -> int:
        """Biases of it [parameters]."""
        return self.op.biases(self.input, self.output)


class CalledConv(Conv):
    """A convolution that a function does.

    Attributes:
        padded: whether its padding is given as text, ``padding="same"``.
        places: where a plain one would stand that pads both sides alike [positions].
    """

    padded: bool
    places: int

    def __init__(self, *, padded: bool = False, places: int = 0, **settings: Any) -> None:
        super().__init__(**settings)
        object.__setattr__(self, "__dict__", {**vars(self), "padded": padded, "places": places})


@dataclass(frozen=True, kw_only=True)
class CalledPool(AveragePool):
    """An average pool that a function does.

    Attributes:
        steps: of the window, in every dimension.
        padding: on both sides of every dimension.
        padded: whether what is padded is averaged too.
        sides: of what goes in.
    """

    steps: tuple[int, ...]
    padding: tuple[int, ...]
    padded: bool
    sides: tuple[int, ...]


class BatchStatistics(BatchNorm):
    """Batch norm by the mean and variance of the batch, in eval mode too."""


class SlowLinear(Linear):
    """A linear layer on what is neither a matrix nor contiguous: torch adds its bias afterwards."""


@dataclass(frozen=True, kw_only=True)
class NamedAdd(Add):
    """A sum of elements.

    Attributes:
        left: elements that it would have, were shapes aligned at their first dimensions.
    """

    left: int


@dataclass(frozen=True, kw_only=True)
class NamedMultiply(Multiply):
    """A product of elements.

    Attributes:
        left: elements that it would have, were shapes aligned at their first dimensions.
    """

    left: int


@dataclass(frozen=True, kw_only=True)
class Norm(Op):
    """Normalisation of another kind, or without a scale and a shift.

    Attributes:
        kind: ``group norm``.
        affine: whether it has them.
        held: parameters of its own [parameters].
        of_batch: whether batch norm uses the mean and variance of the batch, in eval mode too.
        tensors: that it takes: scale, shift, mean, variance.
    """

    kind: str
    affine: bool
    held: int = 0
    of_batch: bool = False
    tensors: int = 0

    def factors(self, x: Shape, y: Shape) -> Factors:
        """As many as there are."""
        return (self.held,) if self.held else ()

    @property
    def label(self) -> str:
        """``group norm``."""
        return self.kind


@dataclass(frozen=True, kw_only=True)
class Resize(Op):
    """Interpolation to another size.

    Attributes:
        mode: ``nearest``, ``bilinear``, …
        to_size: whether the size is given, rather than by how much.
        exact: the sizes that are given, multiplied, or what goes in times the scales; where the
            size is rounded down, that is more than what comes out.
    """

    mode: str
    to_size: bool = False
    exact: int = 0

    @property
    def label(self) -> str:
        """``bilinear interpolation``."""
        return f"{self.mode} interpolation"


@dataclass(frozen=True, kw_only=True)
class Function(Op):
    """Any other function of elements.

    Attributes:
        name: ``softmax``.
        along: length of the dimension that it works along, where it does; otherwise 1.
        held: parameters that it takes [parameters].
    """

    name: str
    along: int = 1
    held: int = 0

    def factors(self, x: Shape, y: Shape) -> Factors:
        """As many as there are."""
        return (self.held,) if self.held else ()

    @property
    def label(self) -> str:
        """``softmax``."""
        return self.name


@dataclass(frozen=True, kw_only=True)
class Weights(Op):
    """What a module holds of its own, without its children.

    Attributes:
        held: all of it [parameters].
        trained: what requires gradients [parameters].
        called: whether the module runs.
        named: what of it is called ``weight`` or ``bias`` [parameters].
        weight: what of it is called ``weight`` [parameters].
        alike: what of it has a name in which one of these words stands [parameters].
        tied: what it holds that another module holds too, and is that one's here [parameters].
        leaf: whether the module has no children.
    """

    held: int
    trained: int
    called: bool = True
    named: int = 0
    weight: int = 0
    alike: int = 0
    tied: int = 0
    leaf: bool = True

    @property
    def label(self) -> str:
        """``parameters``."""
        return "parameters"


@dataclass(frozen=True, kw_only=True)
class Container(Op):
    """A module that has others run, whose work is told by calls of their own.

    Attributes:
        weights_held: of all that it holds, without biases [parameters].
    """

    weights_held: int

    @property
    def label(self) -> str:
        """``container``."""
        return "container"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that tools are told apart by.

    Attributes:
        calls: of functions, in order.
        weights: of every module that holds some; the op of each is ``Weights``.
        macs: of one forward pass [MACs].
        params: each counted once [parameters].
        batch: images, or whatever the first dimension of the first input counts.
        inputs: that the forward pass takes.
    """

    calls: tuple[Call, ...]
    weights: tuple[Call, ...]
    macs: int
    params: int
    batch: int = 1
    inputs: int = 1

    @property
    def activations(self) -> int:
        """Output elements of convolutions and matrix products [elements]."""
        return sum(elements(call.output) for call in self.calls if call.op.multiplies)

    @property
    def unnamed(self) -> int:
        """MACs that no call is known to do, or that calls do twice [MACs]."""
        return self.macs - sum(call.macs for call in self.calls)
