"""Each rule says what torch's own kernel for the meta device puts out, and nothing where it raises."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor

from bottlecalc.models.meta.known import RULES, known_output
from tests.models.meta_operands import Given, operands


def operator(name: str) -> Any:
    """By its name, or None where this torch has no such operator."""
    library, packet, overload = name.split(".")
    return getattr(getattr(getattr(torch.ops, library), packet, None), overload, None)


OPERATORS = [name for name in RULES if operator(name) is not None]


def described(out: Any) -> Any:
    """Shape, dtype and strides, but of axes that have one place only."""
    if not isinstance(out, Tensor):
        return [described(one) for one in out]
    sides = zip(out.shape, out.stride(), strict=True)
    return tuple(out.shape), out.dtype, [step for side, step in sides if side > 1]


def check(name: str, given: Given) -> bool:
    """Whether the rule says anything, and that it is what torch says."""
    found = known_output(operator(name), given.args, given.kwargs)
    if found is None:
        return False
    expected = operator(name)(*given.args, **given.kwargs)
    assert described(found) == described(expected)
    if expected is given.args[0]:
        assert found is given.args[0]
    return True


def test_what_there_is_of_them_is_found() -> None:
    assert len(OPERATORS) > 150


@pytest.mark.parametrize("name", OPERATORS)
@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_rule_says_what_torch_says(name: str, data: st.DataObject) -> None:
    check(name, data.draw(operands(name)))
