"""The modules that changed as rows: by where they are, most first, and as many as are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bottlecalc.changes.diff import COSTS, Cost, ModuleChange, ModuleStatus, above
from bottlecalc.render.words import renaming

MOST_GROUPS = 8
"""So many places have rows."""

MOST_INSIDE = 3
"""So many modules in each, where there are several places; alone it has all of MOST_ALONE."""

MOST_ALONE = 12
MARKS: dict[ModuleStatus, str] = {"added": "+", "removed": "-", "changed": "~", "renamed": "→"}

Growth = tuple[int | None, ...]


class Row(NamedTuple):
    """A row of what changed.

    Attributes:
        mark: of its status; empty for a place that holds several.
        name: what it is called, and what it was; empty for what is left.
        aside: what else there is to say of it.
        growth: of its parameters, MACs and activations; None where nobody counted them.
        is_inside: of the place above it.
    """

    mark: str
    name: str
    aside: str
    growth: Growth
    is_inside: bool = False


class Unit(NamedTuple):
    """A module that changed, with all that came or went with it.

    Attributes:
        module: the outermost.
        growth: of all.
        inside: how many more they are.
    """

    module: ModuleChange
    growth: Growth
    inside: int

    @property
    def has_costs(self) -> bool:
        """Whether any figure changed."""
        return any(self.growth)

    @property
    def weight(self) -> tuple[int, ...]:
        """By how much it changed, parameters first."""
        return tuple(abs(grown or 0) for grown in self.growth)


def rows(modules: Sequence[ModuleChange]) -> Iterator[Row]:
    """The places whose figures changed, most first, and then what was only renamed or retyped."""
    every = _units(modules)
    groups = sorted(_grouped([unit for unit in every if unit.has_costs]).items(), key=_weight)
    most = MOST_INSIDE if len(groups) > 1 else MOST_ALONE
    for place, inside in groups[:MOST_GROUPS]:
        yield from _group(place, inside, most)
    if rest := [unit for _, inside in groups[MOST_GROUPS:] for unit in inside]:
        yield Row("", "", f"… and {len(rest):,} more", _growth(rest))
    yield from _others([unit for unit in every if not unit.has_costs])


def _units(modules: Sequence[ModuleChange]) -> list[Unit]:
    """What was added or removed as a whole is one of them."""
    known = {(module.status, module.place): module for module in modules}
    inside: dict[int, list[ModuleChange]] = {}
    for module in modules:
        outermost = module
        if module.status in ("added", "removed"):
            for place in above(module.place):
                outermost = known.get((module.status, place), outermost)
        inside.setdefault(id(outermost), []).append(module)
    tops = (module for module in modules if id(module) in inside)
    return [Unit(top, _sums(inside[id(top)]), len(inside[id(top)]) - 1) for top in tops]


def _group(place: str, inside: Sequence[Unit], most: int) -> Iterator[Row]:
    """A place with the sum of what changed in it, and what in it changed most."""
    if len(inside) == 1:
        yield _row(inside[0])
        return
    yield Row("", place or "(all)", "", _growth(inside))
    listed = sorted(inside, key=lambda unit: unit.weight, reverse=True)
    for unit in listed[:most]:
        yield _row(unit)._replace(is_inside=True)
    if rest := listed[most:]:
        yield Row("", "", f"… and {len(rest):,} more", _growth(rest), True)


def _row(unit: Unit) -> Row:
    module = unit.module
    was = (module.before_name if module.status == "renamed" else module.name) or ""
    name = renaming(was or "(its own)", module.name or "(its own)")
    asides = [_type(module), f"{unit.inside:,} inside" if unit.inside else ""]
    aside = ", ".join(filter(None, asides))
    return Row(MARKS[module.status], name, f"({aside})" if aside else "", unit.growth)


def _type(module: ModuleChange) -> str:
    """Of what is new or gone; and of what there is, where that changed."""
    if module.status in ("added", "removed"):
        return module.type if module.type != module.name.rpartition(".")[2] else ""
    is_other = module.before_type and module.before_type != module.type and module.name
    named = {module.type, module.name.rpartition(".")[2]}
    return f"{module.before_type} → {module.type}" if is_other and len(named) > 1 else ""


def _grouped(units: Sequence[Unit]) -> dict[str, list[Unit]]:
    """By the innermost places that are few enough."""
    depths = range(max((len(_inside(unit)) for unit in units), default=0), 0, -1)
    for depth in depths:
        groups = _at(units, depth)
        if len(groups) <= MOST_GROUPS:
            return groups
    return _at(units, 1)


def _at(units: Sequence[Unit], depth: int) -> dict[str, list[Unit]]:
    groups: dict[str, list[Unit]] = {}
    for unit in units:
        places = _inside(unit)
        groups.setdefault(places[min(depth, len(places)) - 1], []).append(unit)
    return groups


def _inside(unit: Unit) -> list[str]:
    """What a module is inside of, the outermost first, the whole left out; at its top itself."""
    _, *places = above(unit.module.place)
    return [place for place in reversed(places) if place] or [unit.module.place]


def _weight(group: tuple[str, Sequence[Unit]]) -> tuple[int, ...]:
    """What sorts the places that changed most first."""
    return tuple(-abs(grown or 0) for grown in _growth(group[1]))


def _growth(units: Sequence[Unit]) -> Growth:
    return tuple(map(_known, zip(*(unit.growth for unit in units), strict=True)))


def _sums(modules: Sequence[ModuleChange]) -> Growth:
    return tuple(_sum(modules, cost) for cost in COSTS)


def _sum(modules: Sequence[ModuleChange], cost: Cost) -> int | None:
    return _known([module.figures[cost].change for module in modules])


def _known(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _others(units: Sequence[Unit]) -> Iterator[Row]:
    """What costs what it did: renamed, of another type, or of no costs of its own."""
    moved = {(unit.module.before_name, unit.module.name) for unit in units}
    renamed = [unit for unit in units if _is_renamed_itself(unit.module, moved)]
    nothing = (0,) * len(COSTS)
    for unit in renamed[:MOST_GROUPS]:
        place = f"{unit.module.place}."
        within = sum(1 for one in units if one.module.place.startswith(place))
        aside = f"({within:,} inside)" if within else ""
        yield _row(unit)._replace(aside=aside, growth=nothing)
    left = [*renamed[MOST_GROUPS:], *(unit for unit in units if unit.module.status != "renamed")]
    if left:
        yield Row("", "", f"… and {len(left):,} more at no change in cost", nothing)


def _is_renamed_itself(module: ModuleChange, moved: set[tuple[str | None, str]]) -> bool:
    """Whether its own name changed, and not only that of what it is inside of."""
    if module.status != "renamed" or module.before_name is None:
        return False
    one, _, own = module.before_name.rpartition(".")
    other, _, now = module.name.rpartition(".")
    return own != now or (one, other) not in moved
