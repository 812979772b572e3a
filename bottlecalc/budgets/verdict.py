"""What comes of holding budgets: findings, verdicts, and the report on all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from bottlecalc.agreement.result import ClosedForm, ModelCount
from bottlecalc.budgets.budget import NO_LIMIT, Budget, Figure, Figures, Limit
from bottlecalc.layers.count import Counter
from bottlecalc.layers.counted import Node
from bottlecalc.text.display import Displayed

if TYPE_CHECKING:
    from bottlecalc.budgets.allowance import Allowance, AllowanceStatus
    from bottlecalc.changes.diff import Cost, ModuleChange

Status = Literal["pass", "breach", "warning", "error", "skipped"]
WORST_FIRST: tuple[Status, ...] = ("error", "breach", "warning", "pass", "skipped")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One figure held against its budget.

    Attributes:
        value: what was counted.
        limit: what the budget says.
        baseline: what it was, or None.
        allowed: the most that ``max_increase`` allows, or None.
        approved: how far it may go all the same, or None.
    """

    value: int
    limit: Limit = NO_LIMIT
    baseline: int | None = None
    allowed: int | None = None
    approved: int | None = None

    @property
    def changed(self) -> bool:
        """Whether it is known to have been another."""
        return self.baseline is not None and self.baseline != self.value

    @property
    def most(self) -> int | None:
        """The tighter of the budget's own limit and of what its increase allows, or None; or what
        was approved, where that is more.
        """
        most = self.usual
        return most if most is None or self.approved is None else max(most, self.approved)

    @property
    def usual(self) -> int | None:
        """The same without what was approved."""
        most, allowed = self.limit.most, self.allowed
        return most if allowed is None else allowed if most is None else min(most, allowed)

    @property
    def over(self) -> int:
        """How far beyond the tightest limit; negative below the least, 0 where it holds."""
        most, least = self.most, self.limit.least
        excess = 0 if most is None else max(0, self.value - most)
        return excess or (0 if least is None else min(0, self.value - least))


@dataclass(frozen=True, kw_only=True)
class Part:
    """A module's own share of a figure, and what that was.

    Attributes:
        name: of the module.
        value: its share.
        baseline: what that was; None where it is not known.
        was: what it was called, where that was something else.
    """

    name: str
    value: int
    baseline: int | None = None
    was: str = ""

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
        depth: how far down these are told, with all inside of the last; None for all the way.
        nodes: the same with their types, where these are known.
        revision: of which it is; empty for the lock's.
    """

    of: str
    basis: Mapping[str, str]
    figures: Figures
    modules: Mapping[str, Figures]
    depth: int | None = None
    nodes: tuple[Node, ...] = ()
    revision: str = ""

    def tree(self) -> tuple[Node, ...]:
        """The modules, each with what was its own; without types where these are not known."""
        return self.nodes or tuple(_node(name, own) for name, own in self.modules.items())


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A budget, and what came of holding it.

    Attributes:
        budget: that was held.
        count: of its block or model, or None where it could not be counted.
        findings: by figure; empty where it could not be held.
        problem: why it could not be held, or empty.
        skipped: why it was not counted, as the budget says, or empty.
        traceback: its last lines, where what the user's own code raised was why, or empty.
        baseline: what it was held against too, or None.
        notes: on the baseline, on what was approved, and on limits that are near, a sentence each.
    """

    budget: Budget
    count: ClosedForm | ModelCount | None = None
    findings: Mapping[Figure, Finding] = field(default_factory=dict)
    problem: str = ""
    skipped: str = ""
    traceback: str = ""
    baseline: Baseline | None = None
    notes: tuple[str, ...] = ()

    @cached_property
    def breaches(self) -> Mapping[Figure, Finding]:
        """The figures that are beyond a limit."""
        return {figure: finding for figure, finding in self.findings.items() if finding.over}

    @property
    def is_short(self) -> bool:
        """Whether it fails, and by figures below their least alone."""
        return bool(self.breaches) and all(one.over < 0 for one in self.breaches.values())

    @property
    def changed(self) -> bool:
        """Whether it is known to have cost something else."""
        return any(finding.changed for finding in self.findings.values())

    def parts(self, figure: Figure) -> tuple[Part, ...]:
        """With a baseline the modules that grew, most first; where none did, the heaviest first."""
        present = [Part(name=name, value=own) for name, own in _own(self.modules, figure).items()]
        parts = self._grown(figure) or [part for part in present if part.value]
        return tuple(sorted(parts, key=lambda part: -part.growth))

    def changes(self, figure: Figure = "params") -> tuple[ModuleChange, ...]:
        """The modules that are not as they were, renamed ones joined; none without a baseline.

        Args:
            figure: whose changes are asked for; of trainable parameters these stand for all.
        """
        if not self.baseline or not self.count:
            return ()
        from bottlecalc.changes.diff import changes, folded  # what holds need not wait for it

        before = [*self.baseline.tree()]
        after = [*folded(self.count.own, self.baseline.depth)]
        if not self.baseline.nodes:
            before, after = _costly(before), _costly(after)
        if figure == "trainable_params":
            before, after = ([replace(n, params=n.trainable) for n in s] for s in (before, after))
        return changes(before, after)

    def _grown(self, figure: Figure) -> list[Part]:
        cost, times = COSTS[figure]
        changes = ((one, one.figures[cost]) for one in self.changes(figure))
        return [
            Part(
                name=one.name, value=times * (change.after or 0),
                baseline=times * (change.before or 0),
                was=one.before_name or "" if one.status == "renamed" else "",
            )
            for one, change in changes
            if (change.change or 0) > 0
        ]  # fmt: skip

    @cached_property
    def modules(self) -> dict[str, Figures]:
        """What each module of a model, or layer of a block, has of its own."""
        return own_figures(self.count) if self.count else {}

    def modules_down_to(self, depth: int | None) -> dict[str, Figures]:
        """The same of modules down to a depth, those below it part of what they are inside of."""
        if not self.count or depth is None:
            return self.modules
        from bottlecalc.changes.diff import folded  # whoever writes or reads a lock

        return {node.name: _figures(node) for node in folded(self.count.own, depth)}

    @property
    def versions(self) -> Mapping[Counter, str]:
        """Of the libraries that counted."""
        return self.count.versions if self.count else {}

    @property
    def status(self) -> Status:
        """What came of it, its level taken into account."""
        if self.problem:
            return "error"
        if self.skipped:
            return "skipped"
        if not self.breaches:
            return "pass"
        return "warning" if self.budget.level == "warn" else "breach"


@dataclass(frozen=True, kw_only=True)
class Against:
    """The revision that budgets were held against.

    Attributes:
        ref: as it was named.
        commit: its hash; empty where there is no such revision.
        new: budgets that it does not have.
        removed: budgets that it has and that are no more.
        problem: why it, or some of its budgets, could not be counted, or empty.
    """

    ref: str
    commit: str = ""
    new: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    problem: str = ""

    def __str__(self) -> str:
        return f"{self.ref} ({self.commit[:7]})" if self.commit else self.ref


@dataclass(frozen=True, kw_only=True)
class Report(Displayed):
    """All budgets that were checked.

    Attributes:
        verdicts: in the order of the file.
        exit_code: of the check: 0 where all hold or only warn, 1 where one is exceeded or the
            baseline is out of date and may not be, 2 where one could not be held.
        notes: of no one budget: on the baseline, the revision and the file, a sentence each.
        pressing: those of the notes that ask for something to be done.
        against: the revision that they were held against, or None.
    """

    verdicts: tuple[Verdict, ...]
    exit_code: int
    notes: tuple[str, ...] = ()
    pressing: tuple[str, ...] = ()
    against: Against | None = None

    @property
    def worst(self) -> Status:
        """The worst that came of any budget; skipped where there is none."""
        statuses = {verdict.status for verdict in self.verdicts}
        return next((status for status in WORST_FIRST if status in statuses), "skipped")

    def is_new(self, verdict: Verdict) -> bool:
        """Whether the revision that it is held against has no such budget."""
        return self.against is not None and verdict.budget.name in self.against.new

    @property
    def versions(self) -> dict[Counter, str]:
        """Of the libraries that counted."""
        return versions(self.verdicts)

    @property
    def is_unheld(self) -> bool:
        """Whether the revision, or some of its budgets, could not be counted."""
        return bool(self.against and self.against.problem)


def allowance_status(allowance: Allowance, findings: Mapping[Figure, Finding]) -> AllowanceStatus:
    """What has become of something that was approved: whether anything is beyond its limits."""
    if allowance.is_expired:
        return "expired"
    finding = findings.get(allowance.figure) if allowance.figure else None
    is_beyond = finding and finding.usual is not None and finding.value > finding.usual
    return "used" if is_beyond else "unused"


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
    return {node.name: _figures(node) for node in count.own}


def _figures(node: Node) -> Figures:
    return {
        "params": node.params, "trainable_params": node.trainable, "macs": node.macs or 0,
        "activations": node.activations or 0,
    }  # fmt: skip


COSTS: Mapping[Figure, tuple[Cost, int]] = {
    "params": ("params", 1), "trainable_params": ("params", 1), "macs": ("macs", 1),
    "flops": ("macs", 2), "activations": ("activations", 1), "size": ("params", 1),
    "train_macs": ("macs", 1), "peak_bytes": ("activations", 1),
}  # fmt: skip
"""By figure, what of a module's changes it follows from, and how many times that."""


def _node(name: str, own: Figures) -> Node:
    return Node(
        name=name, type="", params=own.get("params", 0), macs=own.get("macs", 0),
        activations=own.get("activations", 0), trainable=own.get("trainable_params", 0),
    )  # fmt: skip


def _costly(nodes: Iterable[Node]) -> list[Node]:
    """Those that cost something, as a lock has them."""
    return [node for node in nodes if any(_figures(node).values())]


def _own(modules: Mapping[str, Figures], figure: Figure) -> dict[str, int]:
    """One figure of each module."""
    key: Figure = "macs" if figure == "flops" else figure
    times = 2 if figure == "flops" else 1
    return {name: times * own.get(key, 0) for name, own in modules.items()}
