"""Who counts: the closed form, and torch and fvcore where they are asked.

torch is loaded here, and only when somebody asks it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, replace
from inspect import Parameter
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from bottlecalc.agreement import closed_form
from bottlecalc.agreement.result import ClosedForm, Count, ModelCount
from bottlecalc.blocks.grammar import is_spec, parse
from bottlecalc.blocks.spec import Block, BlockError
from bottlecalc.errors import SPECS, BottlecalcError
from bottlecalc.layers.count import Counter, Counters
from bottlecalc.models.dtypes import built_as, check_dtype
from bottlecalc.models.failure import ModelTypeError, TargetError, naming, pruned
from bottlecalc.models.fills import filled
from bottlecalc.models.given import inputs_from
from bottlecalc.models.inputs import Inputs
from bottlecalc.models.objects import takes
from bottlecalc.models.offline import refusing
from bottlecalc.models.own import written_out
from bottlecalc.models.policy import INSISTING, absent, decline
from bottlecalc.models.run import Run, Runner, run_module
from bottlecalc.models.switches import random_state_kept, sow
from bottlecalc.models.target import Target
from bottlecalc.networks.spec import Network
from bottlecalc.text.calls import ArgumentError, public, quoted, whole_number
from bottlecalc.text.given import described, read_keywords, read_python
from bottlecalc.text.numbers import LARGEST_SEED
from bottlecalc.text.shapes import Input, InputError
from bottlecalc.text.suggest import did_you_mean

if TYPE_CHECKING:
    from torch import Tensor, nn

    AnyInput = Input | Tensor | Sequence[Any] | Mapping[str, Any] | str


AnyForm = TypeVar("AnyForm", bound=ClosedForm)
ORDER: tuple[Counter, ...] = ("torch", "fvcore")
"""Who is asked beside the closed form; of a model the first one's figures stand."""

SMALLER = "; give a smaller block, size or batch"


class MeasureError(BottlecalcError, RuntimeError):
    """A module that could not be measured; its text says why."""


def measured(
    count: AnyForm,
    insist: bool = False,
    counter: Counters = "both",
    progress: Callable[[str], object] = str,
    insisting: str = INSISTING,
) -> AnyForm:
    """A block, or a network, that was counted by closed form, counted by torch and fvcore too.

    Args:
        count: by closed form.
        insist: have who is asked run at any size; otherwise one is left out where that would take
            too much.
        counter: torch's dispatcher, fvcore, or both.
        progress: told what is being measured, once torch is loaded.
        insisting: the option that insists, for where fvcore is left out.

    Raises:
        MeasureError: the block cannot be built or run, or who is insisted on is not installed.
    """
    asked = [name for name in ORDER if counter in (name, "both")]
    if insist and (reason := _lacking(asked)):
        raise MeasureError(f"{count.subject} cannot be measured: {reason}")
    missing = {name: why for name, why in absent().items() if name in asked}
    if missing.keys() >= {*asked}:
        return replace(count, left_out=missing)
    declined = {**_declined(count, insisting), **missing}
    if insist and "torch" in declined:
        raise MeasureError(f"{count.subject} cannot be measured: {declined['torch']}{SMALLER}")
    left_out = {} if insist else {n: why for n, why in declined.items() if n in asked}
    if "torch" in declined:
        return replace(count, left_out=left_out)
    run = _run_block(count, [name for name in asked if name not in left_out], progress)
    return replace(
        count,
        others=run.counters,
        parameters=run.parameters,
        modules=run.nodes,
        left_out=left_out,
    )


@public("measure(module, (1, 64, 56, 56))")
def measure(module: nn.Module, shape: Sequence[int] | Input | str) -> ModelCount:
    """Ask torch and fvcore what a module costs in eval mode, layer by layer.

    A module on the meta device is counted without memory or arithmetic, but not by fvcore.

    Args:
        module: any module; its mode is as before when this returns.
        shape: of the one input, (batch, channels, height, width).

    Raises:
        ModelTypeError: the module is none.
        InputError: the shape is none.
        MeasureError: the module cannot be run on such an input, or memory does not suffice.
    """
    import torch

    _check_model(module)
    x = described(_read(shape))
    is_meta = any(parameter.is_meta for parameter in module.parameters())
    left_out: dict[Counter, str] = (
        {"fvcore": "the module is on the meta device, and fvcore does arithmetic"}
        if is_meta
        else {}
    )
    like = next(module.parameters(), torch.empty(()))
    x = replace(x, dtype=described(like).dtype) if x.dtype == "float32" else x
    values = filled(x, like.device, torch.Generator().manual_seed(0))
    with _failure(f"{type(module).__name__} on an input of shape {x.dimensions}"):
        asked = [name for name in ORDER if name not in left_out]
        run = run_module(module, [values], asked)
    return replace(_model_count(type(module).__name__, Inputs([x]), run), left_out=left_out)


@public("count_model(model, (1, 3, 224, 224))")
def count_model(
    model: nn.Module, *inputs: AnyInput, counter: Counters = "both", seed: int = 0,
    dtype: str = "", **keywords: Any,
) -> ModelCount:  # fmt: skip
    """Count any model, and leave it exactly as it was; loads torch.

    Args:
        model: in any mode, on any device.
        inputs: one for each positional argument of its forward: a tensor, or dimensions, or
            dimensions, dtype and values as text (``"1x128:int64=ones"``), or a list or table of
            these and of constants, ``{"x": (1, 32)}``. Without any, parameters alone are counted,
            unless the forward takes none.
        counter: torch's dispatcher, fvcore, or both.
        seed: by which inputs are drawn that are no tensors; whole numbers are 0.
        dtype: of all floats, parameters and inputs: ``"bfloat16"``; as they are where it is empty.
        keywords: likewise by the names of the forward's arguments: ``ids="1x128:int64"``, ``n=3``.

    Raises:
        ModelTypeError: the model is none.
        TargetError: the model does not run on these inputs.
        InputError: an input is none, or there is no such counter, or the seed is none.
    """
    check_installed(quoted(model), counter)
    _check_model(model)
    check_counter(counter)
    check_keywords(model, keywords, "count_model", ("inputs", "counter", "seed", "dtype"))
    by_place = [read_python(one) for one in inputs]
    given = _of_dtype(Inputs(by_place, read_keywords(keywords)), dtype)
    name = type(model).__name__
    with refusing(name):
        run = Runner(
            name, lambda: model, given, seed=check_seed(seed), in_hand=True, dtype=dtype
        ).run(counter)
    return _model_count(name, given, run)


def check_keywords(
    model: nn.Module, keywords: Mapping[str, Any], who: str, own: Sequence[str]
) -> None:
    """Refuse a name that neither a function of ours nor the forward takes.

    Args:
        model: whose forward is given the keywords.
        keywords: by name.
        who: the function of ours.
        own: what it takes itself.

    Raises:
        ArgumentError: there is such a name; its text lists what is taken.
    """
    try:
        signature = inspect.signature(model.forward)
    except ValueError:  # a scripted module has none
        return
    taken = signature.parameters
    if any(one.kind is Parameter.VAR_KEYWORD for one in taken.values()):
        return
    for name in keywords:
        if name not in taken:
            raise ArgumentError(
                f"{who}(): got an unexpected keyword argument {name!r}"
                f"{did_you_mean(name, [*taken, *own])}; write {who}(model, (1, 3, 224, 224)), or a"
                f" name of what its forward takes: ({takes(signature)})"
            )


def check_counter(given: object) -> None:
    """Refuse a counter that there is not.

    Raises:
        InputError: there is none.
    """
    names = get_args(Counters)
    if not (isinstance(given, str) and given in names):
        raise InputError(f"counter = {quoted(given)}; give {', '.join(map(repr, names))}")


def check_seed(given: object) -> int:
    """The seed that is given.

    Raises:
        InputError: it is none.
    """
    seed = whole_number(given, 0)
    if seed is None or seed > LARGEST_SEED:
        raise InputError(
            f"seed = {quoted(given)}; give a whole number from 0 to {LARGEST_SEED:,}, such as 0"
        )
    return seed


def _check_model(given: object) -> None:
    from torch import nn

    if isinstance(given, nn.Module):
        return
    remedy = ""
    if isinstance(given, Block):
        remedy = ", or count(block) to count a block"
    elif isinstance(given, type):
        remedy = f": an instance, such as {given.__name__}(…)"
    raise ModelTypeError(f"{quoted(given)} is no model; give an nn.Module{remedy}")


def count_target(
    target: Target, inputs: Sequence[Any], counter: Counters = "both",
    keywords: Mapping[str, Any] | None = None, part: str = "", seed: int = 0, *,
    source: str = "", dtype: str = "",
) -> Count | ModelCount:  # fmt: skip
    """Count a model by its name, or a block by its spec.

    Args:
        target: its name, and the arguments that build it.
        inputs: by place: inputs, and lists and tables of them.
        counter: torch's dispatcher, fvcore, or both.
        keywords: likewise by name, constants too.
        part: the module that is counted alone; all where it is empty.
        seed: by which weights and inputs are drawn where values decide what is run.
        source: of the inputs, a function by its name; none where it is empty.
        dtype: of all floats of the model and its inputs; as they are where it is empty.

    Raises:
        TargetError: it cannot be found or built, or does not run on these inputs.
        BlockError: it is a block's spec, and wrong.
        InputError: it is a block's, and does not take that input.
        MeasureError: it is a block's, and cannot be run.
    """
    if is_spec(target.name):
        if keywords or part or source or not all(isinstance(one, Input) for one in inputs):
            raise TargetError(f"{target.name} is a block; give it one input, and no part of it")
        if dtype:
            raise TargetError(f"{target.name} is a block, counted in float32; leave dtype out")
        return _count_spec(target, inputs, counter)
    check_installed(target.name, counter)
    with found(target, Inputs(inputs, keywords or {}), source, dtype, seed) as (name, build, given):
        run = Runner(name, build, given, part, seed, dtype=dtype).run(counter)
    return _model_count(target.name, given, run, part)


@contextmanager
def found(
    target: Target, inputs: Inputs, source: str, dtype: str, seed: int
) -> Iterator[tuple[str, Callable[[], nn.Module], Inputs]]:
    """A model by its name while it can be imported: its name, what builds it, what it is given.

    Raises:
        TargetError: it cannot be found, or there is no such dtype, or no such source of inputs.
        InputError: the seed is none.
    """
    it = written_out(target)
    with naming(f"{it.name} cannot be found"), it.importable(), random_state_kept():
        sow(check_seed(seed))  # a model that is built where its file is read draws its weights here
        returned = inputs_from(source) if source else Inputs()
        by_name = {**returned.by_name, **inputs.by_name}
        given = _of_dtype(Inputs([*inputs.by_place, *returned.by_place], by_name), dtype)
        yield it.name, built_as(dtype, it.load()), given


def _of_dtype(inputs: Inputs, dtype: str) -> Inputs:
    check_dtype(dtype)
    return inputs.of_dtype(dtype) if dtype else inputs


def _lacking(asked: Sequence[Counter]) -> str:
    """What one of these lacks to count, and how to install it; empty where they lack nothing."""
    missing = absent()
    return next(iter(missing.values())) if missing.keys() & {*asked} else ""


def check_installed(subject: str, counter: Counters) -> None:
    """A model is counted by torch's dispatcher at least, unless fvcore alone is asked.

    Raises:
        TargetError: who counts is not installed.
    """
    if reason := _lacking(["fvcore" if counter == "fvcore" else "torch"]):
        raise TargetError(f"{subject} cannot be counted: {reason}")


def _count_spec(target: Target, inputs: Sequence[Input], counter: Counters) -> Count:
    if target.arguments:
        raise TargetError(f"{target.name} is a block and takes no arguments; leave them out")
    block = _block(target.name)
    count = closed_form.count(block, *closed_form.size_and_batch(block, inputs))
    return measured(count, insist=counter != "both", counter=counter, insisting="--counter fvcore")


def _block(spec: str) -> Block:
    """Parsed, and what is wrong with it in its own keys, for it is all that was given."""
    try:
        return parse(spec)
    except BlockError as error:
        raise BlockError(error.worded(SPECS)) from None


def _model_count(name: str, inputs: Inputs, run: Run, part: str = "") -> ModelCount:
    return ModelCount(
        subject=name,
        inputs=inputs.described,
        call=inputs.text,
        part=part,
        others=run.counters,
        parameters=run.parameters,
        modules=run.nodes,
        notes=(*run.notes, *(f"{name} was left out: {why}" for name, why in run.left_out.items())),
    )


def _run_block(
    count: ClosedForm, asked: Sequence[Counter], progress: Callable[[str], object]
) -> Run:
    """A block's module run on real tensors, which fvcore needs, and on meta without it."""
    import torch

    progress(f"measuring {count.subject}")
    device = "cpu" if "fvcore" in asked else "meta"
    with _failure(str(count.subject), SMALLER), torch.device(device):
        return run_module(build(count.subject), [torch.zeros(count.input)], asked)


def build(subject: Block | Network) -> nn.Module:
    """The module of a block or a network; loads torch."""
    if isinstance(subject, Network):
        from bottlecalc.networks.module import build as build_network

        return build_network(subject)
    from bottlecalc.modules.families import build as build_block

    return build_block(subject)


def _declined(count: ClosedForm, insisting: str) -> Mapping[Counter, str]:
    elements = count.inputs[0].elements + count.activations
    largest = max((0, *filter(None, _numbers(count.subject))))
    return decline(count.macs.block, elements, count.params.block, insisting, largest)


def _numbers(subject: Block | Network) -> tuple[Any, ...]:
    """All that torch would be given; of a network none is more than all its parameters."""
    return () if isinstance(subject, Network) else astuple(subject)


@contextmanager
def _failure(subject: str, mend: str = "") -> Iterator[None]:
    """Whatever torch or fvcore raise inside becomes a ``MeasureError`` that names the subject."""
    try:
        yield
    except Exception as error:  # a module's own forward may raise anything
        lines = str(error).strip().splitlines() or [type(error).__name__]
        sentence = f"{subject} could not be measured: {lines[0]}{mend}"
        raise MeasureError(sentence) from pruned(error)


def _read(given: object) -> Input | Tensor:
    from torch import Tensor

    return given if isinstance(given, Tensor) else Input.of(given, "a tensor, ")
