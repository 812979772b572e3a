"""Budgets, and what was counted held against them: figures go in, verdicts come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, NamedTuple

from bottlecalc.blocks.residual import Block
from bottlecalc.layers.count import Count, Witness
from bottlecalc.models.model import Input, ModelCount

Figure = Literal["params", "trainable_params", "macs", "flops", "activations"]
Figures = Mapping[Figure, int]
Level = Literal["error", "warn"]
Status = Literal["pass", "breach", "warning", "error"]

FIGURES: tuple[Figure, ...] = ("params", "trainable_params", "macs", "flops", "activations")
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
    def of(self) -> str:
        """What is counted, and its arguments."""
        arguments = ",".join(f"{key}={value!r}" for key, value in sorted(self.arguments.items()))
        return f"{self.subject}({arguments})" if arguments else self.subject

    @property
    def shown_input(self) -> str:
        """What it is counted on."""
        if self.block:
            return str(Input((1, self.block.in_channels, *self.size)))
        return ", ".join(map(str, self.inputs))

    @property
    def basis(self) -> dict[str, str]:
        """What figures must share to be compared: the input, the counter, the convention.

        Of a block's input that is the size: its channels are the block's own.
        """
        return {
            "input": str(Input(self.size)) if self.block else self.shown_input,
            "counter": "closed form" if self.block else self.counter,
            "convention": CONVENTION,
        }


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
        count: of its block or model, or None where it could not be counted.
        findings: by figure; empty where it could not be held.
        problem: why it could not be held, or empty.
        baseline: what it was held against too, or None.
        notes: on how it was counted, and on the baseline.
    """

    budget: Budget
    count: Count | ModelCount | None = None
    findings: Mapping[Figure, Finding] = field(default_factory=dict)
    problem: str = ""
    baseline: Baseline | None = None
    notes: tuple[str, ...] = ()

    @cached_property
    def breaches(self) -> Mapping[Figure, Finding]:
        """The figures that are beyond a limit."""
        return {figure: finding for figure, finding in self.findings.items() if finding.over}

    def parts(self, figure: Figure) -> tuple[Part, ...]:
        """With a baseline the modules that grew, most first; where none did, the heaviest first."""
        now = _own(self.modules, figure)
        before = _own(self.baseline.modules, figure) if self.baseline else now
        grown = [
            Part(name, value, before.get(name, 0))
            for name, value in now.items()
            if value > before.get(name, 0)
        ]
        held = [Part(name, value) for name, value in now.items() if value]
        return tuple(sorted(grown or held, key=lambda part: -part.growth))

    @property
    def modules(self) -> dict[str, Figures]:
        """What each module of a model, or layer of a block, has of its own."""
        return modules(self.count) if self.count else {}

    @property
    def versions(self) -> Mapping[Witness, str]:
        """Of the libraries that counted."""
        return self.count.versions if isinstance(self.count, ModelCount) else {}

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
        of: what was counted.
        basis: what the figures rest on.
        figures: the totals.
        modules: what each module of a model, or layer of a block, had of its own.
    """

    of: str
    basis: Mapping[str, str]
    figures: Figures
    modules: Mapping[str, Figures]


def figures(count: Count | ModelCount) -> dict[Figure, int]:
    """What budgets may limit, of a block (scope block) or of a model."""
    if isinstance(count, ModelCount):
        held = {"params": count.params.total, "trainable_params": count.params.trainable}
        done = {"macs": count.macs, "flops": count.flops, "activations": count.activations}
    else:
        params, macs = count.params.block, count.macs.block
        held = {"params": params, "trainable_params": params}
        done = {"macs": macs, "flops": 2 * macs, "activations": count.activations}
    found: dict[str, int | None] = {**held, **done}
    return {figure: value for figure in FIGURES if (value := found[figure]) is not None}


def modules(count: Count | ModelCount) -> dict[str, Figures]:
    """What each module of a model, or layer of a block, has of its own."""
    rows: Sequence[Any] = count.own if isinstance(count, ModelCount) else count.rows
    return {
        row.name: {
            "params": row.params,
            "trainable_params": getattr(row, "trainable", row.params),
            "macs": row.macs or 0,
            "activations": row.activations or 0,
        }
        for row in rows
    }


def _own(modules: Mapping[str, Figures], figure: Figure) -> dict[str, int]:
    """One figure of each module."""
    key: Figure = "macs" if figure == "flops" else figure
    times = 2 if figure == "flops" else 1
    return {name: times * own.get(key, 0) for name, own in modules.items()}


def hold(budget: Budget, count: Count | ModelCount, baseline: Baseline | None = None) -> Verdict:
    """Hold what was counted against its budget, on exact integers, limits included."""
    stale = _stale(budget, baseline) if baseline else ""
    usable = None if stale else baseline
    findings = {
        figure: _finding(value, budget, figure, usable) for figure, value in figures(count).items()
    }
    problem = _uncounted(budget, findings) or _ungrowable(budget, findings, baseline, stale)
    notes = [*count.notes, *count.passed_over] if isinstance(count, ModelCount) else []
    if stale and stale not in problem:
        notes.append(stale)
    if usable and usable.of != budget.of:
        notes.append(f"the baseline is of {usable.of}")
    return Verdict(budget, count, findings, problem, usable, tuple(notes))


def _uncounted(budget: Budget, findings: Mapping[Figure, Finding]) -> str:
    """Why a limit cannot be held, or empty."""
    missing = [figure for figure in budget.limits if figure not in findings]
    if not missing:
        return ""
    return (
        f"{' and '.join(missing)} cannot be counted without an input;"
        " give input = [1, 3, 224, 224], or what your model takes"
    )


def _ungrowable(
    budget: Budget, findings: Mapping[Figure, Finding], baseline: Baseline | None, stale: str
) -> str:
    """Why ``max_increase`` cannot be held, or empty."""
    missing = [figure for figure, finding in findings.items() if finding.baseline is None]
    if budget.max_increase is None or not missing:
        return ""
    if not baseline:
        said = "there is no baseline for max_increase"
    else:
        said = stale or f"the baseline has no {' and no '.join(missing)}"
    return f"{said}; make one with: bottlecalc check --update"


def _stale(budget: Budget, baseline: Baseline) -> str:
    """Why figures cannot be compared with a baseline's, or empty."""
    changes = [
        f"{key} was {baseline.basis.get(key) or 'none'} and is {value or 'none'}"
        for key, value in budget.basis.items()
        if baseline.basis.get(key) != value
    ]
    return f"the baseline is stale: {', '.join(changes)}" if changes else ""


def _finding(value: int, budget: Budget, figure: Figure, baseline: Baseline | None) -> Finding:
    """FLOPs grow exactly as MACs do, so that these alone are held against the baseline."""
    before = baseline.figures.get(figure) if baseline else None
    limit = budget.limits.get(figure, Limit())
    allowed = None
    if before is not None and budget.max_increase is not None and figure != "flops":
        allowed = int(before * (1 + budget.max_increase))
    return Finding(value, limit, before, allowed)


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
    """

    verdicts: tuple[Verdict, ...]
    exit_code: int
    notes: tuple[str, ...] = ()

    @property
    def versions(self) -> dict[Witness, str]:
        """Of the libraries that counted."""
        return versions(self.verdicts)


def versions(verdicts: Sequence[Verdict]) -> dict[Witness, str]:
    """Of the libraries that counted for these."""
    return {name: version for verdict in verdicts for name, version in verdict.versions.items()}
