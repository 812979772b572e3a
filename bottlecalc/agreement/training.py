"""A training step counted: of a block or a network by closed form, of anything by torch.

torch is loaded here, and only when somebody asks it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from bottlecalc.agreement import closed_form
from bottlecalc.agreement.networks import count_network
from bottlecalc.agreement.result import ClosedForm, Count, ModelCount
from bottlecalc.blocks.arguments import read_batch, read_size
from bottlecalc.blocks.grammar import EXAMPLE, is_spec, parse
from bottlecalc.blocks.spec import Block
from bottlecalc.formulas.families import formula
from bottlecalc.layers import training
from bottlecalc.layers.counted import is_inside
from bottlecalc.layers.training import OPTIMIZER, OPTIMIZERS, Piece, Recipe, Training
from bottlecalc.models.inputs import Inputs
from bottlecalc.models.policy import absent
from bottlecalc.networks import formula as network_formula
from bottlecalc.networks.grammar import parse as parse_network
from bottlecalc.networks.spec import Network
from bottlecalc.networks.table import NETWORKS
from bottlecalc.text.calls import ArgumentError, brief, public, quoted
from bottlecalc.text.given import read_keywords, read_python
from bottlecalc.text.shapes import InputError
from bottlecalc.text.suggest import did_you_mean

if TYPE_CHECKING:
    from torch import nn

    from bottlecalc.agreement.ask import AnyInput
    from bottlecalc.models.target import Target

AnyForm = TypeVar("AnyForm", bound=ClosedForm)
ByTorch = Literal["torch"]
OWN = ("inputs", "size", "batch", "optimizer", "frozen", "counter", "seed", "dtype")
"""What ``count_training`` takes itself; whatever else it is given goes to the forward."""


@public(f"count_training({EXAMPLE}, size=56, batch=32)")
def count_training(
    subject: Block | Network | nn.Module | str,
    *inputs: AnyInput,
    size: int | Sequence[int] | None = None,
    batch: int = 1,
    optimizer: str = OPTIMIZER,
    frozen: Sequence[str] = (),
    counter: ByTorch | None = "torch",
    seed: int = 0,
    dtype: str = "",
    **keywords: Any,
) -> ClosedForm | ModelCount:
    """Count a training step: MACs forward and backward, and the bytes that it takes.

    What is returned is what ``count``, ``compare_networks`` and ``count_model`` say of it, and its
    ``training``. The input requires no gradient, as when a network is trained.

    Args:
        subject: a block or a network, or its text (``"bottleneck:in=64,out=128"``,
            ``"resnet50"``), or a model, which is left exactly as it was.
        inputs: of a model, one for each positional argument of its forward, as of ``count_model``.
        size: height and width of a block's or a network's input, or both in one [pixels]; 56 of a
            block, and each network's own, where nothing is said.
        batch: images in that input.
        optimizer: ``"sgd"``, ``"sgd-momentum"``, ``"adam"``, ``"adamw"``, ``"nadam"``,
            ``"rmsprop"`` or ``"adagrad"``.
        frozen: names of layers, or of modules, that are not trained, with all inside.
        counter: ``"torch"``, or None for the closed form alone, which tells no bytes.
        seed: of a model, by which inputs are drawn that are no tensors.
        dtype: of a model, of all floats: ``"bfloat16"``; as they are where it is empty.
        keywords: of a model, inputs by the names of its forward's arguments.

    Raises:
        BlockError: the text says no block, or it does not take an input of that size.
        NetworkError: the text says no network, or it does not take an input of that size.
        InputError: there is no such optimizer, part, or counter, or an input is none.
        ArgumentError: something is given that goes with another kind of subject.
        TargetError: it cannot be trained on these inputs.

    >>> count_training("plain:in=5,out=7", size=(15, 14), batch=2, counter=None).training.macs
    294000
    """
    recipe = read_recipe(optimizer, frozen)
    _check_counter(counter)
    if isinstance(subject, str):
        subject = _parsed(subject)
    if isinstance(subject, Block | Network):
        _check_form(subject, keywords, bool(inputs or seed or dtype))
        return trained(_counted(subject, size, read_batch(batch)), recipe, counter)
    if counter is None:
        raise InputError("counter = None; a model has no closed form: give 'torch'")
    from bottlecalc.agreement.ask import check_keywords, count_model

    if size is not None or batch != 1:
        raise ArgumentError("a model has no size and no batch; give its inputs, (8, 3, 224, 224)")
    if callable(getattr(subject, "forward", None)):
        check_keywords(subject, keywords, "count_training", OWN)
    count = count_model(subject, *inputs, counter="torch", seed=seed, dtype=dtype, **keywords)
    return _beside(count, _step(subject, inputs, keywords, recipe, seed, dtype))


def _parsed(text: str) -> Block | Network:
    """``enet`` is a network and the family of its blocks, which take ``in``."""
    family = text.partition(":")[0]
    is_block = is_spec(text) and not (family in NETWORKS and "in=" not in text)
    return parse(text) if is_block else parse_network(text)


def _check_form(subject: Block | Network, keywords: Mapping[str, Any], is_given: bool) -> None:
    for name in keywords:
        raise ArgumentError(
            f"count_training(): got an unexpected keyword argument {name!r}"
            f"{did_you_mean(name, OWN)}; write count_training({EXAMPLE}, size=56, batch=32)"
        )
    if is_given:
        raise ArgumentError(
            f"{subject} takes no inputs, no seed and no dtype; give size=56, batch=32"
        )


def _check_counter(given: object) -> None:
    if given not in ("torch", None):
        raise InputError(f"counter = {quoted(given)}; give 'torch', or None")


def _counted(subject: Block | Network, size: Any, batch: int) -> ClosedForm:
    if isinstance(subject, Network):
        return count_network(subject, None if size is None else read_size(size), batch)
    return closed_form.count(subject, read_size(56 if size is None else size), batch)


def _step(
    model: nn.Module, inputs: Sequence[Any], keywords: Mapping[str, Any], recipe: Recipe,
    seed: int, dtype: str,
) -> Training:  # fmt: skip
    """Of a model that somebody holds."""
    from bottlecalc.models.training import StepRunner

    given = Inputs([read_python(one) for one in inputs], read_keywords(keywords))
    given = given.of_dtype(dtype) if dtype else given
    name = type(model).__name__
    return StepRunner(
        name, lambda: model, given, seed=seed, in_hand=True, dtype=dtype, recipe=recipe
    ).step()


def read_recipe(optimizer: object, frozen: object = ()) -> Recipe:
    """How a training step is taken.

    Raises:
        InputError: there is no such optimizer, or names are none.
    """
    if not (isinstance(optimizer, str) and optimizer in OPTIMIZERS):
        hint = did_you_mean(optimizer, OPTIMIZERS) if isinstance(optimizer, str) else ""
        raise InputError(f"optimizer = {quoted(optimizer)}; give {', '.join(OPTIMIZERS)}{hint}")
    names = [frozen] if isinstance(frozen, str) else frozen
    if not isinstance(names, Sequence) or not all(isinstance(n, str) and n for n in names):
        raise InputError(f"frozen = {quoted(frozen)}; give names of layers, such as ['conv1']")
    return Recipe(optimizer, tuple(names))


def trained(count: AnyForm, recipe: Recipe, counter: object = "torch") -> AnyForm:
    """What was counted by closed form, with a training step of it.

    Raises:
        InputError: it has no such part to be frozen.
        TargetError: torch cannot train it on that input.
    """
    _check_parts(count, recipe.frozen)
    by_form = training.closed_form(_pieces(count), recipe.frozen)
    step = Training(steps={"closed form": by_form}, recipe=recipe)
    return replace(count, training=step if counter is None else _measured(count, step))


def _pieces(count: ClosedForm) -> Iterator[Piece]:
    batch, _, *sides = count.input
    if isinstance(count.subject, Network):
        return network_formula.pieces(count.subject, (sides[0], sides[1]), batch)
    return iter([Piece(count.layers, formula(type(count.subject)).forks)])


def _check_parts(count: ClosedForm, frozen: Sequence[str]) -> None:
    for part in frozen:
        if not any(is_inside(layer.name, part) for layer in count.layers):
            names = [node.name for node in count.own if node.name]
            tops = ", ".join(dict.fromkeys(name.partition(".")[0] for name in names))
            raise InputError(
                f"{count.subject} has no part {brief(part)!r} to be frozen; name one of it, such as"
                f" those of {brief(tops)}{did_you_mean(part, names)}"
            )


def _measured(count: ClosedForm, step: Training) -> Training:
    """By torch too, unless it is left out: then with the reason."""
    missing = {**count.left_out, **absent()}
    if "torch" in missing:
        return replace(step, notes=(f"torch was left out: {missing['torch']}",))
    from bottlecalc.agreement.ask import build
    from bottlecalc.models.training import StepRunner

    name, inputs = str(count.subject), Inputs(list(count.inputs))
    found = StepRunner(name, lambda: build(count.subject), inputs, recipe=step.recipe).step()
    return replace(found, steps={**step.steps, **found.steps})


def train_target(
    target: Target, inputs: Sequence[Any], count: Count | ModelCount, recipe: Recipe,
    keywords: Mapping[str, Any] | None = None, part: str = "", seed: int = 0, *,
    source: str = "", dtype: str = "",
) -> Count | ModelCount:  # fmt: skip
    """What was counted of a model by its name, or of a block, with a training step of it.

    Args:
        target: its name, and the arguments that build it.
        inputs: by place.
        count: of its forward pass.
        recipe: how the step is taken.
        keywords: by name, constants too.
        part: the module that is counted alone, while all of it is trained; all where it is empty.
        seed: by which weights and inputs are drawn where values decide what is run.
        source: of the inputs, a function by its name; none where it is empty.
        dtype: of all floats of the model and its inputs; as they are where it is empty.

    Raises:
        InputError: it is a block's, and has no such part to be frozen.
        TargetError: it cannot be trained on these inputs.
    """
    if isinstance(count, Count):
        return trained(count, recipe)
    from bottlecalc.agreement.ask import found
    from bottlecalc.models.training import StepRunner

    with found(target, Inputs(inputs, keywords or {}), source, dtype, seed) as (name, build, given):
        step = StepRunner(name, build, given, seed=seed, dtype=dtype, recipe=recipe).step()
    return _beside(count, _part(step, part) if part else step)


def _beside(count: ModelCount, step: Training) -> ModelCount:
    """The step beside its forward pass, which says once what holds of both."""
    notes = (_said_once(note, count.notes) for note in step.notes if note not in count.notes)
    return replace(count, training=replace(step, notes=tuple(notes)))


def _said_once(note: str, said: Sequence[str]) -> str:
    """A note without its reason, where that is said already."""
    how, colon, reason = note.partition(": ")
    return how if colon and any(one.endswith(f": {reason}") for one in said) else note


def _part(step: Training, part: str) -> Training:
    """MACs of one module; bytes are of the whole step, and are left out."""
    return replace(
        step, steps={who: one.part(part) for who, one in step.steps.items()}, memory=None
    )
