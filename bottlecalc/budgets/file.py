"""Budget files: TOML into entries, each with its place, and entries into budgets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from bottlecalc.budgets.budget import Budget
from bottlecalc.budgets.entry import DEFAULTS, Entry, of_each, unknown, with_defaults
from bottlecalc.budgets.limits import BudgetError
from bottlecalc.text.calls import quoted
from bottlecalc.text.patterns import matches
from bottlecalc.text.suggest import did_you_mean
from bottlecalc.text.toml import TomlError, parse

TOKENS = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'{3}.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL
)
"""Strings and comments of TOML, the long ones first."""

CONFIGS = ("bottlecalc.toml", "pyproject.toml")
"""Files that may hold budgets, the first one first."""

BESIDE = ("budget", "defaults", "allow")
"""What a file of budgets may hold."""

HEADER = re.compile(r"\s*\[\[\s*(?:tool\s*\.\s*bottlecalc\s*\.\s*)?budget\s*\]\]", re.ASCII)


class Contents(NamedTuple):
    """What a file of budgets holds.

    Attributes:
        budgets: in its order, each with what was approved of it.
        unmatched: what was approved of budgets that there are not, a sentence each.
    """

    budgets: tuple[Budget, ...]
    unmatched: tuple[str, ...] = ()


def read(
    text: str, file: str, find: Callable[[str], list[str]] = lambda text: [text]
) -> tuple[Budget, ...]:
    """The budgets of a TOML file, each with what was approved of it."""
    return read_contents(text, file, find).budgets


def read_contents(
    text: str, file: str, find: Callable[[str], list[str]] = lambda text: [text]
) -> Contents:
    """Read a TOML file of budgets, of ``[tool.bottlecalc]`` or of the top level.

    Args:
        text: what the file holds.
        file: its name, for errors.
        find: gives the models that a pattern is of.

    Raises:
        BudgetError: it is no TOML, has no budgets, or one of them is wrong.
    """
    table, code = _beside(text, file), _code(text)
    entries, defaults = table["budget"], table["defaults"]
    lines = _lines(code, len(entries))
    budgets: dict[str, Budget] = {}
    allow = [(table["allow"], "")]
    placed = enumerate(zip(entries, lines, strict=True), 1)
    each = ((one, start, place) for place, (entry, start) in placed for one in of_each(entry, find))
    for entry, start, place in each:
        reader = Entry(with_defaults(entry, defaults), file, start, code, place)
        budget = reader.budget()
        if budget.name in budgets:
            raise reader.error(
                f"there are two budgets named {budget.name!r}; give each a name of its own", "name"
            )
        budgets[budget.name] = budget
        if "allow" in entry:
            allow.append((entry["allow"], budget.name))
    return _contents(tuple(budgets.values()), allow, file)


def _contents(budgets: tuple[Budget, ...], allow: Iterable[tuple[Any, str]], file: str) -> Contents:
    """Budgets with what was approved beside them, and in their entries, by the budget's name."""
    if not any(table != [] for table, _ in allow):
        return Contents(budgets)
    from bottlecalc.budgets.allowances import allowed, read_allowances, unmatched

    read = (one for table, name in allow for one in read_allowances(table, file, name))
    found = [*dict.fromkeys(read)]  # an entry of several models is there for each of them
    return Contents(allowed(budgets, found), (*unmatched(budgets, found),))


def has_budgets(text: str) -> bool:
    """Whether a pyproject.toml is about budgets; one that cannot be read is, if it names us."""
    if "bottlecalc" not in text:
        return False
    try:
        tool = parse(text).get("tool")
    except TomlError:
        return True
    return isinstance(tool, dict) and "bottlecalc" in tool


def select(budgets: Sequence[Budget], names: Sequence[str], file: str) -> tuple[Budget, ...]:
    """The budgets of these names or patterns (``stage*``), or all where none are given.

    Raises:
        BudgetError: there is none of that name.
    """
    known = {budget.name: budget for budget in budgets}
    chosen = {one for name in names for one in _matching(name, known)}
    for name in names:
        if not _matching(name, known):
            hint = did_you_mean(name, known, 0.5, "{!r}")
            raise BudgetError(
                f"{file} has no budget {quoted(name)}; the budgets are"
                f" {', '.join(map(repr, known))}{hint}"
            )
    return tuple(budget for budget in budgets if not names or budget.name in chosen)


def _matching(name: str, known: Iterable[str]) -> list[str]:
    """The one of that name; without one, those that it is a pattern of."""
    return [name] if name in known else [one for one in known if matches(one, name)]


def _beside(text: str, file: str) -> dict[str, Any]:
    """What the file holds by key, of all that it may hold."""
    try:
        document = parse(text)
    except TomlError as error:
        raise BudgetError(f"{file} {error}; mend it there") from None
    table, where = _table(document, file)
    header = f"[[{where}.budget]]" if where else "[[budget]]"
    if not isinstance(table, dict):
        raise BudgetError(f"{file}: {where} = {table!r:.60} is no table; write {header}")
    for key in table:
        if key not in BESIDE and (where or ("budget" in table and key != "tool")):
            near = did_you_mean(key, BESIDE)
            raise BudgetError(
                f"{file}: unknown key {key!r} beside the budgets; only {header},"
                f" [{where}{'.' * bool(where)}defaults] and allow are allowed{near}"
            )
    return {
        "budget": _listed(table.get("budget", []), header, file),
        "defaults": _defaults(table.get("defaults", {}), file),
        "allow": table.get("allow", []),
    }


def _defaults(table: Any, file: str) -> dict[str, Any]:
    """What budgets say where they say nothing else; wrong values are told of each."""
    if not isinstance(table, dict):
        raise BudgetError(f"{file}: defaults = {table!r:.60} is no table; write [defaults]")
    for key in table:
        if key not in DEFAULTS:
            raise BudgetError(f"{file}: of the defaults, {unknown(key, DEFAULTS)}")
    return table


def _table(document: dict[str, Any], file: str) -> tuple[Any, str]:
    """What holds the budgets, and its name: ``tool.bottlecalc``, or empty for the whole file."""
    tool = document.get("tool", {})
    inside = isinstance(tool, dict) and "bottlecalc" in tool
    if inside and "budget" in document:
        raise BudgetError(
            f"{file} has budgets both in [[budget]] and in [tool.bottlecalc]; give one of the two"
        )
    return (tool["bottlecalc"], "tool.bottlecalc") if inside else (document, "")


def _listed(entries: Any, header: str, file: str) -> list[Any]:
    if not isinstance(entries, list):
        raise BudgetError(f"{file}: budget = {entries!r:.60} is no list; write {header}")
    if not entries:
        raise BudgetError(
            f"{file} has no budgets; add a [[tool.bottlecalc.budget]] to pyproject.toml,"
            " or a [[budget]] to bottlecalc.toml"
        )
    return entries


def _lines(text: str, entries: int) -> list[int | None]:
    """Where each entry begins, where there is one header for each."""
    lines = [n for n, line in enumerate(text.split("\n"), 1) if HEADER.match(line)]
    return list(lines) if len(lines) == entries else [None] * entries


def _code(text: str) -> str:
    """TOML without its comments and with texts of many lines left blank, line for line."""

    def blank(found: re.Match[str]) -> str:
        token = found[0]
        is_line = token.startswith(('"', "'")) and not token.startswith(('"""', "'''"))
        return token if is_line else "\n" * token.count("\n")

    return TOKENS.sub(blank, text)
