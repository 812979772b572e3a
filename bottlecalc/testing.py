"""Budgets as assertions, for pytest.

>>> from bottlecalc import Bottleneck
>>> from bottlecalc.testing import assert_within_budget
>>> assert_within_budget(Bottleneck(64, 128), size=(56, 56), max_params="25k", max_macs="80M")
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from bottlecalc.agreement import closed_form
from bottlecalc.blocks.spec import Block
from bottlecalc.budgets.check import hold
from bottlecalc.budgets.entry import LIMITS, BudgetError, Entry, unknown
from bottlecalc.budgets.verdict import Verdict
from bottlecalc.render.budgets import breach

if TYPE_CHECKING:
    from torch import nn

    from bottlecalc.agreement.ask import AnyInput

Keys = Mapping[str, object]


def assert_within_budget(
    subject: Block | nn.Module,
    *inputs: AnyInput,
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
        BlockError: the block does not take an input of that size.
        TargetError: the model does not run on these inputs.
    """
    __tracebackhide__ = True
    if "max_increase" in limits:
        raise BudgetError("max_increase needs a baseline; leave it to bottlecalc check")
    for key in limits:
        if key not in LIMITS:
            raise BudgetError(unknown(key, LIMITS))
    settings = {"size": size, "counter": counter}
    keys = {key: value for key, value in settings.items() if value is not None}
    holding = _hold_block if isinstance(subject, Block) else _hold_model
    verdict = holding(subject, inputs, {"message": message, **keys, **limits})
    if verdict.problem or verdict.breaches:
        raise AssertionError(breach(verdict))


def _hold_block(block: Any, inputs: Sequence[AnyInput], keys: Keys) -> Verdict:
    if inputs:
        raise BudgetError(
            f"inputs were given for {block}, and a block takes none; give size=(height, width)"
        )
    size = keys.get("size")
    sides = {"size": list(size)} if isinstance(size, tuple) else {}
    budget = Entry({"name": str(block), "block": block, **keys, **sides}).budget()
    return hold(budget, closed_form.count(block, budget.size))


def _hold_model(model: Any, inputs: Sequence[AnyInput], keys: Keys) -> Verdict:
    from bottlecalc.agreement.ask import count_model

    name = type(model).__name__
    budget = Entry({"name": name, "model": name, **keys}).budget()
    count = count_model(model, *inputs, counter=budget.counter)
    return hold(replace(budget, inputs=count.inputs), count)
