"""Random trees of modules, and what a change of a model makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from bottlecalc.layers.counted import Node

TYPES = ("Conv2d", "BatchNorm2d", "Linear", "ReLU", "Sequential", "Block")
NAMES = ("conv", "bn", "fc", "act", "0", "1", "2", "layer", "skip", "a-b")


def node(name: str, type_: str = "Linear", params: int = 0, macs: int | None = 0) -> Node:
    """A module with these costs of its own; as many activations as MACs."""
    return Node(
        name=name, type=type_, params=params, macs=macs, activations=macs, trainable=params
    )  # fmt: skip


def random_tree(random: Random) -> tuple[Node, ...]:
    """Parents before children, names one and only."""
    return tuple(_below(random, "", 3, random.random() < 0.9))


def _below(random: Random, name: str, depth: int, is_run: bool) -> Iterator[Node]:
    macs = random.choice((0, 7, 10**6)) if is_run else None
    yield node(name, random.choice(TYPES), random.choice((0, 0, 5, 64, 10**20)), macs)
    if depth:
        for label in random.sample(NAMES, random.choice((0, 1, 2, 4))):
            yield from _below(random, f"{name}.{label}" if name else label, depth - 1, is_run)


def changed(random: Random, tree: tuple[Node, ...]) -> tuple[Node, ...]:
    """What some steps of work on a model may make of it."""
    nodes = list(tree)
    for _ in range(random.randint(0, 4)):
        random.choice((_grow, _rename, _remove, _retype, _wrap))(random, nodes)
    return tuple(nodes)


def _grow(random: Random, nodes: list[Node]) -> None:
    place = random.randrange(len(nodes))
    nodes[place] = replace(nodes[place], params=nodes[place].params + random.randint(1, 9))


def _retype(random: Random, nodes: list[Node]) -> None:
    place = random.randrange(len(nodes))
    nodes[place] = replace(nodes[place], type=random.choice(TYPES))


def _rename(random: Random, nodes: list[Node]) -> None:
    name = random.choice(nodes).name
    if name:
        above, dot, _ = name.rpartition(".")
        _move(nodes, name, f"{above}{dot}new{random.randint(0, 99)}")


def _wrap(random: Random, nodes: list[Node]) -> None:
    """All but the whole itself in another module."""
    inner = f"backbone{random.randint(0, 99)}"
    if all(not one.name.startswith(inner) for one in nodes):
        whole = nodes[0]
        moved = [replace(one, name=f"{inner}.{one.name}".rstrip(".")) for one in nodes]
        nodes[:] = [replace(whole, params=0, macs=0 if whole.macs is not None else None), *moved]


def _remove(random: Random, nodes: list[Node]) -> None:
    name = random.choice(nodes).name
    if name:
        nodes[:] = [one for one in nodes if not f"{one.name}.".startswith(f"{name}.")]


def _move(nodes: list[Node], name: str, new: str) -> None:
    if any(f"{one.name}.".startswith(f"{new}.") for one in nodes):
        return
    for place, one in enumerate(nodes):
        if f"{one.name}.".startswith(f"{name}."):
            nodes[place] = replace(one, name=new + one.name[len(name) :])
