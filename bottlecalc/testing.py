"""Budgets as assertions, for pytest.

>>> from bottlecalc import Bottleneck
>>> from bottlecalc.testing import assert_within_budget
>>> assert_within_budget(Bottleneck(64, 128), size=(56, 56), max_params="25k", max_macs="80M")
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from bottlecalc.blocks import Block
from bottlecalc.budgetfile import Entry
from bottlecalc.budgets import Verdict, hold
from bottlecalc.formulas import count
from bottlecalc.render.breaches import breach

if TYPE_CHECKING:
    from torch import nn

    from bottlecalc.counting import Given

Keys = Mapping[str, int | str]


def assert_within_budget(
    subject: Block | nn.Module,
    *inputs: Given,
    size: tuple[int, int] = (56, 56),
    counter: Literal["torch", "fvcore"] = "torch",
    message: str = "",
    **limits: int | str,
) -> None:
    """Fail unless a block or a model costs no more, and no less, than these limits say.

    Args:
        subject: a block, held by its closed form, or a model, which is left exactly as it was.
        inputs: of a model, as ``bottlecalc.count_model`` takes them.
        size: height and width of a block's input [pixels].
        counter: whose figures are held, of a model.
        message: shown with a breach.
        limits: ``max_params``, ``max_trainable_params``, ``max_macs``, ``max_flops``,
            ``max_activations``, and ``min_…`` likewise: ``25_000``, ``"25k"``, ``"4.2M"``.

    Raises:
        AssertionError: a limit is exceeded; its text is what ``bottlecalc check`` says.
        BudgetError: there is no such limit, or it is no number.
        TargetError: the model does not run on these inputs.
    """
    __tracebackhide__ = True
    keys = {"message": message, **limits}
    if isinstance(subject, Block):
        verdict = _hold_block(subject, size, keys)
    else:
        verdict = _hold_model(subject, inputs, counter, keys)
    if verdict.problem or verdict.breaches:
        raise AssertionError(breach(verdict))


def _hold_block(block: Block, size: tuple[int, int], keys: Keys) -> Verdict:
    given = {"name": str(block), "block": str(block), "size": list(size), **keys}
    return hold(Entry(given).budget(), count(block, size))


def _hold_model(
    model: nn.Module, inputs: Sequence[Given], counter: Literal["torch", "fvcore"], keys: Keys
) -> Verdict:
    from bottlecalc.counting import count_model

    name = type(model).__name__
    budget = Entry({"name": name, "model": name, "counter": counter, **keys}).budget()
    counted = count_model(model, *inputs, counter=counter)
    return hold(replace(budget, inputs=counted.inputs), counted)
