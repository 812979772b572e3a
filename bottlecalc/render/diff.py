"""What differs between two counts: the wholes, then the modules; ``bottlecalc.diff/1``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from bottlecalc.changes.diff import COSTS, Change, Diff, ModuleChange
from bottlecalc.render import words
from bottlecalc.render.diff_modules import Row, rows
from bottlecalc.render.layout import fits, printed, ruled
from bottlecalc.render.records import as_json
from bottlecalc.render.words import code, line, markdown
from bottlecalc.text.numbers import change as percent
from bottlecalc.text.schema import heading

LEGEND = """\
MACs: of convolutions and matrix products, one forward pass in eval mode, on the
input shown. Of a module what is its own; (9 inside): of these too."""
HEADERS = ("=before", "=after", "=change", "=%")
UNKNOWN = "–"


def document(diff: Diff) -> dict[str, Any]:
    """What the JSON holds."""
    return {
        **heading("diff", diff.versions),
        "a": diff.before.name,
        "b": diff.after.name,
        "input": input_of(diff) or None,
        "figures": {name: _change(figure) for name, figure in diff.figures.items()},
        "modules": [_module(module) for module in diff.modules],
        "notes": list(diff.notes),
    }


def input_of(diff: Diff) -> str:
    """What both were counted on; where that differs, one and the other."""
    return " → ".join(filter(None, dict.fromkeys((diff.before.input, diff.after.input))))


def table(diff: Diff, console: Console) -> str:
    """The wholes, and then what changed, most first, for that console's width and colours."""
    return printed(_parts(diff, console), console)


def as_markdown(diff: Diff) -> str:
    """The same as Markdown: two tables and a list."""
    on = f" on {code(input_of(diff))}" if input_of(diff) else ""
    title = f"{code(diff.before.name)} → {code(diff.after.name)}{on}\n"
    lines = [_lined(("figure", *(name[1:] for name in HEADERS))), "| --- |" + " ---: |" * 4]
    lines += [
        _lined((words.name(name), *cells(one))) for name, one in diff.figures.items() if _is(one)
    ]
    told = [*modules_markdown(diff.modules)] or [f"\n{_unchanged(diff)}"]
    notes = "".join(f"- {markdown(line(note))}\n" for note in diff.notes)
    return "\n".join([title, *lines, *told]) + "\n" + (f"\n{notes}" if notes else "")


def modules_markdown(modules: tuple[ModuleChange, ...]) -> Iterator[str]:
    """The lines of a table of what changed, after an empty one; none where nothing did."""
    listed = [*rows(modules)]
    if listed:
        yield ""
        yield _lined(("", "module", *(words.name(cost) for cost in COSTS)))
        yield "| --- | --- |" + " ---: |" * len(COSTS)
    for row in listed:
        texts = (code(row.name) if row.name else "", markdown(line(row.aside)))
        named = " ".join(filter(None, texts))
        indent = "&nbsp;&nbsp;" if row.is_inside else ""
        yield _lined((row.mark, f"{indent}{named}", *map(_signed, row.growth)))


def cells(figure: Change) -> tuple[str, str, str, str]:
    """Before, after, the change and how many percent that is."""
    before, after, grown = figure.before, figure.after, figure.change
    share = percent(grown, before) if grown and before else ""
    return _number(before), _number(after), "±0" if grown == 0 else _signed(grown), share


def _parts(diff: Diff, console: Console) -> Iterator[RenderableType]:
    yield Text(LEGEND, style="dim")
    yield Text(f"\n{line(diff.before.name)} → {line(diff.after.name)}", style="bold cyan")
    if input_of(diff):
        yield Text(f"on {input_of(diff)}", style="dim")
    yield Text()
    figures = ruled("figure", *HEADERS)
    for name, figure in diff.figures.items():
        if _is(figure):
            figures.add_row(words.name(name), *cells(figure))
    yield figures
    yield Text()
    yield _modules(diff, console) if diff.modules else Text(_unchanged(diff))
    yield from (Text(f"\n{line(note)}", style="yellow") for note in diff.notes)


def _modules(diff: Diff, console: Console) -> Table:
    """What changed; on a terminal too narrow for all figures, the parameters and MACs."""
    grids = (_grid(diff, COSTS), _grid(diff, COSTS[:2]))
    return next((grid for grid in grids if fits(grid, console)), grids[0])


def _grid(diff: Diff, costs: tuple[str, ...]) -> Table:
    grid = ruled("", "what changed", *(f"={words.name(cost)}" for cost in costs))
    for row in rows(diff.modules):
        growth = [_signed(grown) for grown in row.growth[: len(costs)]]
        grid.add_row(row.mark, _label(row), *growth)
    return grid


def _label(row: Row) -> str:
    named = " ".join(filter(None, (line(row.name), line(row.aside))))
    return f"{'  ' if row.is_inside else ''}{named}"


def _unchanged(diff: Diff) -> str:
    return "No module changed."


def _is(figure: Change) -> bool:
    """Whether anybody counted it."""
    return figure.before is not None or figure.after is not None


def _change(figure: Change) -> dict[str, int | None]:
    return {"before": figure.before, "after": figure.after, "change": figure.change}


def _module(module: ModuleChange) -> dict[str, Any]:
    return {
        "name": module.name,
        "before_name": module.before_name,
        "status": module.status,
        "type": module.type,
        "before_type": module.before_type,
        "figures": {cost: _change(figure) for cost, figure in module.figures.items()},
    }


def _number(value: int | None) -> str:
    return UNKNOWN if value is None else f"{value:,}"


def _signed(value: int | None) -> str:
    return UNKNOWN if value is None else f"{value:+,}" if value else ""


def _lined(texts: tuple[str, ...]) -> str:
    return f"| {' | '.join(texts)} |"


FORMATS: Mapping[str, Callable[[Diff, Console], str]] = {
    "table": table,
    "json": lambda diff, _: as_json(document(diff)),
    "markdown": lambda diff, _: as_markdown(diff),
}
"""Text of a diff by format."""
