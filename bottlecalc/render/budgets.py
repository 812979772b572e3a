"""A check for people: every budget with its figures, as a table and as Markdown; the summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, zip_longest

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from bottlecalc.budgets.budget import NO_LIMIT, Figure
from bottlecalc.budgets.verdict import Finding, Report, Status, Verdict
from bottlecalc.render import words
from bottlecalc.render.layout import fits, hung, printed, ruled
from bottlecalc.render.sentences import NAMES, breach, distinct, notes, remark
from bottlecalc.render.stack import stacked
from bottlecalc.render.words import line
from bottlecalc.text.numbers import change as percent_of
from bottlecalc.text.numbers import number, share_of_limit

COLUMNS = ("figure", "=value", "=limit", "=used", "=change")
COMPARED = ("figure", "=before", "=value", "=change", "=%", "=limit", "=used")
"""Where budgets are held against another revision."""

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
    found = distinct(limited or verdict.findings)
    return dict(sorted(found.items(), key=lambda item: not item[1].over))


def _against(finding: Finding) -> tuple[str, str, str]:
    least, most = finding.limit.least, finding.most
    ends = [f"≥ {least:,}"] if least is not None else []
    ends += [f"≤ {most:,}"] if most is not None else []
    share = share_of_limit(finding.value, most) if most is not None else ""
    exact = f"= {most:,}" if least == most is not None else ", ".join(ends)
    return exact, share, _change(finding)


def _change(finding: Finding) -> str:
    if finding.baseline is None:
        return ""
    return f"{finding.value - finding.baseline:+,}" if finding.value != finding.baseline else "±0"
