"""A family is a spec, a formula and a module: none may be missing."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bottlecalc.blocks.residual import FAMILIES, Block
from bottlecalc.formulas import residual as formulas
from bottlecalc.formulas.residual import count, layers
from bottlecalc.modules import residual as modules
from bottlecalc.modules.residual import build


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_has_a_formula_and_a_module(name: str) -> None:
    family = FAMILIES[name]
    assert formulas.layers.dispatch(family) is not formulas.layers.dispatch(Block)
    assert modules.build.dispatch(family) is not modules.build.dispatch(Block)
    assert family(3, 8).family == name
    assert str(family(3, 8)).startswith(f"{name}:")


def test_a_family_without_them_fails_loudly() -> None:
    @dataclass(frozen=True)
    class Unfinished(Block):
        pass

    block = Unfinished(3, 8)
    with pytest.raises(NotImplementedError, match="no closed form for Unfinished"):
        layers(block, (1, 3, 4, 4))
    with pytest.raises(NotImplementedError, match="no closed form for Unfinished"):
        count(block)
    with pytest.raises(NotImplementedError, match="no module for Unfinished"):
        build(block)
