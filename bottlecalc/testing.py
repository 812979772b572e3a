"""Budgets as assertions, for pytest.

>>> from bottlecalc import Bottleneck
>>> from bottlecalc.testing import assert_within_budget
>>> assert_within_budget(Bottleneck(64, 128), size=(56, 56), max_params="25k", max_macs="80M")
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, Never

from bottlecalc.agreement import closed_form
from bottlecalc.blocks.grammar import parse
from bottlecalc.blocks.spec import Block
from bottlecalc.budgets.check import hold
from bottlecalc.budgets.counting import trained_form
from bottlecalc.budgets.entry import LIMITS, Entry, unknown
from bottlecalc.budgets.limits import BudgetError
from bottlecalc.budgets.verdict import Verdict
from bottlecalc.layers.training import OPTIMIZER
from bottlecalc.render.sentences import breach

if TYPE_CHECKING:
    from torch import nn

    from bottlecalc.agreement.ask import AnyInput

Keys = Mapping[str, object]


def assert_within_budget(
    subject: Block | str | nn.Module,
    *inputs: AnyInput,
    size: tuple[int, int] | int | None = None,
    counter: Literal["torch", "fvcore"] | None = None,
    message: str = "",
    max_params: int | str | None = None,
    min_params: int | str | None = None,
    max_trainable_params: int | str | None = None,
    min_trainable_params: int | str | None = None,
    max_macs: int | str | None = None,
    min_macs: int | str | None = None,
    max_flops: int | str | None = None,
    min_flops: int | str | None = None,
    max_activations: int | str | None = None,
    min_activations: int | str | None = None,
    max_size: int | str | None = None,
    min_size: int | str | None = None,
    max_train_macs: int | str | None = None,
    min_train_macs: int | str | None = None,
    max_peak_bytes: int | str | None = None,
    min_peak_bytes: int | str | None = None,
    optimizer: str | None = None,
    **unknown_limits: Never,
) -> None:
    """Fail unless a block or a model costs no more, and no less, than these limits say.

    A limit is a whole number or one with a unit, ``25_000``, ``"25k"`` or ``"4.2M"``, and holds
    where it is just met.

    Args:
        subject: a block or its spec, held by its closed form, or a model, which is left exactly
            as it was.
        inputs: of a model, as ``bottlecalc.count_model`` takes them.
        size: height and width of a block's input [pixels]; (56, 56) where it is not given.
        counter: whose figures are held, of a model; torch's where it is not given.
        message: shown with a breach.
        max_params: the most parameters, each counted once; of a block all that it has.
        min_params: the fewest.
        max_trainable_params: the most parameters that training changes.
        min_trainable_params: the fewest.
        max_macs: the most multiply-accumulates of one forward pass [MACs].
        min_macs: the fewest.
        max_flops: the most floating-point operations of one forward pass [FLOPs], 2 × MACs.
        min_flops: the fewest.
        max_activations: the most output elements of convolutions and matrix products.
        min_activations: the fewest.
        max_size: the most bytes of all parameters, each in its own dtype: ``"300kB"``.
        min_size: the fewest.
        max_train_macs: the most multiply-accumulates of one training step [MACs].
        min_train_macs: the fewest.
        max_peak_bytes: the most bytes of tensors at the peak of a training step: ``"2GiB"``.
        min_peak_bytes: the fewest.
        optimizer: that takes the step: ``"adam"``; ``"sgd"`` where it is not given.
        unknown_limits: there are none; whatever else is given is refused.

    Raises:
        AssertionError: a limit is exceeded; its text is what ``bottlecalc check`` says.
        BudgetError: there is no such limit, or it is no number; or what is given does not go
            with a block, or with a model.
        BlockError: the spec says no block, or it does not take an input of that size.
        TargetError: the model does not run on these inputs.
    """
    __tracebackhide__ = True
    _refuse(unknown_limits)
    keys = {
        "size": size, "counter": counter,
        "max_params": max_params, "min_params": min_params,
        "max_trainable_params": max_trainable_params,
        "min_trainable_params": min_trainable_params,
        "max_macs": max_macs, "min_macs": min_macs,
        "max_flops": max_flops, "min_flops": min_flops,
        "max_activations": max_activations, "min_activations": min_activations,
        "max_size": max_size, "min_size": min_size,
        "max_train_macs": max_train_macs, "min_train_macs": min_train_macs,
        "max_peak_bytes": max_peak_bytes, "min_peak_bytes": min_peak_bytes,
        "optimizer": optimizer,
    }  # fmt: skip
    given = {key: value for key, value in keys.items() if value is not None}
    if isinstance(subject, str):
        subject = parse(subject)
    holding = _hold_block if isinstance(subject, Block) else _hold_model
    verdict = holding(subject, inputs, {"message": message, **given})
    if verdict.problem or verdict.breaches:
        raise AssertionError(breach(verdict))


def _refuse(keys: Iterable[str]) -> None:
    for key in keys:
        if key == "max_increase":
            raise BudgetError("max_increase needs a baseline; leave it to bottlecalc check")
        raise BudgetError(unknown(key, LIMITS))


def _hold_block(block: Any, inputs: Sequence[AnyInput], keys: Keys) -> Verdict:
    if inputs:
        raise BudgetError(
            f"inputs were given for {block}, and a block takes none; give size=(height, width)"
        )
    size = keys.get("size")
    sides = {"size": list(size)} if isinstance(size, tuple) else {}
    budget = Entry({"name": str(block), "block": block, **keys, **sides}).budget()
    return hold(budget, trained_form(closed_form.count(block, budget.size), budget))


def _hold_model(model: Any, inputs: Sequence[AnyInput], keys: Keys) -> Verdict:
    from bottlecalc.agreement.ask import count_model
    from bottlecalc.agreement.training import count_training

    name = type(model).__name__
    budget = Entry({"name": name, "model": name, **keys}).budget()
    count = count_model(model, *inputs, counter=budget.counter)
    if budget.trains and inputs:
        step = count_training(model, *inputs, optimizer=budget.optimizer or OPTIMIZER).training
        count = replace(count, training=step)
    return hold(replace(budget, inputs=count.inputs), count)
