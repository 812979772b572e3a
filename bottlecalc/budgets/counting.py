"""What a budget is of, counted: a block by its closed form, a model by a counter, or a part."""

from __future__ import annotations

import gc
from contextlib import chdir
from dataclasses import dataclass, replace

from bottlecalc.agreement import closed_form
from bottlecalc.agreement.networks import count_network
from bottlecalc.agreement.result import ClosedForm, Count, ModelCount
from bottlecalc.budgets.budget import FIGURES, Budget, Figure
from bottlecalc.budgets.limits import BudgetError
from bottlecalc.errors import BottlecalcError
from bottlecalc.layers.counted import is_inside
from bottlecalc.layers.training import OPTIMIZER, Recipe
from bottlecalc.networks.spec import Network
from bottlecalc.text.calls import brief
from bottlecalc.text.patterns import is_pattern
from bottlecalc.text.suggest import did_you_mean

FLOAT_BYTES = 4
"""Of a parameter of a block, which is a float32 [bytes]."""


@dataclass(frozen=True)
class Absent:
    """What a budget is skipped without, and is not there."""

    name: str


def count_if_there(budget: Budget) -> ClosedForm | ModelCount | Absent:
    """What a budget is of, counted, unless what it is skipped without is not there."""
    absent = missing(budget)
    return Absent(absent) if absent else count_subject(budget)


def count_subject(budget: Budget) -> ClosedForm | ModelCount:
    """What a budget is of, counted."""
    if budget.block:
        return _part(trained_form(_closed_form(budget), budget), budget.module)
    from bottlecalc.agreement.ask import check_installed, count_target
    from bottlecalc.models.pattern import is_of_several, matching
    from bottlecalc.models.target import Target

    name = str(budget.model)
    gc.collect()  # the model before, where it holds itself
    with chdir("."):  # the user's code may go elsewhere, and the next budget starts from here
        if is_of_several(name):
            check_installed(name, budget.counter)
            matching(name)  # which says why it was not replaced by what it is of
        target = Target(name, budget.arguments)
        count = count_target(
            target, budget.inputs, budget.counter, budget.keywords, budget.module,
            seed=budget.seed, source=budget.source, dtype=budget.dtype,
        )  # fmt: skip
        if budget.trains and count.macs is not None:
            from bottlecalc.agreement.training import train_target

            count = train_target(
                target, budget.inputs, count, _recipe(budget), budget.keywords, budget.module,
                seed=budget.seed, source=budget.source, dtype=budget.dtype,
            )  # fmt: skip
    return _as_model(count, budget) if isinstance(count, Count) else count


def models_of(text: str) -> list[str]:
    """The models that a pattern is of; itself where there are none, which counting it says."""
    if not is_pattern(text):
        return [text]
    from bottlecalc.models.pattern import is_of_several, matching

    try:
        with chdir("."):
            return matching(text) if is_of_several(text) else [text]
    except (BottlecalcError, ImportError, OSError):
        return [text]


def figures(count: ClosedForm | ModelCount, with_size: bool = False) -> dict[Figure, int]:
    """What budgets may limit, of a block (scope block) or of a model.

    Args:
        count: of it.
        with_size: the bytes too, which mostly say what parameters say.
    """
    macs: int | None
    if isinstance(count, ClosedForm):
        params = trainable = count.params.block
        macs, size = count.macs.block, FLOAT_BYTES * params
    else:
        params, trainable, macs = count.params.total, count.params.trainable, count.macs
        size = count.params.bytes
    values: dict[Figure, int | None] = {
        "params": params,
        "trainable_params": trainable,
        "macs": macs,
        "flops": None if macs is None else 2 * macs,
        "activations": count.activations,
        "size": size if with_size else None,
        **_of_training(count),
    }
    return {figure: value for figure in FIGURES if (value := values[figure]) is not None}


def _of_training(count: ClosedForm | ModelCount) -> dict[Figure, int | None]:
    """Nothing where no training step was asked."""
    step = count.training
    return {
        "train_macs": step.macs if step else None,
        "peak_bytes": step.memory.peak if step and step.memory else None,
    }


def _recipe(budget: Budget) -> Recipe:
    return Recipe(budget.optimizer or OPTIMIZER)


def trained_form(count: ClosedForm, budget: Budget) -> ClosedForm:
    """With a training step where one is held; torch is asked where its bytes are."""
    if not budget.trains:
        return count
    from bottlecalc.agreement.training import trained

    return trained(count, _recipe(budget), "torch" if budget.holds("peak_bytes") else None)


def missing(budget: Budget) -> str:
    """What is not there and the budget is skipped without, or empty."""
    if not budget.skip_without:
        return ""
    from bottlecalc.models.devices import is_available

    return next((name for name in budget.skip_without if not is_available(name)), "")


def _closed_form(budget: Budget) -> ClosedForm:
    if isinstance(budget.block, Network):
        return count_network(budget.block, budget.size)
    assert budget.block is not None
    return closed_form.count(budget.block, budget.size)


def _part(count: ClosedForm, module: str) -> ClosedForm:
    """One stage, block or layer of it.

    Raises:
        BudgetError: it has no such part.
    """
    if not module:
        return count
    layers = tuple(layer for layer in count.layers if is_inside(layer.name, module))
    if not layers:
        names = [node.name for node in count.own if node.name]
        tops = ", ".join(dict.fromkeys(name.partition(".")[0] for name in names))
        hint = did_you_mean(module, names)
        raise BudgetError(
            f"{count.subject} has no part {brief(module)!r}; name one of it, such as those of"
            f" {brief(tops)}{hint}"
        )
    step = count.training
    if step:
        steps = {who: one.part(module) for who, one in step.steps.items()}
        step = replace(step, steps=steps, memory=None)
    return replace(count, layers=layers, training=step)


def _as_model(count: Count, budget: Budget) -> ModelCount:
    """A block that is budgeted as a model is: by the counter named, and no closed form.

    Without an input its parameters alone are held.
    """
    assert count.parameters is not None, "a counter that is named counts, or says why it cannot"
    nodes, others = count.modules, count.others
    if not budget.inputs:
        nodes = tuple(replace(node, macs=None, activations=None) for node in nodes)
        others = {}
    return ModelCount(
        subject=budget.subject, inputs=budget.inputs, others=others, parameters=count.parameters,
        modules=nodes, notes=count.notes, training=count.training,
    )  # fmt: skip
