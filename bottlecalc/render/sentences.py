"""What there is to say of a verdict: what it breaks, by how much and why; what changed; notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bottlecalc.budgets.budget import NO_LIMIT, Figure
from bottlecalc.budgets.increase import spelled
from bottlecalc.budgets.verdict import Finding, Part, Verdict
from bottlecalc.render import training
from bottlecalc.render.remarks import passed_over
from bottlecalc.render.words import line, renaming
from bottlecalc.text.numbers import change as percent_of
from bottlecalc.text.numbers import percent

NAMES: dict[Figure, str] = {
    "params": "parameters",
    "trainable_params": "trainable parameters",
    "macs": "MACs",
    "flops": "FLOPs",
    "activations": "activations",
    "size": "bytes",
    "train_macs": "MACs of a training step",
    "peak_bytes": "bytes at the peak of a training step",
}
WEIGHED: dict[Figure, Figure] = {
    "size": "params",
    "train_macs": "macs",
    "peak_bytes": "activations",
}
"""Figures that no module has of its own, and what they follow from."""

HEAVIEST = 3
"""So many modules are named where a budget is exceeded."""


def breach(verdict: Verdict) -> str:
    """Everything there is to say of a budget that is exceeded or could not be held."""
    budget = verdict.budget
    lines = [f"{budget.name}: {sentence}" for sentence in sentences(verdict)]
    if verdict.findings:
        on = f" on {budget.input}" if budget.input else ""
        lines += [f"counted: {budget.of}{on}, by {budget.basis['counter']}"]
    lines += [*reasons(verdict), *notes(verdict), *budget.message.splitlines()]
    return "\n  ".join(map(line, lines))


def remark(verdict: Verdict) -> str:
    """What there is to say of a budget that holds: how it was counted, a stale baseline."""
    texts = notes(verdict)
    return line(f"{verdict.budget.name}: {'; '.join(texts)}") if texts else ""


def changed(verdict: Verdict) -> str:
    """What every figure was and is, of one whose figures changed."""
    texts = (
        f"{NAMES[figure]} {one.baseline or 0:,} → {one.value:,} ({_grown(one)})"
        for figure, one in distinct(verdict.findings).items()
        if one.changed and figure != "flops"
    )
    return line(f"{verdict.budget.name}: {', '.join(texts)}")


def notes(verdict: Verdict) -> tuple[str, ...]:
    """How it was counted, what a counter passed over, and what there is to say of the baseline."""
    count = verdict.count
    if count is None:
        return tuple(verdict.notes)
    step = training.sentences(count.training)
    return (*count.notes, *passed_over(count), *step, *verdict.notes)


def sentences(verdict: Verdict) -> Iterator[str]:
    """A sentence for every figure beyond a limit, or for why there are none."""
    if verdict.problem:
        yield f"could not be checked: {verdict.problem}"
    if verdict.skipped:
        yield f"skipped: {verdict.skipped}"
    for figure, finding in distinct(verdict.breaches).items():
        yield from _exceeded(figure, finding, verdict)


def reasons(verdict: Verdict) -> Iterator[str]:
    """For every figure too large, the modules that weigh most or, with a baseline, that grew.

    FLOPs are not told apart beside MACs, and bytes are those of parameters.
    """
    breaches = distinct(verdict.breaches)
    over = {figure: finding for figure, finding in breaches.items() if finding.over > 0}
    for figure in dict.fromkeys(WEIGHED.get(one, one) for one in over):
        parts = verdict.parts(figure)[:HEAVIEST]
        if parts and not (figure == "flops" and "macs" in over):
            finding = verdict.findings[figure]
            verb = "weigh most" if parts[0].baseline is None else "grew"
            yield f"{NAMES[figure]} that {verb}: {', '.join(_part(p, finding) for p in parts)}"


def distinct(findings: Mapping[Figure, Finding]) -> Mapping[Figure, Finding]:
    """Trainable parameters without a limit of their own are left out where all are trainable."""
    trainable, params = (findings.get(figure) for figure in ("trainable_params", "params"))
    same = trainable and params and trainable == replace(params, limit=NO_LIMIT)
    return {f: finding for f, finding in findings.items() if not (same and f == "trainable_params")}


def _exceeded(figure: Figure, finding: Finding, verdict: Verdict) -> Iterator[str]:
    name, value = NAMES[figure], finding.value
    least, most = finding.limit.least, finding.limit.most
    if finding.approved is not None and finding.approved == finding.most and value > finding.most:
        most = finding.most
        yield f"{value:,} {name} exceed the approved {most:,} by {_beyond(value, most)}"
        return
    if most is not None and value > most:
        yield f"{value:,} {name} exceed max_{figure} = {most:,} by {_beyond(value, most)}"
    if least is not None and value < least:
        yield f"{value:,} {name} fall short of min_{figure} = {least:,} by {_beyond(value, least)}"
    if finding.allowed is not None and value > finding.allowed:
        before, allowed = finding.baseline or 0, finding.allowed
        yield (
            f"{value:,} {name} are {_beyond(value, before)} more than"
            f" {_before(before, verdict)};"
            f" {_increase(figure, verdict)} allows {allowed:,}"
        )


def _before(before: int, verdict: Verdict) -> str:
    """What a figure was, and where that was counted."""
    revision = verdict.baseline.revision if verdict.baseline else ""
    return f"the {before:,} at {revision}" if revision else f"the baseline's {before:,}"


def _beyond(value: int, limit: int) -> str:
    by = abs(value - limit)
    share = f" ({_fine(by, limit)})" if limit else ""
    return f"{by:,}{share}"


def _fine(part: int, whole: int) -> str:
    """A share to one decimal, or to as many as show that it is not nothing."""
    tiny = part and 2000 * part < whole
    return f"{100 * part / whole:.2g}%" if tiny else percent(part, whole)


def _increase(figure: Figure, verdict: Verdict) -> str:
    key = f"max_increase_{figure}" if figure in verdict.budget.increases else "max_increase"
    growth = verdict.budget.growth(figure)
    return f"{key} = {'' if growth is None else spelled(growth)}"


def _part(part: Part, finding: Finding) -> str:
    name = renaming(part.was or part.name, part.name) or "(its own)"
    if part.baseline is None:
        return f"{name} {part.value:,} ({percent(part.value, finding.value)})"
    return f"{name} {part.baseline:,} → {part.value:,} (+{part.growth:,})"


def _grown(finding: Finding) -> str:
    before = finding.baseline or 0
    share = f", {percent_of(finding.value - before, before)}" if before else ""
    return f"{finding.value - before:+,}{share}"
