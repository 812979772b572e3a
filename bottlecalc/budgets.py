"""Budgets, and what was counted held against them: figures go in, verdicts come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from bottlecalc.blocks import Block
from bottlecalc.counts import Count, Witness
from bottlecalc.models import Input, ModelCount

Figure = Literal["params", "trainable_params", "macs", "flops", "activations"]
Figures = Mapping[Figure, int]
Level = Literal["error", "warn"]
Status = Literal["pass", "breach", "warning", "error"]

FIGURES: tuple[Figure, ...] = ("params", "trainable_params", "macs", "flops", "activations")
PARTED: Mapping[Figure, Figure] = {"trainable_params": "params", "flops": "macs"}
"""By which figure of the modules a total is taken apart, where it is not its own."""

DEFAULT_SIZE = (56, 56)
CONVENTION = (
    "MACs of convolutions and matrix products, FLOPs = 2 × MACs, parameters each counted once"
)


class Limit(NamedTuple):
    """What a figure may be, both ends included; None where there is no limit."""

    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Budget:
    """What a block or a model may cost.

    Attributes:
        name: one and only.
        block: whose closed form is held, or None.
        size: height and width of the block's input [pixels].
        model: the target that is built and counted, or None.
        arguments: for the model's class or function.
        inputs: of the model; none where parameters alone are held.
        counter: whose figures are held, of the model.
        limits: by figure.
        max_increase: of each figure, against the baseline, or None.
        level: whether a breach fails the check, or only warns.
        message: for whoever breaks it.
        file: where the budget stands.
        line: where in the file, or None where that is not known.
    """

    name: str
    block: Block | None = None
    size: tuple[int, int] = DEFAULT_SIZE
    model: str | None = None
    arguments: Mapping[str, object] = field(default_factory=dict)
    inputs: tuple[Input, ...] = ()
    counter: Literal["torch", "fvcore"] = "torch"
    limits: Mapping[Figure, Limit] = field(default_factory=dict)
    max_increase: Fraction | None = None
    level: Level = "error"
    message: str = ""
    file: str = ""
    line: int | None = None

    @property
    def subject(self) -> str:
        """What is counted."""
        return str(self.block) if self.block else str(self.model)

    @property
    def shown_input(self) -> str:
        """What it is counted on."""
        if self.block:
            return str(Input((1, self.block.in_channels, *self.size)))
        return ", ".join(map(str, self.inputs))

    @property
    def basis(self) -> dict[str, str]:
        """All that the figures rest on; figures of another basis cannot be compared."""
        counter = "closed form" if self.block else self.counter
        arguments = ",".join(f"{key}={value!r}" for key, value in sorted(self.arguments.items()))
        of = f"{self.subject}({arguments})" if arguments else self.subject
        return {
            "of": of, "input": self.shown_input, "counter": counter, "convention": CONVENTION,
        }  # fmt: skip


class Finding(NamedTuple):
    """One figure held against its budget.

    Attributes:
        value: what was counted.
        limit: what the budget says.
        baseline: what it was, or None.
        allowed: the most that ``max_increase`` allows, or None.
    """

    value: int
    limit: Limit = Limit()
    baseline: int | None = None
    allowed: int | None = None

    @property
    def over(self) -> int:
        """How far beyond the tightest limit; negative below the least, 0 where it holds."""
        most = min(
            (end for end in (self.limit.most, self.allowed) if end is not None), default=None
        )
        if most is not None and self.value > most:
            return self.value - most
        least = self.limit.least
        return self.value - least if least is not None and self.value < least else 0


class Part(NamedTuple):
    """A module's own share of a figure, and what that was; None where it is not known."""

    name: str
    value: int
    baseline: int | None = None

    @property
    def growth(self) -> int:
        """By how much it grew, or what it is where there is no baseline."""
        return self.value - (self.baseline or 0)


@dataclass(frozen=True)
class Verdict:
    """A budget, and what came of holding it.

    Attributes:
        budget: that was held.
        findings: by figure; empty where it could not be counted.
        problem: why it could not be held, or empty.
        modules: what each module of a model, or layer of a block, has of its own.
        before: the same of the baseline, or None where there is none.
        notes: on how it was counted, and on the baseline.
    """

    budget: Budget
    findings: Mapping[Figure, Finding] = field(default_factory=dict)
    problem: str = ""
    modules: Mapping[str, Figures] = field(default_factory=dict)
    before: Mapping[str, Figures] | None = None
    notes: tuple[str, ...] = ()

    @property
    def breaches(self) -> Mapping[Figure, Finding]:
        """The figures that are beyond a limit."""
        return {figure: finding for figure, finding in self.findings.items() if finding.over}

    def parts(self, figure: Figure) -> tuple[Part, ...]:
        """The heaviest modules first, or with a baseline those that grew most."""
        key = PARTED.get(figure, figure)
        parts = [
            Part(
                name, own.get(key, 0), None if self.before is None else _own(self.before, name, key)
            )
            for name, own in self.modules.items()
        ]
        grown = [part for part in parts if part.growth > 0]
        return tuple(sorted(grown, key=lambda part: -part.growth))

    @property
    def status(self) -> Status:
        """What came of it, its level taken into account."""
        if self.problem:
            return "error"
        if not self.breaches:
            return "pass"
        return "warning" if self.budget.level == "warn" else "breach"


class Baseline(NamedTuple):
    """What was counted of a budget's subject before.

    Attributes:
        basis: what the figures rest on.
        figures: the totals.
        modules: of a model, what each module had of its own.
    """

    basis: Mapping[str, str]
    figures: Figures
    modules: Mapping[str, Figures]


def figures(count: Count | ModelCount) -> dict[Figure, int]:
    """What budgets may limit, of a block (scope block) or of a model."""
    if isinstance(count, ModelCount):
        held = {"params": count.params.total, "trainable_params": count.params.trainable}
        done = {"macs": count.macs, "flops": count.flops, "activations": count.activations}
    else:
        held = {"params": count.params.block, "trainable_params": count.params.block}
        done = {"macs": count.macs.block, "flops": count.flops.block,
                "activations": count.activations}  # fmt: skip
    found: dict[str, int | None] = {**held, **done}
    return {figure: value for figure in FIGURES if (value := found[figure]) is not None}


def modules(count: Count | ModelCount) -> dict[str, Figures]:
    """What each module of a model, or layer of a block, has of its own."""
    rows: Sequence[Any] = count.own if isinstance(count, ModelCount) else count.rows
    return {
        row.name: {
            "params": row.params,
            "macs": row.macs or 0,
            "activations": row.activations or 0,
        }
        for row in rows
    }


def hold(budget: Budget, count: Count | ModelCount, baseline: Baseline | None = None) -> Verdict:
    """Hold what was counted against its budget, on exact integers, limits included."""
    counted = figures(count)
    missing = [figure for figure in budget.limits if figure not in counted]
    if missing:
        return Verdict(
            budget,
            problem=f"{' and '.join(missing)} cannot be counted without an input;"
            " give input = [1, 3, 224, 224], or what your model takes",
        )
    notes = count.notes if isinstance(count, ModelCount) else ()
    usable = baseline if baseline and dict(baseline.basis) == budget.basis else None
    if baseline and not usable:
        notes = (*notes, _other_basis(budget, baseline))
    if budget.max_increase is not None and not usable:
        wanting = notes[-1] if baseline else "there is no baseline for max_increase"
        return Verdict(budget, problem=f"{wanting}; make one with: bottlecalc check --update")
    findings = {
        figure: _finding(value, budget, figure, usable) for figure, value in counted.items()
    }
    before = usable.modules if usable else None
    return Verdict(budget, findings, "", modules(count), before, notes)


def _finding(value: int, budget: Budget, figure: Figure, baseline: Baseline | None) -> Finding:
    before = baseline.figures.get(figure) if baseline else None
    limit = budget.limits.get(figure, Limit())
    allowed = None
    if before is not None and budget.max_increase is not None and _is_held(figure, limit):
        allowed = int(before * (1 + budget.max_increase))
    return Finding(value, limit, before, allowed)


def _is_held(figure: Figure, limit: Limit) -> bool:
    """FLOPs grow as MACs do: they are held where they have a limit, not to say all twice."""
    return figure != "flops" or limit != Limit()


def _other_basis(budget: Budget, baseline: Baseline) -> str:
    changed = [
        f"{key} was {baseline.basis.get(key) or 'none'} and is {value or 'none'}"
        for key, value in budget.basis.items()
        if baseline.basis.get(key) != value
    ]
    return f"the baseline is stale: {', '.join(changed)}"


def _own(modules: Mapping[str, Figures], name: str, figure: Figure) -> int:
    return modules.get(name, {}).get(figure, 0)


def exit_code(verdicts: Sequence[Verdict], exit_zero: bool = False) -> int:
    """0 where all hold or only warn, 1 where one is exceeded, 2 where one could not be held."""
    found = {verdict.status for verdict in verdicts}
    if "error" in found:
        return 2
    return 1 if "breach" in found and not exit_zero else 0


@dataclass(frozen=True)
class Report:
    """All budgets that were checked.

    Attributes:
        verdicts: in the order of the file.
        exit_code: of the check.
        notes: on the baseline as a whole.
        versions: of the libraries that counted.
    """

    verdicts: tuple[Verdict, ...]
    exit_code: int
    notes: tuple[str, ...] = ()
    versions: Mapping[Witness, str] = field(default_factory=dict)
