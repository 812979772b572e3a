"""What tools say of a block or a network, and their rules, as documents show them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bottlecalc.render.explain import BASES, agreement, disagreeing, rows
from bottlecalc.render.words import code, markdown
from bottlecalc.tools.base import (
    Term,
    Tool,
)
from bottlecalc.tools.explain import explain
from bottlecalc.tools.sight import (
    KINDS,
)
from bottlecalc.tools.table import FORMER, TOOLS

MARKED = re.compile(
    r"^(?P<begin><!-- explain (?P<what>\S+): written by docs/build.py -->\n)"
    r".*?^(?P<end><!-- end of explain -->)$",
    re.MULTILINE | re.DOTALL,
)
MISSED = list(KINDS)
RULES = "rules"
"""In the place of a block or network: every tool's rules."""


def written(text: str) -> str:
    """The document with what stands between the marks written anew."""
    return MARKED.sub(
        lambda block: f"{block['begin']}\n{_made(block['what'])}\n{block['end']}", text
    )


def _made(what: str) -> str:
    lines = _rules() if what == RULES else _sums(what)
    return "".join(f"{line}\n" for line in lines)


def _sums(subject: str) -> Iterator[str]:
    explanation = explain(subject)
    inputs = ", ".join(map(str, explanation.inputs))
    costs = f"{explanation.macs:,} MACs, {explanation.params:,} parameters"
    yield f"{code(subject)}, {inputs}: {costs}."
    yield ""
    yield from rows(disagreeing(explanation.tools))
    yield ""
    yield markdown(agreement(explanation))


def _rules() -> Iterator[str]:
    for tool in (*TOOLS, *FORMER):
        if tool.terms or tool.figure == "operations":
            yield from _tool(tool)


def _tool(tool: Tool) -> Iterator[str]:
    yield f"**{tool.name}** ({tool.figure}), of {tool.version}: {_base(tool)}; sees {tool.sees}."
    yield ""
    yield from (f"- {line}" for line in dict.fromkeys(_terms(tool)))
    if tool.repeats:
        yield "- modules that the model holds under several names: again for each **(fault)**"
    yield from (f"- {markdown(note)}" for note in tool.notes)
    yield from (f"- {markdown(caveat.sentence)}" for caveat in tool.caveats)
    yield ""


def _base(tool: Tool) -> str:
    times = "" if tool.factor == 1 else f"{tool.factor} × "
    return f'"{tool.calls_it}" = {times}{BASES[tool.figure]}'


def _terms(tool: Tool) -> Iterator[str]:
    """Each term; what is left out for one reason, of whatever kind, together."""
    left_out: dict[str, list[str]] = {}
    for term in tool.terms:
        kind, colon, why = term.what.partition(": ")
        if colon and kind in MISSED and term.each < 0 and term.fault:
            left_out.setdefault(why, []).append(kind)
        else:
            yield _term(term)
    for why, kinds in left_out.items():
        each = "− 1 per MAC" if tool.factor == 1 else f"− {tool.factor} per MAC"
        yield f"{each}: {', '.join(kinds)}: {why} **(fault)**"


def _term(term: Term) -> str:
    sign = "−" if term.each < 0 else "+"
    fault = " **(fault)**" if term.fault else ""
    return f"{sign} {abs(term.each)} per {term.unit}: {markdown(term.what)}{fault}"
