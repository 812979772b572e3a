"""A check as a comment on a pull request: what changed first, and the rest folded away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bottlecalc.budgets.verdict import Report, Status, Verdict
from bottlecalc.changes.diff import COSTS, ModuleChange
from bottlecalc.render import words
from bottlecalc.render.budgets import LEGEND, MARKS, summary, table_lines
from bottlecalc.render.diff import modules_markdown
from bottlecalc.render.diff_modules import Row, rows
from bottlecalc.render.sentences import notes, sentences
from bottlecalc.render.words import code, line, markdown

MARKER = "<!-- bottlecalc check -->"
"""By which whoever writes comments finds the one to write anew."""

STATUSES: dict[Status, str] = {
    "pass": "holds", "breach": "exceeded", "warning": "exceeded, which only warns",
    "error": "not checked", "skipped": "skipped",
}  # fmt: skip

MOST_PLACES = 3
"""So many places are named before anything is unfolded."""


def document(report: Report) -> str:
    """The comment's body: Markdown in which nothing of others is interpreted."""
    told = [verdict for verdict in report.verdicts if _is_told(verdict, report)]
    rest = [verdict for verdict in report.verdicts if verdict not in told]
    parts = [MARKER, _headline(report), *_problem(report), *_pressing(report)]
    if told:
        parts.append("\n".join(table_lines(report, told)))
        parts += [_budget(verdict, report) for verdict in told]
    parts += [*_gone(report), *_renamed(rest)]
    if rest:
        parts += _folded(_rest(rest), "\n".join(table_lines(report, rest)), *_listed(rest))
    parts += _folded("How this was counted", markdown(LEGEND), *_notes(report))
    return "\n\n".join(parts) + "\n"


def _is_told(verdict: Verdict, report: Report) -> bool:
    """Whether there is more to say of it than that it holds and costs what it did."""
    is_new = report.is_new(verdict)
    return verdict.status != "pass" or verdict.changed or is_new or bool(verdict.notes)


def _headline(report: Report) -> str:
    """What a reader in a hurry reads."""
    fails = report.exit_code and report.worst not in ("error", "breach")  # by no budget of its own
    mark, _ = MARKS["error" if fails else report.worst]
    grown = "" if any(verdict.changed for verdict in report.verdicts) else _nothing(report)
    return f"**{mark} Model budgets**: {markdown(_numbers_of(report))}{grown}"


def _numbers_of(report: Report) -> str:
    """How many hold, and how many changed."""
    return summary(report).partition(": ")[2]


def _nothing(report: Report) -> str:
    known = any(verdict.baseline for verdict in report.verdicts)
    unknown = any(verdict.problem for verdict in report.verdicts) or report.is_unheld
    return ". No cost changed." if known and not unknown else ""


def _problem(report: Report) -> Iterator[str]:
    if report.against and report.is_unheld:
        yield f"**Not held against another revision**: {markdown(line(report.against.problem))}"


def _pressing(report: Report) -> Iterator[str]:
    """What asks for something to be done and is of no budget."""
    told = report.against.problem if report.against else ""
    notes = [note for note in report.pressing if note != told]
    if notes:
        yield "\n".join(f"- {markdown(line(note))}" for note in notes)


def _budget(verdict: Verdict, report: Report) -> str:
    """A budget: whether it holds, why not, what was made of it, and its modules folded away."""
    fresh = ["new with this change"] if report.is_new(verdict) else []
    texts = [*fresh, *sentences(verdict), *notes(verdict), *verdict.budget.message.splitlines()]
    lines = [f"- {markdown(line(text))}" for text in texts]
    lines += [f"- {text}" for text in _where(verdict)]
    name, status = markdown(line(verdict.budget.name)), _status(verdict)
    head = f"**{name}** ({markdown(line(verdict.budget.of))}): {status}"
    parts = [head, *(["\n".join(lines)] if lines else []), *_modules(verdict)]
    return "\n\n".join(parts)


def _status(verdict: Verdict) -> str:
    text = STATUSES[verdict.status]
    return text.replace("exceeded", "falls short") if verdict.is_short else text


def _where(verdict: Verdict) -> Iterator[str]:
    """The places that changed most, and by how much."""
    places = [row for row in rows(verdict.changes()) if not row.is_inside and any(row.growth)]
    names = [row for row in places if row.name][:MOST_PLACES]
    texts = [f"{code(row.name)} ({_growth(row)})" for row in names]
    if texts:
        more = len(places) - len(names)
        yield f"most in {', '.join(texts)}{_more(more)}"


def _more(places: int) -> str:
    return f", and {places} more place{'s' if places > 1 else ''}" if places else ""


def _growth(row: Row) -> str:
    known = zip(COSTS, row.growth, strict=True)
    return ", ".join(f"{grown:+,} {words.name(cost)}" for cost, grown in known if grown)


def _modules(verdict: Verdict) -> Iterator[str]:
    """What changed in it, module by module."""
    changes = verdict.changes()
    if changes:
        heading = f"What changed, module by module ({_numbers(changes)})"
        yield from _folded(heading, "\n".join(modules_markdown(changes)).strip())


def _numbers(changes: Sequence[ModuleChange]) -> str:
    """How many of each status."""
    statuses = [change.status for change in changes]
    return ", ".join(f"{statuses.count(one):,} {one}" for one in dict.fromkeys(statuses))


def _gone(report: Report) -> Iterator[str]:
    for name in report.against.removed if report.against else ():
        yield f"**{markdown(line(name))}**: removed by this change"


def _renamed(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Modules that changed at no cost."""
    for verdict in verdicts:
        changes = verdict.changes()
        if changes:
            name = markdown(line(verdict.budget.name))
            yield f"**{name}**: its modules changed ({_numbers(changes)}), at no change in cost"


def _rest(verdicts: Sequence[Verdict]) -> str:
    number = len(verdicts)
    known = any(verdict.baseline for verdict in verdicts)
    what = "budget" if number == 1 else "budgets"
    return f"{number:,} {what} {'as before' if known else 'that hold'}"


def _listed(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """How each was counted, where there is something to say of that."""
    texts = [(verdict.budget.name, text) for verdict in verdicts for text in notes(verdict)]
    if texts:
        yield "\n".join(f"- {markdown(line(name))}: {markdown(line(text))}" for name, text in texts)


def _notes(report: Report) -> Iterator[str]:
    rest = [note for note in report.notes if note not in report.pressing]
    if rest:
        yield "\n".join(f"- {markdown(line(note))}" for note in rest)


def _folded(heading: str, *parts: str) -> list[str]:
    """Parts that are shown when somebody asks; the heading is ours alone, for it is HTML."""
    return [f"<details><summary>{heading}</summary>", *parts, "</details>"]
