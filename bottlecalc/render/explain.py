"""An explanation: what each tool says, and the sum that leads to it; as a table and Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from rich.console import Console, RenderableType
from rich.table import Column, Table
from rich.text import Text

from bottlecalc.render.explain_json import document
from bottlecalc.render.layout import heading, printed
from bottlecalc.render.records import as_json as json_text
from bottlecalc.render.stack import Breakable
from bottlecalc.render.words import code, markdown
from bottlecalc.text.numbers import number
from bottlecalc.tools.explanation import Account, Claim, Explanation, Match
from bottlecalc.tools.predict import Line

LEGEND = """\
MAC = one multiply-accumulate of a convolution or matrix product; FLOPs = 2 × MACs.
! is wrong by the tool's own rule; the rest is convention. Every sum is exact."""
BASES = {"operations": "MACs", "params": "parameters", "activations": "activations"}
MOST_MATCHES = 12
"""Of a claim that a table shows."""


def table(explanation: Explanation, console: Console) -> str:
    """The explanation as text, for that console's width and colours."""
    return printed(_parts(explanation), console)


def _parts(explanation: Explanation) -> Iterator[RenderableType]:
    yield Text(f"{LEGEND}", style="dim")
    yield heading(explanation.target, _inputs(explanation))
    yield Text(f"{number(explanation.macs)} MACs, {number(explanation.params)} parameters")
    for note in explanation.notes:
        yield Breakable(f"Note: {note}.")
    for account in explanation.tools:
        yield from _account(account)
    for claim in explanation.claims:
        yield from _claim(claim)


def _inputs(explanation: Explanation) -> str:
    return f"input {', '.join(map(str, explanation.inputs))}" if explanation.inputs else ""


def _account(account: Account) -> Iterator[RenderableType]:
    yield Text.assemble(
        "\n",
        (title(account), "bold"),
        f"  {number(account.says)} ",
        (f"{quoted_word(account)}{how(account)}", "dim"),
    )
    yield _sum(account)
    for note in account.notes:
        yield Breakable(f"  {note}{'' if note.endswith('.') else '.'}", style="dim")


def title(account: Account) -> str:
    """``thop 0.1.1``."""
    return f"{account.tool} {account.version}".rstrip()


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
    return f"{'! ' if line.fault else ''}{line.what}, {each}"


def plural(unit: str) -> str:
    """``elements``, ``biases``."""
    return f"{unit}es" if unit.endswith("s") else f"{unit}s"


def _claim(claim: Claim) -> Iterator[RenderableType]:
    yield heading(f"claimed: {claim.text}", chance(claim))
    if claim.nearest is not None:
        yield Breakable(f"  no convention here gives this; nearest: {nearest(claim.nearest)}")
    grid = Table.grid(
        Column(width=1), Column(justify="right", no_wrap=True), Column(overflow="fold"),
        padding=(0, 1, 0, 0),
    )  # fmt: skip
    for match in claim.matches[:MOST_MATCHES]:
        grid.add_row("", number(match.says), Breakable(reason(match)))
    yield grid
    if (more := len(claim.matches) - MOST_MATCHES) > 0:
        yield Text(f"  and {more} more, less usual; --format json has them all", style="dim")


def chance(claim: Claim) -> str:
    """How much was tried, and how much of it would match anyway."""
    found = len(claim.matches)
    return (
        f"{found} of {claim.tried:,} combinations ({claim.distinct:,} different numbers; about"
        f" {claim.by_chance:g} of these would match by chance)"
    )


def reason(match: Match) -> str:
    """``what fvcore calls flops, without the last linear layer, at 1×3×224×224``."""
    cut = " (cut off, not rounded)" if match.cut else ""
    other = "" if "another input" in match.why else f", at {match.input}"
    return f"{match.why}{other if match.input else ''}{cut}"


def nearest(match: Match) -> str:
    """The nearest number, and by which convention."""
    return f"{number(match.says)}, {reason(match)}"


def _json(explanation: Explanation, _console: Console) -> str:
    return json_text(document(explanation))


def _markdown(explanation: Explanation, _console: Console) -> str:
    return "".join(f"{line}\n" for line in _lines(explanation))


def _lines(explanation: Explanation) -> Iterator[str]:
    yield f"{code(explanation.target)}, {markdown(_inputs(explanation) or 'no input')}:"
    yield f"{number(explanation.macs)} MACs, {number(explanation.params)} parameters."
    yield from (f"\n{markdown(note)}." for note in explanation.notes)
    yield ""
    yield from rows(explanation.tools)
    for claim in explanation.claims:
        yield f"\n**{markdown(claim.text)}**: {chance(claim)}.\n"
        if claim.nearest is not None:
            yield f"No convention here gives this; nearest: {markdown(nearest(claim.nearest))}."
        for match in claim.matches[:MOST_MATCHES]:
            yield f"- {number(match.says)}: {markdown(reason(match))}"
        if (more := len(claim.matches) - MOST_MATCHES) > 0:
            yield f"- and {more} more, less usual"


def rows(accounts: Iterable[Account]) -> Iterator[str]:
    """The accounts as a table of Markdown."""
    yield "| tool | says | calls it | is |"
    yield "| --- | ---: | --- | --- |"
    for account in accounts:
        cells = (
            f"{account.tool} {account.version}".strip(), number(account.says), account.calls_it,
        )  # fmt: skip
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
