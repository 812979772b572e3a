"""Two trees of modules joined: by name, and what was renamed by what it is and where it is."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import zip_longest

from bottlecalc.changes.branch import Branch
from bottlecalc.changes.sequence import common

Pair = tuple[Branch, Branch]
Key = Callable[[Branch], Hashable]


def join(before: Sequence[Branch], after: Sequence[Branch]) -> None:
    """Join each module to what it was.

    First the wholes, and from above what is inside of both. Then what stands elsewhere and is
    alike with all inside of it, and what that is inside of. What is left is joined where it is in
    the same place, and something of its kind.
    """
    _spread(before[0], after[0])
    for one, other in _moved(before, after):
        _spread(one, other)
        _climb(one, other)
    for one in before:  # parents first: what is joined here is gone through in its turn
        if one.partner:
            for pair in _in_place(one, one.partner, (_kind, _container)):
                _spread(*pair)


def _spread(one: Branch, other: Branch) -> None:
    """Join two, and what is inside of them."""
    waiting = deque([(one, other)])
    _tie(one, other)
    while waiting:
        for pair in _inside(*waiting.popleft()):
            _tie(*pair)  # before the next pair is looked for
            waiting.append(pair)


def _tie(one: Branch, other: Branch) -> None:
    one.partner, other.partner = other, one


def _climb(one: Branch, other: Branch) -> None:
    """Join what both are inside of, while that is joined to nothing and is the same."""
    while (above := one.above) and (beside := other.above):
        alike = above.node.type == beside.node.type or above.label == beside.label
        if not (above.is_free and beside.is_free and alike):
            return
        _spread(above, beside)
        one, other = above, beside


def _moved(before: Iterable[Branch], after: Iterable[Branch]) -> Iterator[Pair]:
    """What is alike, with costs, and in different places; what contains others first."""
    there: dict[int, deque[Branch]] = defaultdict(deque)
    for branch in after:
        if branch.is_free and branch.has_costs:
            there[branch.likeness].append(branch)
    for branch in before:
        if branch.is_free:  # as the pairs before this one left it
            found = there[branch.likeness]
            while found and not found[0].is_free:
                found.popleft()
            if found:
                yield branch, found.popleft()


def _inside(one: Branch, other: Branch) -> Iterator[Pair]:
    """Pairs among what is inside of two that are joined; each is tied before the next is sought."""
    before, after = _free(one), _free(other)
    if _is_shifted(before, after):
        yield from _shifted(before, after)
        return
    names = {branch.label: branch for branch in after}
    yield from ((branch, names[branch.label]) for branch in before if branch.label in names)
    yield from _alike(_free(one), _free(other))
    yield from _in_place(one, other, (_build,))


def _free(branch: Branch) -> list[Branch]:
    """What is inside of it and joined to nothing."""
    return [child for child in branch.children if child.is_free]


def _is_shifted(before: Sequence[Branch], after: Sequence[Branch]) -> bool:
    """Whether both are sequences, whose numbers say where and not what, and not of like things."""
    if not all(branch.label.isdecimal() for branch in (*before, *after)):
        return False
    pairs = zip_longest(before, after)
    return any(not one or not other or one.node.type != other.node.type for one, other in pairs)


def _shifted(before: Sequence[Branch], after: Sequence[Branch]) -> list[Pair]:
    """Pairs of two sequences: what is alike first, unless that leaves more over.

    Where many are alike and some of them grew, holding on to the former would tear these apart.
    """
    ways = ((_likeness, _kind, _label), (_kind, _label))
    found = [[*_aligned(before, after, keys)] for keys in ways]
    return max(found, key=len)  # of as many the first, in which as much as can be is alike


def _alike(before: Sequence[Branch], after: Sequence[Branch]) -> Iterator[Pair]:
    """Pairs of the same type and figures, with all inside, in order."""
    there: dict[int, deque[Branch]] = defaultdict(deque)
    for branch in after:
        there[branch.likeness].append(branch)
    for branch in before:
        if there[branch.likeness]:
            yield branch, there[branch.likeness].popleft()


def _in_place(one: Branch, other: Branch, keys: Sequence[Key]) -> Iterator[Pair]:
    """Pairs of what is left between the same neighbours."""
    there = _gaps(other.children)
    for place, gap in _gaps(one.children).items():
        yield from _aligned(gap, there.get(place, []), keys)


def _gaps(branches: Iterable[Branch]) -> dict[frozenset[int], list[Branch]]:
    """What is joined to nothing, by the neighbour before it that is, in either tree."""
    gaps: dict[frozenset[int], list[Branch]] = defaultdict(list)
    place = frozenset[int]()
    for branch in branches:
        if branch.partner:
            place = frozenset((id(branch), id(branch.partner)))
        else:
            gaps[place].append(branch)
    return gaps


def _likeness(branch: Branch) -> Hashable:
    return branch.likeness


def _build(branch: Branch) -> Hashable:
    """Its type, and the names of what is inside."""
    return branch.node.type, *(child.label for child in branch.children)


def _kind(branch: Branch) -> Hashable:
    return branch.node.type, bool(branch.children)


def _label(branch: Branch) -> Hashable:
    return branch.label


def _container(branch: Branch) -> Hashable:
    """The same for all that contain something: what has nothing inside is known by its type."""
    return True if branch.children else id(branch)


def _aligned(
    before: Sequence[Branch], after: Sequence[Branch], keys: Sequence[Key]
) -> Iterator[Pair]:
    """Pairs in order with the same first key, and between these by the next."""
    if not (before and after and keys):
        return
    key, *others = keys
    here = there = 0
    for first, second in common([*map(key, before)], [*map(key, after)]):
        yield from _aligned(before[here:first], after[there:second], others)
        yield before[first], after[second]
        here, there = first + 1, second + 1
    yield from _aligned(before[here:], after[there:], others)
