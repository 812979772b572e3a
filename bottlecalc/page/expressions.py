"""The closed forms of the page's blocks as data: expressions over the keys of their specs.

A browser evaluates them and knows no formula of its own. An expression is a number, a name, or a
sign and what it stands between: ``["*", 9, ["*", "in", "out"]]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bottlecalc.blocks.families import FAMILIES
from bottlecalc.blocks.residual import Residual
from bottlecalc.blocks.spec import Block, Rule, keys
from bottlecalc.errors import SPECS, worded
from bottlecalc.explore.figures import INPUT
from bottlecalc.formulas.families import formula
from bottlecalc.layers.activation import Activation
from bottlecalc.layers.count import CONVOLUTIONS, FIGURES, MAIN, totals
from bottlecalc.layers.expression import Expression
from bottlecalc.layers.joins import Add
from bottlecalc.layers.layer import Layer
from bottlecalc.layers.ops import Conv
from bottlecalc.layers.receptive import Field, along

KINDS: Mapping[str, tuple[str, ...]] = {
    "plain": ("in", "out", "stride"),
    "basic": ("in", "out", "stride"),
    "bottleneck": ("in", "out", "mid", "groups", "stride"),
    "inverted": ("in", "out", "expand", "stride"),
}
"""The families of the page, and the keys of each that it has controls for."""

Data = Any
"""What JSON can hold."""


def encoded(value: Any) -> Data:
    """An expression, or numbers and truths as they are."""
    if not isinstance(value, Expression):
        return value
    return [value.sign, *map(encoded, value.operands)] if value.operands else value.sign


def families() -> dict[str, Data]:
    """What the page has to know of each of its families."""
    return {name: _family(FAMILIES[name], names) for name, names in KINDS.items()}


def _family(family: type[Block], names: Sequence[str]) -> Data:
    closed_form = formula(family)
    block: Any = family.unchecked({name: Expression(name) for name in names})
    follows = {
        name: encoded(value(_without(family, names, name)))
        for name, value in closed_form.follows.items()
        if name in names
    }
    return {
        "keys": list(names),
        "usual": {
            name: field.default
            for name, field in keys(family).items()
            if name in names and isinstance(field.default, int)
        },
        "follows": follows,
        "rules": {name: rules(family, names, name) for name in ("", *follows)},
        "cases": [
            _case(block, closed_form.layers(block, _input(block), case.name), case.holds(block))
            for case in closed_form.cases
            if case.holds(block) is not False
        ],
    }


def _input(block: Any) -> Any:
    batch, height, width = map(Expression, INPUT)
    return batch, block.in_channels, height, width


def _without(family: type[Block], names: Sequence[str], missing: str) -> Any:
    return family.unchecked({name: Expression(name) for name in names if name != missing})


def rules(family: type[Block], names: Sequence[str], missing: str = "") -> list[Data]:
    """What a block of the page may not be, where a key is left out; with the family's sentence.

    A sentence has the keys in braces: ``groups = {groups} does not divide …``.
    """
    spoken = family.unchecked({name: _Name(f"{{{name}}}") for name in names if name != missing})
    block = _without(family, names, missing)
    broken = ((rule, rule.broken(block)) for rule in family.RULES)
    return [
        {"key": rule.key, "broken": encoded(one), "sentence": _sentence(rule, spoken)}
        for rule, one in broken
        if one is not False
    ]


class _Name(str):
    """A key's value in a sentence, of which a rule may say a part."""

    __slots__ = ()

    def __floordiv__(self, other: int) -> str:
        return f"{self} // {other}"


def _sentence(rule: Rule, block: Block) -> str:
    return worded(rule.sentence(block), SPECS._replace(remedy=lambda name: f"{name}=N"))


def _case(block: Any, layers: Sequence[Layer], holds: Any) -> Data:
    main = (layer for layer in layers if layer.branch in ("main", "after"))
    seen = along(main, (Field(1, 1), Field(1, 1)))  # type: ignore[arg-type]  # whole, not fractions
    return {
        "holds": encoded(holds),
        "adds": isinstance(block, Residual) or any(isinstance(one.op, Add) for one in layers),
        "layers": [_layer(layer) for layer in layers if not isinstance(layer.op, Add)],
        "figures": {name: encoded(value) for name, value in figures(layers).items()},
        "field": [encoded(axis.size) for axis in seen],
    }


def _layer(layer: Layer) -> Data:
    said = {name: encoded(count(layer)) for name, count in FIGURES.items()}
    return {
        "name": layer.name,
        "branch": layer.branch,
        "kind": _kind(layer),
        "in": encoded(layer.in_channels),
        "out": encoded(layer.out_channels),
        "factors": list(map(encoded, layer.factors)),
        "positions": list(map(encoded, layer.positions)),
        "sides": list(map(encoded, layer.sides)),
        **said,
        **_settings(layer),
    }


def _kind(layer: Layer) -> str:
    """What it is, of which the page's words are; an activation is its function."""
    if isinstance(layer.op, Conv):
        return "conv"
    return layer.op.function if isinstance(layer.op, Activation) else layer.op.label


def _settings(layer: Layer) -> Data:
    if not isinstance(layer.op, Conv):
        return {}
    kernel, stride, groups = layer.op.kernel, layer.op.stride, layer.op.groups
    return {"kernel": list(kernel), "stride": encoded(stride), "groups": encoded(groups)}


def figures(layers: Sequence[Layer]) -> dict[str, Any]:
    """Every figure in every scope, by names such as ``params_main``.

    MACs and stored outputs of the scope ``convs`` are sums by branch, as its parameters are.
    """
    found = {name: one for name, one in totals(layers).items() if not name.startswith("flops")}
    found["activations_block"] = found.pop("activations")
    found["activations_main"] = _sum(layers, "activations", MAIN)
    for figure in ("macs", "activations"):
        found[f"{figure}_convs"] = _sum(layers, figure, CONVOLUTIONS)
    return found


def _sum(layers: Iterable[Layer], figure: str, branches: Sequence[str]) -> Any:
    count: Any = FIGURES[figure]  # type: ignore[index]  # a Figure each
    return sum(count(one) for one in layers if one.branch in branches and one.op.multiplies)
