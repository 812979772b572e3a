"""Counts against each other, and against what other witnesses found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from bottlecalc.layers.count import (
    FIGURES,
    Count,
    Figure,
    Layers,
    Measurement,
    Operations,
    Params,
    Witness,
)


class Difference(NamedTuple):
    """A layer on which a witness contradicts the closed form.

    Attributes:
        layer: its name.
        figure: what was counted.
        closed_form: what the closed form says.
        witness: who contradicts.
        found: what the witness says.
    """

    layer: str
    figure: Figure
    closed_form: int
    witness: Witness
    found: int


@dataclass(frozen=True)
class Compared:
    """One block, and whether its witnesses agree.

    Attributes:
        count: the closed form.
        witnesses: the whole block's figures by each other witness that was asked.
        differences: every layer on which one of them contradicts the closed form.
        left_out: witnesses that were not asked although measuring was, each with the reason.
    """

    count: Count
    witnesses: Mapping[Figure, Mapping[Witness, int]] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    left_out: Mapping[Witness, str] = field(default_factory=dict)

    @property
    def agrees(self) -> bool | None:
        """Whether all witnesses agree on every layer; None where none was asked."""
        return not self.differences if self.witnesses else None


class Ratio(NamedTuple):
    """The baseline's cost divided by another block's.

    Attributes:
        of: the baseline.
        to: the other block.
        params: how many times the parameters, by scope.
        macs: how many times the MACs, and the FLOPs, by scope.
    """

    of: str
    to: str
    params: Mapping[str, Fraction]
    macs: Mapping[str, Fraction]


@dataclass(frozen=True)
class Comparison:
    """Blocks compared, the first being the baseline.

    Attributes:
        blocks: each with its evidence.
        ratios: the baseline to each of the others.
        versions: of the libraries that were asked.
    """

    blocks: tuple[Compared, ...]
    ratios: tuple[Ratio, ...]
    versions: Mapping[Witness, str]

    @property
    def agrees(self) -> bool | None:
        """Whether all witnesses of all blocks agree; None where none was asked."""
        verdicts = [block.agrees for block in self.blocks if block.agrees is not None]
        return all(verdicts) if verdicts else None

    @property
    def break_even_mid(self) -> int | None:
        """The width that breaks even, where the blocks compared have one and the same."""
        widths = {block.count.break_even_mid for block in self.blocks} - {None}
        return widths.pop() if len(widths) == 1 else None


def compare(counts: Sequence[Count], measured: Sequence[Measurement] = ()) -> Comparison:
    """Compare blocks, the first being the baseline.

    Args:
        counts: closed forms, at least one.
        measured: what the other witnesses found, block by block; empty where none was asked.

    Raises:
        ValueError: there is no count, or not one measurement for each.
    """
    if not counts:
        raise ValueError("no counts were given; give at least one")
    if measured and len(measured) != len(counts):
        raise ValueError(
            f"{len(measured)} measurements were given for {len(counts)} counts;"
            " give one for each, or none"
        )
    blocks = map(_confront, counts, measured) if measured else map(Compared, counts)
    versions = {name: version for found in measured for name, version in found.versions.items()}
    ratios = tuple(_ratio(counts[0], other) for other in counts[1:])
    return Comparison(tuple(blocks), ratios, versions)


def _confront(count: Count, found: Measurement) -> Compared:
    witnesses = {
        figure: {witness: sum(layers.values()) for witness, layers in found.figures[figure].items()}
        for figure in FIGURES
        if figure in found.figures
    }
    differences = tuple(
        difference
        for figure in witnesses
        for witness, layers in found.figures[figure].items()
        for difference in _differences(count.layers(figure), layers, figure, witness)
    )
    return Compared(count, witnesses, differences, found.left_out)


def _differences(
    closed_form: Layers, found: Layers, figure: Figure, witness: Witness
) -> list[Difference]:
    names = dict.fromkeys((*closed_form, *found))
    pairs = ((name, closed_form.get(name, 0), found.get(name, 0)) for name in names)
    return [Difference(name, figure, ours, witness, theirs)
            for name, ours, theirs in pairs if ours != theirs]  # fmt: skip


def _ratio(baseline: Count, other: Count) -> Ratio:
    return Ratio(
        of=str(baseline.block),
        to=str(other.block),
        params=_by_scope(baseline.params, other.params),
        macs=_by_scope(baseline.macs, other.macs),
    )


def _by_scope(of: Params | Operations, to: Params | Operations) -> dict[str, Fraction]:
    return {scope: Fraction(a, b) for scope, a, b in zip(of._fields, of, to, strict=True)}
