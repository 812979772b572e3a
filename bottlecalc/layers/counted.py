"""What one counter found in a block or a model, and the tree that its modules make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from bottlecalc.layers.count import ByLayer, Figure
from bottlecalc.layers.layer import Layer
from bottlecalc.layers.ops import Shape


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What one counter found, each figure by layer and each layer's own.

    Attributes:
        figures: by name, of every layer.
        version: of the library that counted; empty for a closed form.
        total: what the library itself calls its total, by layer; empty where it has none.
        uncalled: layers that the forward pass never called.
        unsupported: operators that it met and does not count, and how often.
        free: operators that it met and that are no MACs by the convention, and how often.
        deciding: operators by which values decide what else is run, and how often.
        remarks: how it counted what is not counted as usual, a sentence each.
        output: shape of what came out, where that is one tensor and the counter saw it.
    """

    figures: Mapping[Figure, ByLayer]
    version: str = ""
    total: ByLayer = field(default_factory=dict)
    uncalled: tuple[str, ...] = ()
    unsupported: Mapping[str, int] = field(default_factory=dict)
    free: Mapping[str, int] = field(default_factory=dict)
    deciding: Mapping[str, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    output: Shape | None = None

    def sum(self, figure: Figure) -> int:
        """A figure of all layers."""
        return sum(self.figures[figure].values())

    def part(self, name: str) -> Counted:
        """The same of one module, with all inside of it."""
        figures = {figure: within(by_layer, name) for figure, by_layer in self.figures.items()}
        return replace(self, figures=figures, total=within(self.total, name), output=None)


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """What a model holds, each parameter and buffer counted once however often it is used.

    Attributes:
        total: all parameters [parameters].
        trainable: those that require gradients [parameters].
        frozen: those that do not [parameters].
        buffers: elements of buffers, such as running statistics; no parameters [elements].
        bytes: of all parameters, each in its own dtype [bytes].
    """

    total: int
    trainable: int
    frozen: int
    buffers: int
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Node:
    """One module of a model, or layer of a block.

    Attributes:
        name: in the model, ``layer1.0.conv1``; empty for the model itself.
        type: the name of its class, or what the layer is.
        params: [parameters].
        macs: [MACs], None where the model was not run.
        activations: output elements of convolutions and matrix products [elements], or None.
        trainable: parameters that require gradients [parameters].
    """

    name: str
    type: str
    params: int
    macs: int | None
    activations: int | None
    trainable: int

    @property
    def depth(self) -> int:
        """How many modules it is inside of."""
        return self.name.count(".") + bool(self.name)


def is_inside(name: str, part: str) -> bool:
    """Whether a module is that part of the whole, or inside of it."""
    return f"{name}.".startswith(f"{part}.")


def within(by_layer: ByLayer, part: str) -> ByLayer:
    """What of a figure is that part's, or inside of it."""
    return {name: figure for name, figure in by_layer.items() if is_inside(name, part)}


def tree(nodes: Iterable[Node], depth: int | None = None) -> tuple[Node, ...]:
    """Every node down to that depth, with all that it and its children hold.

    Args:
        nodes: each with what is its own, the whole one first, parents before children.
        depth: how far down; all the way where it is None.
    """
    sums: dict[str, Node] = {}
    for node in nodes:
        parts = node.name.split(".") if node.name else []
        sums[node.name] = node
        for end in range(len(parts)):
            if above := sums.get(".".join(parts[:end])):  # of a part nothing is above
                sums[above.name] = _plus(above, node)
    first = next((node.depth for node in sums.values()), 0)
    return tuple(node for node in sums.values() if depth is None or node.depth <= first + depth)


def layer_nodes(layers: Iterable[Layer], kind: str) -> Iterator[Node]:
    """The nodes of a block that was counted by closed form; ``kind`` is what the block is."""
    names = set[str]()
    for layer in layers:
        parts = layer.name.split(".")
        for end in range(len(parts)):
            name = ".".join(parts[:end])
            if name not in names:
                names.add(name)
                what = parts[end - 1] if end else kind
                yield Node(name=name, type=what, params=0, macs=0, activations=0, trainable=0)
        yield Node(
            name=layer.name,
            type=layer.op.label,
            params=layer.params,
            macs=layer.macs,
            activations=layer.activations,
            trainable=layer.params,
        )


def _plus(node: Node, inside: Node) -> Node:
    return replace(
        node,
        params=node.params + inside.params,
        trainable=node.trainable + inside.trainable,
        macs=None if node.macs is None else node.macs + (inside.macs or 0),
        activations=None
        if node.activations is None
        else node.activations + (inside.activations or 0),
    )
