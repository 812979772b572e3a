"""What is counted of a block or a model: one shape, whoever counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from bottlecalc.agreement.agreement import Difference, differences
from bottlecalc.blocks.own import OwnBlock
from bottlecalc.blocks.spec import Block
from bottlecalc.layers import count as scopes
from bottlecalc.layers.count import FIGURES, Counter, Figure, Operations, Params
from bottlecalc.layers.counted import Counted, Node, Parameters, layer_nodes, tree
from bottlecalc.layers.layer import Layer
from bottlecalc.layers.ops import Shape
from bottlecalc.layers.receptive import Sides, by_axis, fields
from bottlecalc.layers.training import Training
from bottlecalc.text.display import Displayed
from bottlecalc.text.shapes import Input

if TYPE_CHECKING:
    from bottlecalc.networks.spec import Network


@dataclass(frozen=True, kw_only=True)
class Result(Displayed):
    """Something counted by one counter or by several.

    Attributes:
        subject: what was counted: a block, a network, or a model as the user names it.
        inputs: what it was run on; empty where it was not run.
        layers: by closed form, in the order in which the block is read; empty where there is none.
        others: what each counter beside the closed form found in the built module.
        parameters: what the built module holds; None where none was built.
        modules: of the built module, each with what is its own.
        left_out: counters that were not asked although the others were, each with the reason.
        notes: how it was counted where that was not the usual way, a sentence each.
        training: a training step of it; None where none was asked.
    """

    subject: Block | Network | str
    inputs: tuple[Input, ...]
    layers: tuple[Layer, ...] = ()
    others: Mapping[Counter, Counted] = field(default_factory=dict)
    parameters: Parameters | None = None
    modules: tuple[Node, ...] = ()
    left_out: Mapping[Counter, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    training: Training | None = None

    compared: ClassVar[tuple[Figure, ...]]
    """The figures in which counters must agree."""

    @cached_property
    def counters(self) -> Mapping[Counter, Counted]:
        """What each counter found; the first one's figures stand."""
        if not self.layers:
            return self.others
        figures = {figure: scopes.by_layer(self.layers, figure) for figure in FIGURES}
        return {"closed form": Counted(figures=figures), **self.others}

    @property
    def versions(self) -> dict[Counter, str]:
        """Of the libraries that counted."""
        return {name: counted.version for name, counted in self.others.items()}

    @cached_property
    def differences(self) -> tuple[Difference[Figure], ...]:
        """Every layer on which a counter contradicts the first."""
        return differences(self.counters, self.compared)

    @property
    def agrees(self) -> bool | None:
        """Whether all counters agree on every layer; None where fewer than two were asked.

        Of a block in parameters, MACs and activations, of a model in MACs.
        """
        return None if len(self.counters) < 2 else not self.differences

    @property
    def uncalled(self) -> tuple[str, ...]:
        """Modules with parameters of their own that the forward pass never called."""
        names = next((counted.uncalled for counted in self.others.values()), ())
        return tuple(node.name for node in self.modules if node.params and node.name in names)

    def total(self, figure: Figure) -> int | None:
        """A figure of the whole, by the counter that stands; None where nobody counted it."""
        first = next(iter(self.counters.values()), None)
        return None if first is None else first.sum(figure)

    def tree(self, depth: int | None = None) -> tuple[Node, ...]:
        """Every module down to that depth, with all that it and its children hold."""
        return tree(self.own, depth)

    @property
    def own(self) -> tuple[Node, ...]:
        """Every module, or where none was built every layer, with what is its own."""
        if self.modules or not self.layers:
            return self.modules
        return tuple(layer_nodes(self.layers, str(self.subject)))


@dataclass(frozen=True, kw_only=True)
class ClosedForm(Result):
    """What has a closed form, counted by it, and by whoever else was asked."""

    subject: Block | Network

    compared = ("params", "macs", "activations")

    @property
    def input(self) -> Shape:
        """Shape of the input."""
        return self.inputs[0].dimensions

    @property
    def output(self) -> Shape:
        """Shape of the output."""
        return self.layers[-1].output

    @property
    def params(self) -> Params:
        """Parameters in each scope."""
        return scopes.params(self.layers)

    @property
    def macs(self) -> Operations:
        """Multiply-accumulates in each scope [MACs]."""
        return scopes.macs(self.layers)

    @property
    def flops(self) -> Operations:
        """Floating-point operations in each scope [FLOPs], 2 × MACs."""
        return Operations(main=2 * self.macs.main, block=2 * self.macs.block)

    @property
    def activations(self) -> int:
        """Output elements of all convolutions and matrix products [elements]."""
        return scopes.activations(self.layers)

    @property
    def relus(self) -> int:
        """ReLUs that one forward pass goes through."""
        return scopes.relus(self.layers)


@dataclass(frozen=True, kw_only=True)
class Count(ClosedForm):
    """A block counted: by closed form, and by whoever else was asked."""

    subject: Block

    @property
    def block(self) -> Block:
        """What was counted; its text is the spec."""
        return self.subject

    @property
    def receptive_field(self) -> Sides:
        """What an element of the output depends on [pixels]: a number, or height and width."""
        return by_axis(axis.size for axis in fields(self.layers))

    @property
    def effective_stride(self) -> Sides:
        """From one element of the output to the next, in the input [pixels]; text below 1."""
        return by_axis(axis.stride for axis in fields(self.layers))


@dataclass(frozen=True, kw_only=True)
class ModelCount(Result):
    """A model counted, by torch's dispatcher, fvcore, or both.

    Attributes:
        call: all that its forward was given, as text, constants too.
        part: the module whose figures these are, of the whole that was run; all where it is empty.
    """

    subject: str
    parameters: Parameters
    call: str = ""
    part: str = ""

    compared = ("macs",)

    @property
    def target(self) -> str:
        """What was counted, as the user wrote it."""
        return self.subject

    @property
    def params(self) -> Parameters:
        """What it holds."""
        return self.parameters

    @property
    def macs(self) -> int | None:
        """Multiply-accumulates of one forward pass [MACs]; None where it was not run."""
        return self.total("macs")

    @property
    def flops(self) -> int | None:
        """Floating-point operations of one forward pass [FLOPs], 2 × MACs."""
        return None if self.macs is None else 2 * self.macs

    @property
    def activations(self) -> int | None:
        """Output elements of all convolutions and matrix products [elements]."""
        return self.total("activations")

    @property
    def remarks(self) -> tuple[str, ...]:
        """All that has to be said beside the figures, a sentence each; begins with the notes."""
        return tuple(self.to_dict()["notes"])


@dataclass(frozen=True, kw_only=True)
class OwnCount(ModelCount):
    """A block of the user's own counted, which has no closed form.

    Attributes:
        block: what was counted; its text is as ``--block`` takes it.
    """

    block: OwnBlock

    @property
    def input(self) -> Shape:
        """Shape of the input."""
        return self.inputs[0].dimensions

    @property
    def output(self) -> Shape | None:
        """Shape of the output; None where it is not one tensor."""
        return next((counted.output for counted in self.others.values()), None)


AnyCount = Count | OwnCount
"""A block counted, of a family or of the user's own."""
