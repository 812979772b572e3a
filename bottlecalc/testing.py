"""Budgets as assertions, for pytest.

>>> from bottlecalc import Bottleneck
>>> from bottlecalc.testing import assert_within_budget
>>> assert_within_budget(Bottleneck(64, 128), size=(56, 56), max_params="25k", max_macs="80M")
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from bottlecalc.blocks.residual import Block
from bottlecalc.budgets.budget import Verdict, hold
from bottlecalc.budgets.entry import LIMITS, BudgetError, Entry, unknown
from bottlecalc.formulas.residual import count
from bottlecalc.render.breaches import breach

if TYPE_CHECKING:
    from torch import nn

    from bottlecalc.models.run import Given

Keys = Mapping[str, object]


def assert_within_budget(
    subject: Block | nn.Module,
    *inputs: Given,
    size: tuple[int, int] | int | None = None,
    counter: Literal["torch", "fvcore"] | None = None,
    message: str = "",
    **limits: int | str,
) -> None:
    """Fail unless a block or a model costs no more, and no less, than these limits say.

    Args:
        subject: a block, held by its closed form, or a model, which is left exactly as it was.
        inputs: of a model, as ``bottlecalc.count_model`` takes them.
        size: height and width of a block's input [pixels]; (56, 56) where it is not given.
        counter: whose figures are held, of a model; torch's where it is not given.
        message: shown with a breach.
        limits: ``max_params``, ``max_trainable_params``, ``max_macs``, ``max_flops``,
            ``max_activations``, and ``min_…`` likewise: ``25_000``, ``"25k"``, ``"4.2M"``.

    Raises:
        AssertionError: a limit is exceeded; its text is what ``bottlecalc check`` says.
        BudgetError: there is no such limit, or it is no number; or what is given does not go
            with a block, or with a model.
        TargetError: the model does not run on these inputs.
    """
    __tracebackhide__ = True
    if "max_increase" in limits:
        raise BudgetError("max_increase needs a baseline; leave it to bottlecalc check")
    for key in limits:
        if key not in LIMITS:
            raise BudgetError(unknown(key, LIMITS))
    given = {"size": size, "counter": counter}
    keys = {key: value for key, value in given.items() if value is not None}
    held = _hold_block if isinstance(subject, Block) else _hold_model
    verdict = held(subject, inputs, {"message": message, **keys, **limits})
    if verdict.problem or verdict.breaches:
        raise AssertionError(breach(verdict))


def _hold_block(block: Any, inputs: Sequence[Given], keys: Keys) -> Verdict:
    if inputs:
        raise BudgetError(
            f"inputs were given for {block}, and a block takes none; give size=(height, width)"
        )
    size = keys.get("size")
    sides = {"size": list(size)} if isinstance(size, tuple) else {}
    budget = Entry({"name": str(block), "block": str(block), **keys, **sides}).budget()
    return hold(budget, count(block, budget.size))


def _hold_model(model: Any, inputs: Sequence[Given], keys: Keys) -> Verdict:
    from bottlecalc.models.run import count_model

    name = type(model).__name__
    budget = Entry({"name": name, "model": name, **keys}).budget()
    counted = count_model(model, *inputs, counter=budget.counter)
    return hold(replace(budget, inputs=counted.inputs), counted)
