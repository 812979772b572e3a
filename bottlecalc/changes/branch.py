"""The modules of a count as a tree, each with what it is joined to in the other tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from bottlecalc.layers.counted import Node


@dataclass(eq=False)
class Branch:
    """A module in its tree.

    Attributes:
        node: with what is its own.
        above: what it is inside of; None for the whole.
        children: in order.
        likeness: the same number for what is alike, with all that is inside: types and figures.
        has_costs: whether anything in it costs anything.
        partner: what it is joined to, or None.
    """

    node: Node
    above: Branch | None = None
    children: list[Branch] = field(default_factory=list)
    likeness: int = 0
    has_costs: bool = False
    partner: Branch | None = None

    @property
    def label(self) -> str:
        """Its name within what it is inside of."""
        return self.node.name.rpartition(".")[2]

    @property
    def is_free(self) -> bool:
        """Whether it is joined to nothing yet."""
        return self.partner is None

    def own(self) -> tuple[Any, ...]:
        """Its type and own figures."""
        node = self.node
        return node.type, node.params, node.trainable, node.macs, node.activations


def planted(nodes: Iterable[Node]) -> list[Branch]:
    """The tree of these modules, parents first; a parent that is missing costs nothing."""
    branches: dict[str, Branch] = {}
    for node in (_empty(""), *nodes):
        for name in _missing(node.name, branches):
            _plant(_empty(name), branches)
        if node.name in branches:
            branches[node.name].node = node
        else:
            _plant(node, branches)
    return list(branches.values())


def liken(*trees: list[Branch]) -> None:
    """Number what is alike, within a tree and between trees."""
    numbers: dict[Any, int] = {}
    fresh = count()
    for tree in trees:
        for branch in reversed(tree):  # children first
            inside = tuple(child.likeness for child in branch.children)
            key = (*branch.own(), inside)
            branch.likeness = numbers.setdefault(key, next(fresh))
            costs = any(branch.own()[1:])
            branch.has_costs = costs or any(child.has_costs for child in branch.children)


def _plant(node: Node, branches: dict[str, Branch]) -> None:
    above = branches[node.name.rpartition(".")[0]] if node.name else None
    branches[node.name] = Branch(node, above)
    if above:
        above.children.append(branches[node.name])


def _missing(name: str, branches: dict[str, Branch]) -> list[str]:
    """The parents of a name that are not there, the outermost first."""
    return [above for above in reversed([*_above(name)]) if above not in branches]


def _above(name: str) -> Iterator[str]:
    while name:
        name = name.rpartition(".")[0]
        yield name


def _empty(name: str) -> Node:
    return Node(name=name, type="", params=0, macs=0, activations=0, trainable=0)
