"""The table of closed forms, and the inputs that they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from bottlecalc import BlockError, Plain, count
from bottlecalc.formulas.formula import Formula
from bottlecalc.formulas.vocabulary import pointwise


@pytest.mark.parametrize(
    ("size", "name"),
    [((0, 4), "height"), ((4, -1), "width"), ((4.0, 4), "height"), ((4, True), "width")],
)
def test_wrong_sizes_are_refused(size: Any, name: str) -> None:
    with pytest.raises(BlockError, match=rf"^{name} = \S+; give a whole number of at least 1$"):
        count(Plain(3, 4), size)


def test_a_wrong_batch_is_refused() -> None:
    with pytest.raises(BlockError, match=r"^batch = 0; give a whole number of at least 1$"):
        count(Plain(3, 4), (5, 5), batch=0)
    assert count(Plain(3, 4), (1, 1), batch=1).input == (1, 3, 1, 1)


def test_a_family_that_names_no_cases_has_one_that_always_holds() -> None:
    def layers(block: Plain, x: Any, case: str) -> Any:
        return (pointwise(case, x, block.out_channels),)

    (layer,) = Formula(layers=layers)(Plain(3, 4), (1, 3, 5, 5))
    assert (layer.name, layer.params) == ("always", 12)
