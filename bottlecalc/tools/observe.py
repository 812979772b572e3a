"""What tools would see of any model, which is run for that: torch is loaded here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from bottlecalc.errors import argument
from bottlecalc.layers.calls import Call, Evidence
from bottlecalc.layers.products import Recurrent, Unnamed
from bottlecalc.models.dtypes import built_as, check_dtype
from bottlecalc.models.failure import TargetError, naming
from bottlecalc.models.given import inputs_from
from bottlecalc.models.inputs import Inputs
from bottlecalc.models.policy import absent
from bottlecalc.models.run import Runner
from bottlecalc.models.target import Target
from bottlecalc.text.given import Given, described
from bottlecalc.text.objects import to_json
from bottlecalc.text.values import to_json as values_to_json
from bottlecalc.tools.subject import Subject

if TYPE_CHECKING:
    from torch import nn

    from bottlecalc.models.calls import Recorder


def target(wanted: Target, inputs: Given, source: str = "", dtype: str = "") -> Subject:
    """A model by its name, built anew whenever it is run.

    Args:
        wanted: the name, and the arguments that build it.
        inputs: what it is run on, beside what a function returns.
        source: that function, by its name; none where it is empty.
        dtype: of all floats; as they are where it is empty.

    Raises:
        TargetError: it cannot be found, or torch is not installed.
    """
    _check_installed(wanted.name)
    check_dtype(dtype)
    made = {
        "target": wanted.name, "arguments": to_json(dict(wanted.arguments)), "source": source,
        "dtype": dtype, "inputs": values_to_json(list(inputs.by_place)),
        "keywords": values_to_json(dict(inputs.by_name)),
    }  # fmt: skip
    inputs = _all(wanted, inputs, source, dtype)

    def runner(given: Sequence[Any]) -> Runner:
        build = built_as(dtype, wanted.load())
        return Runner(wanted.name, build, Inputs(given, inputs.by_name), dtype=dtype)

    def around() -> AbstractContextManager[None]:
        return wanted.importable()

    return Subject(
        name=wanted.name,
        inputs=tuple(inputs.by_place),
        keywords=inputs.by_name,
        observe=lambda given: _observed(runner, given, around),
        made=made,
        versions=_versions(),
    )


def _all(wanted: Target, inputs: Given, source: str, dtype: str) -> Given:
    """What is given, and what the function returns, in that dtype."""
    by_place, by_name = [*inputs.by_place], dict(inputs.by_name)
    if source:
        with naming(f"{wanted.name} cannot be found"), wanted.importable():
            returned = inputs_from(source)
        by_place, by_name = [*by_place, *returned.by_place], {**returned.by_name, **by_name}
    given = Inputs(by_place, by_name)
    return given.of_dtype(dtype) if dtype else given


def model(module: nn.Module, inputs: Given) -> Subject:
    """A model that somebody holds, which is left as it was."""
    name = type(module).__name__

    def runner(given: Sequence[Any]) -> Runner:
        return Runner(name, lambda: module, Inputs(given, inputs.by_name), in_hand=True)

    return Subject(
        name=name,
        inputs=tuple(inputs.by_place),
        keywords=inputs.by_name,
        observe=lambda given: _observed(runner, given, nullcontext),
        versions=_versions(),
    )


def _versions() -> dict[str, str]:
    import torch

    return {"torch": torch.__version__.partition("+")[0]}


def _check_installed(name: str) -> None:
    if reason := absent().get("torch"):
        raise TargetError(f"{name} cannot be explained: {reason}")


def _observed(
    runner: Callable[[Sequence[Any]], Runner],
    inputs: Sequence[Any],
    around: Callable[[], AbstractContextManager[None]],
) -> tuple[Evidence, tuple[str, ...]]:
    """What is called in a forward pass on these inputs.

    Raises:
        TargetError: it does not run on them.
    """
    from bottlecalc.models.calls import Recorder

    recorder = Recorder()
    with naming("it cannot be found"), around():
        running = runner(inputs)
        with recorder.recording():
            run = running.run("torch")
    if "torch" not in run.counters:
        raise TargetError(
            f"{running.name} has to be run to be explained; give what it takes, as"
            f" {argument('input')} 1x3x224x224"
        )
    counted = run.counters["torch"]
    seen = _evidence(recorder, counted.sum("macs"), run.parameters.total, running.inputs)
    return seen, (*run.notes, *_remarks(seen, counted.unsupported), *_shapes(recorder))


def _evidence(recorder: Recorder, macs: int, params: int, inputs: Inputs) -> Evidence:
    """What was recorded, and the MACs that torch counted beyond it as a call without a name."""
    named = sum(call.macs for call in recorder.calls)
    first = next((described(one).dimensions for one in inputs.shaped), ())
    beneath = (Call("", Unnamed(contracted=macs - named), (1,), (1,)),) if macs > named else ()
    return Evidence(
        calls=(*recorder.calls, *beneath),
        weights=recorder.weights,
        macs=macs,
        params=params,
        batch=first[0] if first else 1,
        inputs=len(inputs),
    )


def _remarks(seen: Evidence, unsupported: object) -> list[str]:
    remarks = []
    if unnamed := sum(call.macs for call in seen.calls if isinstance(call.op, Unnamed)):
        remarks.append(
            f"{unnamed:,} MACs are in calls that the rules do not know by name; that tools which"
            " see operators count them, and no others, is assumed"
        )
    if seen.unnamed:
        remarks.append(
            f"{-seen.unnamed:,} MACs are in calls that torch does otherwise than by their name;"
            " what tools say of them is not predicted"
        )
    if any(isinstance(call.op, Recurrent) and call.op.packed for call in seen.calls):
        remarks.append("what tools that pad say of packed sequences is not predicted")
    if unsupported:
        remarks.append("torch has no formula for some operators; their MACs are missing everywhere")
    return remarks


def _shapes(recorder: Recorder) -> Iterator[str]:
    """What tools that hook modules do not expect."""
    if recorder.unbatched:
        yield (
            "what goes into a layer has no batch; tools that take its first dimension for one say"
            " something else"
        )
    if recorder.by_keyword:
        yield (
            "a layer is given all that goes in by keyword; thop and ptflops, whose hooks look at"
            " what comes first, may fail"
        )
