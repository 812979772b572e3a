"""What comes of holding budgets: findings, verdicts, and the report on all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from bottlecalc.agreement.result import ClosedForm, ModelCount
from bottlecalc.budgets.budget import NO_LIMIT, Budget, Figure, Figures, Limit
from bottlecalc.layers.count import Counter
from bottlecalc.text.display import Displayed

Status = Literal["pass", "breach", "warning", "error"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One figure held against its budget.

    Attributes:
        value: what was counted.
        limit: what the budget says.
        baseline: what it was, or None.
        allowed: the most that ``max_increase`` allows, or None.
    """

    value: int
    limit: Limit = NO_LIMIT
    baseline: int | None = None
    allowed: int | None = None

    @property
    def most(self) -> int | None:
        """The tighter of the budget's own limit and of what its increase allows, or None."""
        ends = (end for end in (self.limit.most, self.allowed) if end is not None)
        return min(ends, default=None)

    @property
    def over(self) -> int:
        """How far beyond the tightest limit; negative below the least, 0 where it holds."""
        most, least = self.most, self.limit.least
        excess = 0 if most is None else max(0, self.value - most)
        return excess or (0 if least is None else min(0, self.value - least))


@dataclass(frozen=True, kw_only=True)
class Part:
    """A module's own share of a figure, and what that was; None where it is not known."""

    name: str
    value: int
    baseline: int | None = None

    @property
    def growth(self) -> int:
        """By how much it grew, or what it is where there is no baseline."""
        return self.value - (self.baseline or 0)


@dataclass(frozen=True, kw_only=True)
class Baseline:
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


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A budget, and what came of holding it.

    Attributes:
        budget: that was held.
        count: of its block or model, or None where it could not be counted.
        findings: by figure; empty where it could not be held.
        problem: why it could not be held, or empty.
        traceback: its last lines, where what the user's own code raised was why, or empty.
        baseline: what it was held against too, or None.
        notes: on the baseline.
    """

    budget: Budget
    count: ClosedForm | ModelCount | None = None
    findings: Mapping[Figure, Finding] = field(default_factory=dict)
    problem: str = ""
    traceback: str = ""
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
            Part(name=name, value=value, baseline=before.get(name, 0))
            for name, value in now.items()
            if value > before.get(name, 0)
        ]
        present = [Part(name=name, value=value) for name, value in now.items() if value]
        return tuple(sorted(grown or present, key=lambda part: -part.growth))

    @cached_property
    def modules(self) -> dict[str, Figures]:
        """What each module of a model, or layer of a block, has of its own."""
        return own_figures(self.count) if self.count else {}

    @property
    def versions(self) -> Mapping[Counter, str]:
        """Of the libraries that counted."""
        return self.count.versions if self.count else {}

    @property
    def status(self) -> Status:
        """What came of it, its level taken into account."""
        if self.problem:
            return "error"
        if not self.breaches:
            return "pass"
        return "warning" if self.budget.level == "warn" else "breach"


@dataclass(frozen=True, kw_only=True)
class Report(Displayed):
    """All budgets that were checked.

    Attributes:
        verdicts: in the order of the file.
        exit_code: of the check: 0 where all hold or only warn, 1 where one is exceeded, 2 where
            one could not be held.
        notes: on the baseline as a whole.
    """

    verdicts: tuple[Verdict, ...]
    exit_code: int
    notes: tuple[str, ...] = ()

    @property
    def versions(self) -> dict[Counter, str]:
        """Of the libraries that counted."""
        return versions(self.verdicts)


def versions(verdicts: Sequence[Verdict]) -> dict[Counter, str]:
    """Of the libraries that counted for these."""
    return {name: version for verdict in verdicts for name, version in verdict.versions.items()}


def exit_code(verdicts: Sequence[Verdict], exit_zero: bool = False) -> int:
    """0 where all hold or only warn, 1 where one is exceeded, 2 where one could not be held."""
    statuses = {verdict.status for verdict in verdicts}
    if "error" in statuses:
        return 2
    return 1 if "breach" in statuses and not exit_zero else 0


def own_figures(count: ClosedForm | ModelCount) -> dict[str, Figures]:
    """What each module of a model, or layer of a block, has of its own."""
    if isinstance(count, ClosedForm):
        return {
            layer.name: {
                "params": layer.params,
                "trainable_params": layer.params,
                "macs": layer.macs,
                "activations": layer.activations,
            }
            for layer in count.layers
        }
    return {
        node.name: {
            "params": node.params,
            "trainable_params": node.trainable,
            "macs": node.macs or 0,
            "activations": node.activations or 0,
        }
        for node in count.own
    }


def _own(modules: Mapping[str, Figures], figure: Figure) -> dict[str, int]:
    """One figure of each module."""
    key: Figure = "macs" if figure == "flops" else figure
    times = 2 if figure == "flops" else 1
    return {name: times * own.get(key, 0) for name, own in modules.items()}
