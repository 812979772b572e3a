"""An explanation: what each tool says, and the sum that leads to it; as a table and Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from rich.console import Console, RenderableType
from rich.table import Column, Table
from rich.text import Text

from bottlecalc.render.explain_json import document
from bottlecalc.render.layout import heading, hung, printed
from bottlecalc.render.records import as_json as json_text
from bottlecalc.render.stack import Breakable
from bottlecalc.render.words import code, markdown
from bottlecalc.text.numbers import number
from bottlecalc.text.values import listed as listed_inputs
from bottlecalc.tools.explanation import Account, Claim, Explanation, Match
from bottlecalc.tools.predict import Line

LEGEND = """\
MACs are of convolutions and matrix products; FLOPs = 2 × MACs.
! is wrong by the tool's own rule; the rest is convention. Every sum is exact."""
BASES = {"operations": "MACs", "params": "parameters", "activations": "activations"}
MOST_REASONS = 12
"""Of a claim that a table shows."""


def table(explanation: Explanation, console: Console) -> str:
    """The explanation as text, for that console's width and colours."""
    return printed(_parts(explanation), console)


def _parts(explanation: Explanation) -> Iterator[RenderableType]:
    yield Text(LEGEND, style="dim")
    yield heading(explanation.target, _inputs(explanation))
    yield Text(f"{number(explanation.macs)} MACs, {number(explanation.params)} parameters")
    for note in explanation.notes:
        yield Breakable(f"Note: {note}.")
    for account in disagreeing(explanation.tools):
        yield from _account(account)
    if agreed := agreement(explanation):
        yield Breakable(f"\n{agreed}")
    for claim in explanation.claims:
        yield from _claim(claim)


def _inputs(explanation: Explanation) -> str:
    given = explanation.call or listed_inputs(explanation.inputs)
    return f"input {given}" if given else ""


def _account(account: Account) -> Iterator[RenderableType]:
    yield Text.assemble(
        "\n",
        (title(account), "bold"),
        f"  {number(account.says)} ",
        (f"{quoted_word(account)}{how(account)}", "dim"),
    )
    yield _sum(account)
    for note in account.notes:
        yield hung("", f"{note}{'' if note.endswith('.') else '.'}", style="dim")


def disagreeing(accounts: Iterable[Account]) -> list[Account]:
    """All but those that count the parameters as they are."""
    return [one for one in accounts if not _agrees(one)]


def _agrees(account: Account) -> bool:
    return account.figure == "params" and not (account.lines or account.residue or account.notes)


def agreement(explanation: Explanation) -> str:
    """Who counts the parameters as they are: in one sentence, for there is nothing to explain."""
    tools = [one.tool for one in explanation.tools if _agrees(one)]
    verb = "count" if len(tools) > 1 else "counts"
    return f"{listed(tools)} {verb} {number(explanation.params)} parameters." if tools else ""


def title(account: Account) -> str:
    """``thop 0.1.1``; ``keras (keras.applications)`` of what has no version."""
    versioned = account.version[:1].isdigit() or not account.version
    version = account.version if versioned else f"({account.version})"
    return f"{account.tool} {version}".rstrip()


def quoted_word(account: Account) -> str:
    """The tool's own word for its figure."""
    return f'"{account.calls_it}"'


def how(account: Account) -> str:
    """Whether the number was predicted, or said."""
    if account.ran is None:
        return ""
    rest = f"{number(account.residue)} that these rules do not explain"
    return ", as it says itself" if not account.residue else f", as it says itself: {rest}"


def _sum(account: Account) -> Table:
    grid = Table.grid(
        Column(width=3, justify="right"), Column(justify="right", no_wrap=True),
        Column(overflow="fold"), padding=(0, 1, 0, 0),
    )  # fmt: skip
    base = BASES[account.figure]
    times = "" if account.factor == 1 else f"{account.factor} × {number(account.base)} "
    grid.add_row("=", number(account.factor * account.base), f"{times}{base}")
    for line in account.lines:
        sign = "-" if line.value < 0 else "+"
        grid.add_row(sign, number(abs(line.value)), Breakable(described(line)))
    if account.residue:
        sign = "-" if account.residue < 0 else "+"
        grid.add_row(sign, number(abs(account.residue)), "that these rules do not explain")
    return grid


def described(line: Line) -> str:
    """``batch norm, 2 per element (1,003,520 elements)``."""
    units = line.unit if line.count == 1 else plural(line.unit)
    each = f"{abs(line.each)} per {line.unit} ({number(line.count)} {units})"
    place = f", in {line.module}" if line.module else ""
    return f"{'! ' if line.fault else ''}{line.what}{place}, {each}"


def plural(unit: str) -> str:
    """``elements``, ``biases``."""
    return f"{unit}es" if unit.endswith("s") else f"{unit}s"


def _claim(claim: Claim) -> Iterator[RenderableType]:
    unit = ", in M or G" if claim.is_guessed else ""
    yield heading(f"claimed: {claim.text}{unit}")
    yield hung("", chance(claim), style="dim")
    if claim.nearest is not None:
        yield hung("", f"no convention here gives this; nearest: {nearest(claim.nearest)}")
    if claim.otherwise:
        yield hung("", otherwise(claim))
    grid = Table.grid(
        Column(width=1), Column(justify="right", no_wrap=True), Column(overflow="fold"),
        padding=(0, 1, 0, 0),
    )  # fmt: skip
    reasons = _reasons(claim)
    for says, reason in reasons[:MOST_REASONS]:
        grid.add_row("", number(says), Breakable(reason))
    yield grid
    if (more := len(reasons) - MOST_REASONS) > 0:
        yield Text(f"  and {more} numbers more, less usual; JSON has them all", style="dim")


def _reasons(claim: Claim) -> list[tuple[int, str]]:
    """The numbers that match, each with what gives it and is least unusual."""
    numbers: dict[int, list[Match]] = {}
    for match in claim.matches:
        numbers.setdefault(match.says, []).append(match)
    return [(says, _reason(matches)) for says, matches in numbers.items()]


def _reason(matches: Sequence[Match]) -> str:
    """``MACs, "MACs" of calflops-macs; at 1×3×224×224; and 3 other ways``."""
    circumstances = matches[0].circumstances
    alike = [match for match in matches if match.circumstances == circumstances]
    more = len(matches) - len(alike)
    ways = f"; and {more} other way{'s' if more > 1 else ''}" if more else ""
    return f"{', '.join(_conventions(alike))}; {circumstances}{ways}"


def _conventions(matches: Iterable[Match]) -> Iterator[str]:
    """What the tools call it, and those that call it so."""
    words: dict[str, list[str]] = {}
    for match in matches:
        words.setdefault(match.calls_it, []).append(match.tool)
    for word, tools in words.items():
        if word in tools:
            yield word
        if named := [tool for tool in tools if tool != word]:
            yield f'"{word}" of {listed(named)}'


def listed(names: Sequence[str]) -> str:
    """``thop, fvcore and timm``."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def otherwise(claim: Claim) -> str:
    """That it may be another figure's."""
    other = "operations" if claim.figure == "params" else "params"
    give = "combination gives" if claim.otherwise == 1 else "combinations give"
    return f"as {BASES[other]}, {claim.otherwise:,} {give} it (figure: {other})"


def chance(claim: Claim) -> str:
    """How much was tried, and how much of it would match anyway."""
    expected = claim.by_chance
    about = f"about {expected:.2g}" if expected < 10 else f"about {expected:,.0f}"
    numbers = len({match.says for match in claim.matches})
    return (
        f"{len(claim.matches):,} of {claim.tried:,} combinations: {numbers:,} of"
        f" {claim.distinct:,} different numbers; by chance"
        f" {about if expected else 'fewer than 0.01'} would match"
    )


def nearest(match: Match) -> str:
    """The nearest number, and by which convention."""
    return f"{number(match.says)}, {match.why}"


def _json(explanation: Explanation, _console: Console) -> str:
    return json_text(document(explanation))


def _markdown(explanation: Explanation, _console: Console) -> str:
    return "".join(f"{line}\n" for line in _lines(explanation))


def _lines(explanation: Explanation) -> Iterator[str]:
    yield f"{code(explanation.target)}, {markdown(_inputs(explanation) or 'no input')}:"
    yield f"{number(explanation.macs)} MACs, {number(explanation.params)} parameters."
    yield f"\n{markdown(' '.join(LEGEND.splitlines()))}"
    yield from (f"\n{markdown(note)}." for note in explanation.notes)
    yield ""
    yield from rows(disagreeing(explanation.tools))
    if agreed := agreement(explanation):
        yield f"\n{markdown(agreed)}"
    for claim in explanation.claims:
        yield from _claimed(claim)


def _claimed(claim: Claim) -> Iterator[str]:
    unit = ", in M or G" if claim.is_guessed else ""
    yield f"\n**{markdown(claim.text)}**{unit}: {chance(claim)}.\n"
    if claim.nearest is not None:
        yield f"No convention here gives this; nearest: {markdown(nearest(claim.nearest))}."
    if claim.otherwise:
        yield f"\n{markdown(otherwise(claim)).replace('as ', 'As ', 1)}."
    reasons = _reasons(claim)
    for says, reason in reasons[:MOST_REASONS]:
        yield f"- {number(says)}: {markdown(reason)}"
    if (more := len(reasons) - MOST_REASONS) > 0:
        yield f"- and {more} numbers more, less usual; JSON has them all"


def rows(accounts: Iterable[Account]) -> Iterator[str]:
    """The accounts as a table of Markdown."""
    yield "| tool | says | calls it | is |"
    yield "| --- | ---: | --- | --- |"
    for account in accounts:
        cells = (title(account), number(account.says), account.calls_it)
        yield f"| {' | '.join(map(markdown, cells))} | {markdown(summed(account))} |"


def summed(account: Account) -> str:
    """The sum in one line: ``73,859,072 MACs + 2,007,040 batch norm, 2 per element (…)``."""
    base = f"{number(account.base)} {BASES[account.figure]}"
    texts = [base if account.factor == 1 else f"{account.factor} × {base}"]
    for line in account.lines:
        sign = "-" if line.value < 0 else "+"
        texts.append(f"{sign} {number(abs(line.value))} {described(line)}")
    if account.residue:
        texts.append(f"{account.residue:+,} that these rules do not explain")
    return " ".join(texts)


FORMATS: Mapping[str, Callable[[Explanation, Console], str]] = {
    "table": table,
    "json": _json,
    "markdown": _markdown,
}
"""Text of an explanation by format."""
