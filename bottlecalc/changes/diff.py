"""Two counts held beside each other: what changed in all, and module by module."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from bottlecalc.changes.branch import Branch, liken, planted
from bottlecalc.changes.join import join
from bottlecalc.layers.count import Counter
from bottlecalc.layers.counted import Node
from bottlecalc.text.display import Displayed

ModuleStatus = Literal["added", "removed", "changed", "renamed"]
Cost = Literal["params", "macs", "activations"]
COSTS: tuple[Cost, ...] = ("params", "macs", "activations")


@dataclass(frozen=True)
class Change:
    """A figure before and after; None where nobody counted it.

    >>> Change(5, 7).change
    2
    """

    before: int | None
    after: int | None

    @property
    def change(self) -> int | None:
        """By how much it grew, or None."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before


@dataclass(frozen=True, kw_only=True)
class ModuleChange:
    """A module that is not as it was, with what is its own.

    Attributes:
        name: what it is called now; of one that was removed, what it was called.
        before_name: what it was called; None where there was none.
        status: ``added``, ``removed``, ``changed`` in its figures or its type, or ``renamed``
            (whatever else changed).
        type: the name of its class, or what the layer is.
        before_type: what that was, or None.
        figures: parameters, MACs and activations of its own, before and after.
        place: its name in the tree of what there is now, where something removed was too.
    """

    name: str
    before_name: str | None
    status: ModuleStatus
    type: str
    before_type: str | None
    figures: Mapping[Cost, Change]
    place: str

    @property
    def has_costs(self) -> bool:
        """Whether any figure changed."""
        return any(figure.change for figure in self.figures.values())


@dataclass(frozen=True, kw_only=True)
class Side:
    """What is held against another.

    Attributes:
        name: what was counted, as it was named.
        input: that it was counted on, as text; empty where it was not run.
        nodes: its modules, each with what is its own.
        bytes: of all parameters, or None where that is not known [bytes].
        depth: how far down its modules are told; None for all the way.
        versions: of the libraries that counted.
        notes: how it was counted, a sentence each.
    """

    name: str
    input: str
    nodes: tuple[Node, ...]
    bytes: int | None = None
    depth: int | None = None
    versions: Mapping[Counter, str]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Diff(Displayed):
    """Two counts, and what differs between them.

    Attributes:
        before: one count.
        after: the other.
        figures: of the wholes: ``params``, ``macs``, ``activations`` and ``bytes``.
        modules: that are not as they were; the changes of all of them add up to those of the
            wholes.
        notes: what has to be said beside, a sentence each.
    """

    before: Side
    after: Side
    figures: Mapping[str, Change]
    modules: tuple[ModuleChange, ...]
    notes: tuple[str, ...] = ()

    @property
    def versions(self) -> dict[Counter, str]:
        """Of the libraries that counted."""
        return {**self.before.versions, **self.after.versions}

    @cached_property
    def sums(self) -> Mapping[str, Mapping[Cost, int]]:
        """By how much all grew that is inside of each module, itself included."""
        found: dict[str, dict[Cost, int]] = {}
        for module in self.modules:
            for place in above(module.place):
                here = found.setdefault(place, dict.fromkeys(COSTS, 0))
                for cost, figure in module.figures.items():
                    here[cost] += figure.change or 0
        return found


def diff_sides(before: Side, after: Side) -> Diff:
    """What differs between two counts."""
    depth = min((s.depth for s in (before, after) if s.depth is not None), default=None)
    one, other = ([*folded(side.nodes, depth)] for side in (before, after))
    figures: dict[str, Change] = {c: Change(_total(one, c), _total(other, c)) for c in COSTS}
    return Diff(
        before=before,
        after=after,
        figures={**figures, "bytes": Change(before.bytes, after.bytes)},
        modules=changes(one, other),
        notes=(*_notes(before, after), *_cut(before, after, depth)),
    )


def changes(before: Sequence[Node], after: Sequence[Node]) -> tuple[ModuleChange, ...]:
    """The modules that are not as they were, in the order of the tree; removed ones last.

    Args:
        before: each with what is its own; without types where nothing says them.
        after: likewise.
    """
    one, other = (planted(side) for side in _leveled(before, after))
    liken(one, other)
    join(one, other)
    now = [change for branch in other if (change := _now(branch))]
    gone = [_gone(branch) for branch in one if branch.is_free]
    return (*now, *gone)


def above(place: str) -> Iterator[str]:
    """A place and all that it is inside of, the whole last."""
    yield place
    while place:
        place = place.rpartition(".")[0]
        yield place


def folded(nodes: Iterable[Node], depth: int | None) -> Iterator[Node]:
    """Modules down to a depth, those below it part of what they are inside of."""
    if depth is None:
        yield from nodes
        return
    kept: dict[str, Node] = {}
    for node in nodes:
        name = ".".join(node.name.split(".")[:depth])
        kept[name] = _plus(kept[name], node) if name in kept else replace(node, name=name)
    yield from kept.values()


def _plus(one: Node, other: Node) -> Node:
    return replace(
        one, params=one.params + other.params, trainable=one.trainable + other.trainable,
        macs=_sum([one.macs, other.macs]), activations=_sum([one.activations, other.activations]),
    )  # fmt: skip


def _sum(values: Iterable[int | None]) -> int | None:
    known = [*values]
    return None if None in known else sum(value or 0 for value in known)


def _total(nodes: Iterable[Node], cost: Cost) -> int | None:
    return _sum(getattr(node, cost) for node in nodes)


def _leveled(before: Sequence[Node], after: Sequence[Node]) -> Iterator[list[Node]]:
    """Both, with no more known of one than of the other: types, MACs, activations."""
    sides = (before, after)
    unknown: dict[str, Any] = {
        cost: None for cost in COSTS if any(_total(side, cost) is None for side in sides)
    }
    if not all(any(node.type for node in side) for side in sides):
        unknown["type"] = ""
    yield from ([replace(node, **unknown) for node in side] for side in sides)


def _now(branch: Branch) -> ModuleChange | None:
    """What became of a module that is there; None where it is as it was."""
    node, was = branch.node, branch.partner.node if branch.partner else None
    if was and was.name == node.name and _same(was, node):
        return None
    return ModuleChange(
        name=node.name,
        before_name=was.name if was else None,
        status="added" if not was else "changed" if was.name == node.name else "renamed",
        type=node.type,
        before_type=was.type if was else None,
        figures=_figures(was, node),
        place=node.name,
    )


def _same(was: Node, node: Node) -> bool:
    """Whether nothing changed; of the whole the type is what it is called."""
    same = was.type == node.type or not node.name
    return same and not any(figure.change for figure in _figures(was, node).values())


def _gone(branch: Branch) -> ModuleChange:
    node = branch.node
    return ModuleChange(
        name=node.name, before_name=node.name, status="removed", type=node.type,
        before_type=node.type, figures=_figures(node, None), place=_place(branch),
    )  # fmt: skip


def _place(branch: Branch) -> str:
    """Where something would be by now, had it not been removed."""
    labels: list[str] = []
    while branch.is_free and branch.above:
        labels.append(branch.label)
        branch = branch.above
    name = branch.partner.node.name if branch.partner else ""
    return ".".join(filter(None, (name, *reversed(labels))))


def _figures(was: Node | None, node: Node | None) -> dict[Cost, Change]:
    return {cost: Change(_own(was, node, cost), _own(node, was, cost)) for cost in COSTS}


def _own(one: Node | None, other: Node | None, cost: Cost) -> int | None:
    """A figure; of what is not there nothing, where the other was counted."""
    if one is not None:
        value: int | None = getattr(one, cost)
        return value
    return None if getattr(other, cost) is None else 0


def _notes(before: Side, after: Side) -> Iterator[str]:
    if before.input != after.input:
        yield (
            f"the inputs differ, {before.input or 'none'} and {after.input or 'none'}: MACs and"
            " activations are each of their own"
        )
    for side in (before, after):
        yield from (f"{side.name}: {note}" for note in side.notes)


def _cut(before: Side, after: Side, depth: int | None) -> Iterator[str]:
    """That modules are not told all the way down, where some are deeper."""
    deepest = max((node.depth for side in (before, after) for node in side.nodes), default=0)
    if depth is not None and depth < deepest:
        whose = before.name if before.depth == depth else after.name
        yield f"modules are held together down to depth {depth}, as far as {whose} has them"
