"""Verdicts for people: what a breach is, by how much, and why; as table and Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, zip_longest

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from bottlecalc.budgets.budget import NO_LIMIT, Figure
from bottlecalc.budgets.increase import spelled
from bottlecalc.budgets.verdict import Finding, Part, Report, Status, Verdict
from bottlecalc.render import words
from bottlecalc.render.layout import fits, hung, printed, ruled
from bottlecalc.render.remarks import passed_over
from bottlecalc.render.stack import stacked
from bottlecalc.render.words import line, renaming
from bottlecalc.text.numbers import change as percent_of
from bottlecalc.text.numbers import number, percent, share_of_limit

COLUMNS = ("figure", "=value", "=limit", "=used", "=change")
COMPARED = ("figure", "=before", "=value", "=change", "=%", "=limit", "=used")
"""Where budgets are held against another revision."""

NAMES: dict[Figure, str] = {
    "params": "parameters",
    "trainable_params": "trainable parameters",
    "macs": "MACs",
    "flops": "FLOPs",
    "activations": "activations",
    "size": "bytes",
}
WEIGHED: dict[Figure, Figure] = {"size": "params"}
"""Figures that no module has of its own, and what they follow from."""

MARKS: dict[Status, tuple[str, str]] = {
    "pass": ("✓", "bold green"),
    "breach": ("✗", "bold red"),
    "warning": ("!", "bold yellow"),
    "error": ("✗", "bold red"),
    "skipped": ("–", "dim"),
}
STYLES = dict(MARKS.values())

LEGEND = """\
MACs and FLOPs (2 × MACs): one forward pass in eval mode, on the input shown.
parameters: all, normalisation and biases included, each counted once."""
GROWTH = "limit: the tighter of the budget's own and of what max_increase allows."
MOST_HOLDING = 10
"""So many budgets that hold have their rows in the table; of more, how many is enough."""

MOST_ROWED = 200
"""So many others have theirs; of more, what is said of each below is enough."""

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
        for figure, one in _distinct(verdict.findings).items()
        if one.changed and figure != "flops"
    )
    return line(f"{verdict.budget.name}: {', '.join(texts)}")


def notes(verdict: Verdict) -> tuple[str, ...]:
    """How it was counted, what a counter passed over, and what there is to say of the baseline."""
    count = verdict.count
    counted = (*count.notes, *passed_over(count)) if count else ()
    return (*counted, *verdict.notes)


def sentences(verdict: Verdict) -> Iterator[str]:
    """A sentence for every figure beyond a limit, or for why there are none."""
    if verdict.problem:
        yield f"could not be checked: {verdict.problem}"
    if verdict.skipped:
        yield f"skipped: {verdict.skipped}"
    for figure, finding in _distinct(verdict.breaches).items():
        yield from _exceeded(figure, finding, verdict)


def reasons(verdict: Verdict) -> Iterator[str]:
    """For every figure too large, the modules that weigh most or, with a baseline, that grew.

    FLOPs are not told apart beside MACs, and bytes are those of parameters.
    """
    breaches = _distinct(verdict.breaches)
    over = {figure: finding for figure, finding in breaches.items() if finding.over > 0}
    for figure in dict.fromkeys(WEIGHED.get(one, one) for one in over):
        parts = verdict.parts(figure)[:HEAVIEST]
        if parts and not (figure == "flops" and "macs" in over):
            finding = verdict.findings[figure]
            verb = "weigh most" if parts[0].baseline is None else "grew"
            yield f"{NAMES[figure]} that {verb}: {', '.join(_part(p, finding) for p in parts)}"


def table(report: Report, console: Console) -> str:
    """Every budget with its figures, and then every breach in full."""
    return printed(_parts(report, console), console)


def markdown(report: Report) -> str:
    """The same as Markdown: a table, and the breaches as a list."""
    texts = (remark(v) if v.status == "pass" else breach(v) for v in report.verdicts)
    listed = [f"- {words.markdown(text)}" for text in (*texts, *map(line, report.notes)) if text]
    below = ["", _legend(report), *([""] if listed else []), *listed]
    return "\n".join([*table_lines(report, report.verdicts), *below]) + "\n"


def table_lines(report: Report, verdicts: Sequence[Verdict]) -> Iterator[str]:
    """The lines of a table of some of its budgets, in Markdown."""
    columns = columns_of(report)
    rows: list[tuple[str, ...]] = [("", "budget", *(name.removeprefix("=") for name in columns))]
    rows += [("---", "---", "---", *["---:"] * (len(columns) - 1))]
    cells = (row for verdict in verdicts for row in _rows(verdict, columns))
    rows += [tuple(map(words.markdown, row)) for row in cells]
    yield from (f"| {' | '.join(row)} |" for row in rows)


def summary(report: Report) -> str:
    """How many hold, in a sentence."""
    statuses = [_outcome(verdict) for verdict in report.verdicts]
    numbers = {
        "holds" if statuses.count("pass") == 1 else "hold": statuses.count("pass"),
        **{what: statuses.count(what) for what in OUTCOMES},
    }
    listed = ", ".join(f"{times} {what}" for what, times in numbers.items() if times) or "none"
    total = f"{len(statuses)} {'budget' if len(statuses) == 1 else 'budgets'}: {listed}"
    return f"{total}; {against(report)}" if report.against and report.against.commit else total


OUTCOMES = (
    "exceeded", "exceeded with a warning", "short of its least", "short with a warning",
    "not checked", "skipped",
)  # fmt: skip


def _outcome(verdict: Verdict) -> str:
    """What came of a budget that does not hold, in a summary."""
    failing = "short of its least" if verdict.is_short else "exceeded"
    warning = "short with a warning" if verdict.is_short else "exceeded with a warning"
    texts: dict[Status, str] = {
        "breach": failing, "warning": warning, "error": "not checked", "skipped": "skipped",
    }  # fmt: skip
    return texts.get(verdict.status, "pass")


def against(report: Report) -> str:
    """How many budgets cost something else than at the revision that they were held against."""
    compared = [verdict for verdict in report.verdicts if verdict.baseline]
    changed = sum(1 for verdict in compared if verdict.changed)
    return f"{changed} of {len(compared)} changed against {line(str(report.against))}"


def columns_of(report: Report) -> tuple[str, ...]:
    """The columns of its table, those that hold numbers with a ``=`` before."""
    return COMPARED if report.against and report.against.commit else COLUMNS


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


def _parts(report: Report, console: Console) -> Iterator[RenderableType]:
    yield Text(_legend(report), style="dim")
    yield Text()
    yield from _table(report, console)
    for verdict in report.verdicts:
        if verdict.status != "pass":
            yield Text()
            yield _told(verdict, console)
        elif notes(verdict):
            yield Text(f"\n{remark(verdict)}", style="yellow")
    yield from (Text(f"\n{line(note)}", style="yellow") for note in report.notes)
    yield Text(f"\n{summary(report)}", style="bold")


def _table(report: Report, console: Console) -> Iterator[RenderableType]:
    """Those that hold and those that do not, as far as anybody reads them; stacked where narrow."""
    holding = [verdict for verdict in report.verdicts if verdict.status == "pass"]
    others = [verdict for verdict in report.verdicts if verdict.status != "pass"]
    names = {v.budget.name for v in (*holding[:MOST_HOLDING], *others[:MOST_ROWED])}
    shown = [verdict for verdict in report.verdicts if verdict.budget.name in names]
    columns = columns_of(report)
    grid = _grid(shown, columns)
    rest = []
    if holding[MOST_HOLDING:]:
        rest.append((Text(*MARKS["pass"]), f"… {len(holding) - MOST_HOLDING} more hold"))
    if others[MOST_ROWED:]:
        rest.append((Text(), f"… {len(others) - MOST_ROWED:,} more are told below"))
    for row in rest:
        grid.add_row(*row)
    if fits(grid, console):
        yield grid
    else:
        yield from chain.from_iterable(_stack(verdict, columns) for verdict in shown)
        yield from (Text.assemble(" ", mark, f"  {text}") for mark, text in rest)


def _grid(verdicts: Iterable[Verdict], columns: Sequence[str]) -> Table:
    grid = ruled("", "budget", *columns)
    for verdict in verdicts:
        for row in _rows(verdict, columns):
            grid.add_row(Text(row[0], STYLES.get(row[0], "")), *map(Text, row[1:]))
    return grid


def _stack(verdict: Verdict, columns: Sequence[str]) -> Iterator[RenderableType]:
    """A budget's name, its input, and each figure by itself."""
    about = "\n    ".join(filter(None, (line(verdict.budget.name), verdict.budget.input)))
    yield Text.assemble(" ", MARKS[verdict.status], f"  {about}")
    grid = ruled(*columns)
    statuses = _statuses(verdict) if verdict.breaches else [None] * len(_cells(verdict, columns))
    for status, (figure, *others) in zip(statuses, _cells(verdict, columns), strict=True):
        grid.add_row(f"{_mark(status)[0]} {figure}".strip(), *others)
    yield stacked(grid)


def _told(verdict: Verdict, console: Console) -> RenderableType:
    """A breach beside its mark; where nothing is wrapped in far less time as it is."""
    mark, style = MARKS[verdict.status]
    text = breach(verdict)
    if not console.is_terminal:
        return Text(f"{mark} {text}")
    return hung(mark, text.replace("\n  ", "\n"), mark_style=style)


def _legend(report: Report) -> str:
    """How the table is to be read."""
    findings = (finding for verdict in report.verdicts for finding in verdict.findings.values())
    growth = any(finding.allowed is not None for finding in findings)
    return f"{LEGEND}\n{GROWTH}" if growth else LEGEND


def _cells(verdict: Verdict, columns: Sequence[str]) -> list[tuple[str, ...]]:
    """What stands in the table of each figure that has a limit, or that changed."""
    cells = (_by_column(name, finding) for name, finding in _figures(verdict).items())
    reason = "skipped" if verdict.skipped else "not checked"
    empty = (reason, *[""] * (len(columns) - 1))
    return [tuple(by[column] for column in columns) for by in cells] or [empty]


def _by_column(figure: Figure, finding: Finding) -> dict[str, str]:
    limit, used, change = _against(finding)
    before = finding.baseline
    return {
        "figure": NAMES[figure],
        "=before": "" if before is None else number(before),
        "=value": number(finding.value),
        "=change": change,
        "=%": percent_of(finding.value - before, before) if before and finding.changed else "",
        "=limit": limit,
        "=used": used,
    }


def _statuses(verdict: Verdict) -> list[Status | None]:
    """By row of the table: of each figure where the budget fails, and else of all in the first."""
    if not verdict.breaches:
        return [verdict.status]
    return [_status(finding, verdict) for finding in _figures(verdict).values()]


def _status(finding: Finding, verdict: Verdict) -> Status | None:
    """What came of a figure; None where it has no limit."""
    if finding.over:
        return verdict.status
    return "pass" if finding.most is not None or finding.limit.least is not None else None


def _mark(status: Status | None) -> tuple[str, str]:
    return MARKS[status] if status else ("", "")


def _rows(verdict: Verdict, columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """A row for every figure that has a limit; the name and the input stand beside the first."""
    names = filter(None, (line(verdict.budget.name), verdict.budget.input))
    rows = zip_longest(_statuses(verdict), names, _cells(verdict, columns))
    for status, name, cells in rows:
        yield _mark(status)[0], name or "", *(cells or [""] * len(columns))


def _figures(verdict: Verdict) -> Mapping[Figure, Finding]:
    """What has a limit, or all where nothing has one yet; what is beyond its limit first."""
    limited = {
        figure: finding
        for figure, finding in verdict.findings.items()
        if finding.limit != NO_LIMIT or finding.allowed is not None or finding.changed
    }
    found = _distinct(limited or verdict.findings)
    return dict(sorted(found.items(), key=lambda item: not item[1].over))


def _distinct(findings: Mapping[Figure, Finding]) -> Mapping[Figure, Finding]:
    """Trainable parameters without a limit of their own are left out where all are trainable."""
    trainable, params = (findings.get(figure) for figure in ("trainable_params", "params"))
    same = trainable and params and trainable == replace(params, limit=NO_LIMIT)
    return {f: finding for f, finding in findings.items() if not (same and f == "trainable_params")}


def _against(finding: Finding) -> tuple[str, str, str]:
    least, most = finding.limit.least, finding.most
    ends = [f"≥ {least:,}"] if least is not None else []
    ends += [f"≤ {most:,}"] if most is not None else []
    share = share_of_limit(finding.value, most) if most is not None else ""
    exact = f"= {most:,}" if least == most is not None else ", ".join(ends)
    return exact, share, _change(finding)


def _grown(finding: Finding) -> str:
    before = finding.baseline or 0
    share = f", {percent_of(finding.value - before, before)}" if before else ""
    return f"{finding.value - before:+,}{share}"


def _change(finding: Finding) -> str:
    if finding.baseline is None:
        return ""
    return f"{finding.value - finding.baseline:+,}" if finding.value != finding.baseline else "±0"
