"""A training step as a table's facts, as JSON, and as columns of a tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from bottlecalc.agreement.steps import agrees, differences
from bottlecalc.layers.count import ByLayer
from bottlecalc.layers.training import PASSES, Memory, Pass, Step, Training
from bottlecalc.render.layout import heading, hung
from bottlecalc.render.stack import Facts
from bottlecalc.render.words import line
from bottlecalc.text.numbers import number, ratio

COLUMNS = tuple(f"train_{name}" for name in PASSES)
NAMES: Mapping[Pass, str] = {
    "forward": "forward",
    "backward_activations": "gradients of activations",
    "backward_weights": "gradients of weights",
    "recomputed": "run once more",
}
BOUND = "at least; no allocator"


def parts(step: Training | None) -> Iterator[RenderableType]:
    """What a table says of it; nothing where there is none."""
    if step is None:
        return
    yield heading(title(step))
    yield Text()
    yield Facts(list(facts(step)))
    if (verdict := agrees(step)) is not None:
        names = (" = " if verdict else " ≠ ").join(step.steps)
        mark = ("✓", "bold green") if verdict else ("✗", "bold red")
        where = ", on every layer" if verdict else ""
        yield Text.assemble(" ", mark, f" MACs of the step  {names}{where}")
    yield from (hung("", line(sentence), "yellow") for sentence in sentences(step))


def title(step: Training) -> str:
    """``Training step, adam, stem frozen``."""
    names = step.recipe.frozen
    return ", ".join(
        ("Training step", step.recipe.optimizer, *([f"{', '.join(names)} frozen"] if names else ()))
    )


def facts(step: Training) -> Iterator[tuple[str, str, str]]:
    """What the step costs: a name, a figure, and a note."""
    found = step.step
    forward = found.sum("forward")
    for name in PASSES:
        if name != "recomputed" or found.sum(name):
            yield NAMES[name], number(found.sum(name)), "MACs"
    times = f", {ratio(Fraction(found.macs, forward))} forward" if forward else ""
    yield "MACs of the step", number(found.macs), f"by {next(iter(step.steps))}{times}"
    yield "FLOPs of the step", number(2 * found.macs), "2 × MACs"
    if step.memory:
        yield from _bytes(step.memory)


def _bytes(memory: Memory) -> Iterator[tuple[str, str, str]]:
    yield "parameters", number(memory.parameters), "bytes"
    yield "buffers", number(memory.buffers), "bytes"
    yield "gradients", number(memory.gradients), "bytes of parameters' gradients"
    yield "optimizer", number(memory.optimizer), "bytes that it keeps"
    yield "stored", number(memory.stored), "bytes that wait for the backward pass"
    yield "peak", number(memory.peak), f"bytes, {BOUND}"


def sentences(step: Training | None) -> tuple[str, ...]:
    """What has to be said of it: what contradicts, and how it was counted."""
    if step is None:
        return ()
    objections = (
        f"{one.layer or '(the whole itself)'}: MACs of a training step, {NAMES[one.figure]}, by"
        f" {one.first} {one.expected:,}, by {one.counter} {one.found:,}"
        for one in differences(step)
    )
    return (*objections, *_passed_over(step), *step.notes)


def _passed_over(step: Training) -> Iterator[str]:
    for who, found in step.steps.items():
        if found.unsupported:
            often = ", ".join(f"{name} ×{n}" for name, n in sorted(found.unsupported.items()))
            yield f"in a training step {who} does not support {often}, and counts none of it"


def document(step: Training) -> dict[str, Any]:
    """What the JSON holds."""
    memory = asdict(step.memory) if step.memory else {}
    return {
        "optimizer": step.recipe.optimizer,
        "frozen": list(step.recipe.frozen),
        "macs": _macs(step.step),
        "counters": {who.replace(" ", "_"): _macs(found) for who, found in step.steps.items()},
        "agrees": agrees(step),
        **{f"{name}_bytes": memory.get(name) for name in Memory.__dataclass_fields__},
        "notes": list(sentences(step)),
        "layers": _layers(step.step),
    }


def _macs(step: Step) -> dict[str, int]:
    passes: dict[str, int] = {name: step.sum(name) for name in PASSES}
    return {**passes, "total": step.macs}


def _layers(step: Step) -> list[dict[str, Any]]:
    """What has MACs of its own."""
    names = dict.fromkeys(name for by in step.passes.values() for name in by)
    rows: list[dict[str, Any]] = [
        {"name": name, **dict.fromkeys(PASSES, 0), **_of(step, name)} for name in names
    ]
    return [row for row in rows if any(row[which] for which in PASSES)]


def _of(step: Step, name: str) -> dict[str, int]:
    return {which: by[name] for which, by in step.passes.items() if name in by}


def columns(step: Training | None, names: Iterable[str]) -> Sequence[tuple[int, ...]]:
    """Of each of these modules, by pass, with all that is inside; no columns without a step."""
    every = list(names)
    if step is None:
        return [()] * len(every)
    sums = [_sums(step.step.passes[name]) for name in PASSES]
    return [tuple(one.get(name, 0) for one in sums) for name in every]


def _sums(by_layer: ByLayer) -> dict[str, int]:
    sums: dict[str, int] = {}
    for name, own in by_layer.items():
        ends = name.split(".") if name else []
        for end in range(len(ends) + 1):
            above = ".".join(ends[:end])
            sums[above] = sums.get(above, 0) + own
    return sums
