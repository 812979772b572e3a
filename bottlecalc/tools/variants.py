"""What else a number may be of: another size or batch, no head, fused batch norm, v1's stride."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bottlecalc.blocks.residual import Bottleneck
from bottlecalc.errors import BottlecalcError
from bottlecalc.layers.calls import Call, Container, Evidence, Weights
from bottlecalc.layers.normalisation import BatchNorm
from bottlecalc.layers.ops import Conv, Linear
from bottlecalc.networks.grammar import turned
from bottlecalc.networks.spec import Network
from bottlecalc.text.shapes import Input
from bottlecalc.tools.base import (
    Figure,
)
from bottlecalc.tools.subject import Subject, read_subject

SIDES = (
    *(32, 128, 160, 192, 224, 240, 256, 260, 288, 299, 300, 320, 380, 384, 416, 448, 456, 480),
    *(512, 528, 600, 640),
)
"""Of usual images, EfficientNets' own among them [pixels]."""

OBLONG = ((480, 640),)
MAPS = (7, 14, 28, 56, 112)
"""Of usual feature maps [pixels]."""

REFUSED = 3
"""Other sizes that a model does not take, after which it is believed to take none."""

IMAGES = (2, 4, 8, 16, 32, 64, 128, 256)
"""Batches that are usual beside 1, of the input that was asked; of what has to be run the first."""


BATCH, OTHER = "batch of", "another input"


@dataclass(frozen=True, kw_only=True)
class Variant:
    """What a number may be of.

    Attributes:
        evidence: what tools would see.
        input: in words.
        changes: how it differs from what was asked, in words.
        is_batch: whether it is of more images than were asked.
    """

    evidence: Evidence
    input: str
    changes: tuple[str, ...] = ()
    is_batch: bool = False


def variants(subject: Subject, figure: Figure) -> Iterator[Variant]:
    """All that are tried, beginning with what was asked."""
    for changes, evidence, inputs in _kinds(subject, figure):
        text = subject.given(inputs).text
        is_batch = any(change.startswith(BATCH) for change in changes)
        for more, seen in _altered(evidence):
            told = (*changes, *more)
            yield Variant(evidence=seen, input=text, changes=told, is_batch=is_batch)


def _kinds(
    subject: Subject, figure: Figure
) -> Iterator[tuple[tuple[str, ...], Evidence, Sequence[Any]]]:
    """At every size that is taken, and with the stride as in version 1."""
    taken = refused = 0
    for own, inputs in _inputs(subject, figure):
        for changes, one in _versions(subject, figure):
            if (seen := _observed(one, inputs)) is not None:
                taken += OTHER in own
                yield (*own, *changes), seen, inputs
            else:
                refused += 1
        if subject.spec is None and refused == REFUSED and not taken:
            return


def _observed(subject: Subject, inputs: Sequence[Any]) -> Evidence | None:
    """What tools would see; None where it does not take such inputs."""
    try:
        return subject.observe(inputs)[0]
    except BottlecalcError:
        if inputs == subject.inputs:
            raise
        return None


def _inputs(subject: Subject, figure: Figure) -> Iterator[tuple[tuple[str, ...], tuple[Any, ...]]]:
    """What was asked, several images of it, and the same with other heights and widths."""
    yield (), subject.inputs
    if figure == "params" or len(subject.inputs) != 1 or not isinstance(subject.inputs[0], Input):
        return
    first, *rest = subject.inputs[0].dimensions
    for images in (IMAGES if subject.spec else IMAGES[:1]) if first == 1 else ():
        yield (f"{BATCH} {images}",), (replace(subject.inputs[0], dimensions=(images, *rest)),)
    if len(rest) != 3:
        return
    is_network = subject.spec is None or isinstance(subject.spec, Network)
    squares = [(side, side) for side in (SIDES if is_network else MAPS)]
    for sides in [*squares, *(OBLONG if is_network else ())]:
        if list(sides) != rest[1:]:
            other = replace(subject.inputs[0], dimensions=(first, rest[0], *sides))
            yield (OTHER,), (other,)


def _versions(subject: Subject, figure: Figure) -> Iterator[tuple[tuple[str, ...], Subject]]:
    """As it is, and with the stride on the first 1×1 of every bottleneck."""
    yield (), subject
    spec = subject.spec if figure == "operations" else None
    early: Any = None
    if isinstance(spec, Bottleneck) and not spec.v1 and (spec.stride > 1 or spec.downsample):
        early = replace(spec, v1=True)
    elif isinstance(spec, Network) and "bottleneck" in str(spec.stages):
        try:
            early = turned(spec, {"v1": "true"})
        except BottlecalcError:
            return
    if early is not None:
        changed = read_subject(early, list(subject.inputs))
        yield ("stride on the first 1×1 (ResNet v1)",), changed


def _altered(evidence: Evidence) -> Iterator[tuple[tuple[str, ...], Evidence]]:
    """With and without the last linear layer, batch norm as it is and fused."""
    bare, fused = headless(evidence), folded(evidence)
    yield (), evidence
    if bare is not None:
        yield ("without the last linear layer",), bare
    if fused is not None:
        yield ("batch norm fused",), fused
        both = headless(fused)
        if both is not None:
            yield ("without the last linear layer", "batch norm fused"), both


def headless(evidence: Evidence) -> Evidence | None:
    """Without the last linear layer; None where the last layer that multiplies is none."""
    products = [call for call in evidence.calls if call.op.multiplies]
    if len(products) < 2 or not isinstance(products[-1].op, Linear):
        return None
    last = products[-1]
    left = [call for call in evidence.calls if call is not last]
    calls = tuple(_relieved(left, {last.name: last.weights}))
    kept = tuple(one for one in evidence.weights if one.name != last.name)
    held = sum(_held(one) for one in evidence.weights if one.name == last.name)
    return replace(
        evidence, calls=calls, weights=kept, macs=evidence.macs - last.macs,
        params=evidence.params - held,
    )  # fmt: skip


def _held(call: Call) -> int:
    return call.op.held if isinstance(call.op, Weights) else 0


def folded(evidence: Evidence) -> Evidence | None:
    """Every batch norm behind a convolution as that one's bias; None where there is none."""
    calls: list[Call] = []
    gone: dict[str, int] = {}
    biased: dict[str, int] = {}
    for call in evidence.calls:
        before = calls[-1] if calls else None
        if before and _folds(before, call):
            gone[call.name] = 2 * call.input[1]
            biased[before.name] = 0 if before.biases else call.input[1]
            calls[-1] = before._replace(op=_biased(before.op))
        else:
            calls.append(call)
    if not gone:
        return None
    return replace(
        evidence,
        calls=tuple(_relieved(calls, {name: more // 2 for name, more in gone.items()})),
        weights=tuple(
            _with_bias(one, biased.get(one.name, 0))
            for one in evidence.weights
            if one.name not in gone
        ),
        params=evidence.params - sum(gone.values()) + sum(biased.values()),
    )


def _relieved(calls: Sequence[Call], gone: Mapping[str, int]) -> Iterator[Call]:
    """Containers without the weights that are gone, by the names of those who held them."""
    less: Counter[str] = Counter()
    for name, held in gone.items():
        while name := name.rpartition(".")[0]:
            less[name] += held
    for call in calls:
        if isinstance(call.op, Container) and less[call.name]:
            op = Container(weights_held=call.op.weights_held - less[call.name])
            call = call._replace(op=op)
        yield call


def _folds(conv: Call, norm: Call) -> bool:
    is_pair = isinstance(conv.op, Conv) and isinstance(norm.op, BatchNorm)
    return is_pair and conv.output == norm.input


def _biased(op: Any) -> Any:
    return Conv(
        kernel=op.kernel, stride=op.stride, dilation=op.dilation, groups=op.groups, bias=True,
        transposed=op.transposed,
    )  # fmt: skip


def _with_bias(one: Call, more: int) -> Call:
    op = one.op
    if not more or not isinstance(op, Weights):
        return one
    return one._replace(op=replace(op, held=op.held + more, trained=op.trained + more))
