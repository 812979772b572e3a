"""The designs of a sweep, written piece by piece as they come."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, islice
from typing import Any, Self

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bottlecalc.blocks.spec import keys, spell
from bottlecalc.explore.designs import Design, Designs, names
from bottlecalc.explore.grid import Grid
from bottlecalc.explore.sweep import Sweep
from bottlecalc.render.layout import fits, printed, ruled
from bottlecalc.text.numbers import number, ratio
from bottlecalc.text.schema import heading


@dataclass(frozen=True)
class Title:
    """What stands above a sweep.

    Attributes:
        baseline: its spec.
        common: the keys that have one value for all designs, which is not said again of each.
        told: the keys whose value is said of each design, the default too.
        keys: of all families, a column each.
        switches: those of them that are no numbers.
    """

    baseline: str
    common: Mapping[str, str]
    told: Collection[str] = ()
    keys: Sequence[str] = ()
    switches: Collection[str] = ()

    @classmethod
    def of(cls, grid: Grid) -> Self:
        """What stands above the sweep of a grid."""
        keys, switches = grid.every_key, grid.every_switch
        return cls(grid.specs[0], grid.common, grid.overridden, keys, switches)


def table(sweep: Sweep, console: Console) -> str:
    """All designs, as ``--format table`` has them."""
    return "".join(_table(sweep.pages(), Title.of(sweep.grid), console))


def document(sweep: Sweep) -> dict[str, Any]:
    """All designs, as ``--format json`` has them."""
    title = Title.of(sweep.grid)
    designs = [one for page in sweep.pages() for one in _documents(page, title)]
    return {**_opening(title), "designs": designs}


def _csv(pages: Iterable[Designs], title: Title, _console: Console) -> Iterator[str]:
    columns = names(title.keys)
    yield ",".join(columns) + "\n"
    for page in pages:
        text = io.StringIO()
        cells = (_spelled(page.listed(name), name in title.switches) for name in columns)
        csv.writer(text, lineterminator="\n").writerows(zip(*cells, strict=True))
        yield text.getvalue()


def _spelled(values: list[Any], is_switch: bool) -> list[Any]:
    """Switches as a spec has them, and other values as they are."""
    if not is_switch:
        return values
    return [str(value).lower() if isinstance(value, bool) else value for value in values]


def _json(pages: Iterable[Designs], title: Title, _console: Console) -> Iterator[str]:
    yield json.dumps(_opening(title))[:-1] + ', "designs": ['
    separator = "\n"
    for page in pages:
        yield separator + ",\n".join(map(json.dumps, _documents(page, title)))
        separator = ",\n"
    yield "\n]}\n"


def _opening(title: Title) -> dict[str, Any]:
    return {**heading("sweep", {}), "baseline": title.baseline}


def _documents(page: Designs, title: Title) -> Iterator[dict[str, Any]]:
    columns = names(title.keys)
    for row in page.rows(columns):
        yield _document(dict(zip(columns, row, strict=True)), title)


def _document(values: Mapping[str, Any], title: Title) -> dict[str, Any]:
    return {
        **{name: values[name] for name in ("spec", "family", *title.keys, "batch")},
        "size": [values["height"], values["width"]],
        "params": _scopes(values, "params", ("main", "convs", "block")),
        "macs": _scopes(values, "macs", ("main", "block")),
        "flops": _scopes(values, "flops", ("main", "block")),
        "activations": values["activations"],
        "ratios": {
            "params": {"block": values["ratio_params_block"]},
            "macs": {"block": values["ratio_macs_block"]},
        },
    }


def _scopes(values: Mapping[str, Any], figure: str, scopes: Sequence[str]) -> dict[str, int]:
    return {scope: values[f"{figure}_{scope}"] for scope in scopes}


HEADERS = (
    *("design", "=size", "=parameters\nmain", "=\nconvs", "=\nblock"),
    *("=MACs\nblock", "=FLOPs\nblock", "=activations", "=ratio\nparams", "=\nMACs"),
)


def _cells(design: Design, title: Title) -> tuple[str, ...]:
    size = f"{design.height}×{design.width}"
    figures = (
        *(design.params_main, design.params_convs, design.params_block),
        *(design.macs_block, design.flops_block, design.activations),
    )
    ratios = (design.ratio_params_block, design.ratio_macs_block)
    return (
        _label(design, title),
        size if design.batch == 1 else f"{design.batch} of {size}",
        *map(number, figures),
        *("–" if value is None else ratio(Fraction(value)) for value in ratios),
    )


def _label(design: Design, title: Title) -> str:
    """The spec without what all designs have in common."""
    fields = keys(design.family).items()
    texts = {
        name: spell(name, design.keys[name], None if name in title.told else field.default)
        for name, field in fields
        if name in design.keys
    }
    own = [text for name, text in texts.items() if text != f"{name}={title.common.get(name)}"]
    return " ".join((design.family.family, *filter(None, own)))


def _markdown(pages: Iterable[Designs], title: Title, _console: Console) -> Iterator[str]:
    names = [header.removeprefix("=").replace("\n", " ").strip() for header in HEADERS]
    names[3:5], names[9] = ["parameters convs", "parameters block"], "ratio MACs"
    yield f"{_caption(title)}\n\n| {' | '.join(names)} |\n"
    yield f"|{'|'.join('---:' if h.startswith('=') else '---' for h in HEADERS)}|\n"
    for designs in _aligned(pages):
        yield "".join(f"| {' | '.join(_cells(design, title))} |\n" for design in designs)


STACKS = ((0, 1), (2, 3, 4), (5, 6, 7), (8, 9))
"""Columns that stand above each other where a console is too narrow for them side by side."""

STACKED_HEADERS = (
    "design,\nsize",
    "=parameters\nmain,\nconvs,\nblock",
    "=MACs (block),\nFLOPs (block),\nactivations",
    "=ratio of\nparameters,\nMACs",
)
WIDE = 110


def _table(pages: Iterable[Designs], title: Title, console: Console) -> Iterator[str]:
    yield printed([Text(_caption(title), style="dim")], console)
    page_of = _page if console.width >= WIDE else _stacked_page
    for designs in _aligned(pages):
        page = page_of(designs, title)
        yield printed([Text(), page if fits(page, console) else _page(designs, title)], console)


def _page(designs: Iterable[Design], title: Title) -> Table:
    table = ruled(*HEADERS)
    for design in designs:
        table.add_row(*_cells(design, title))
    return table


def _stacked_page(designs: Iterable[Design], title: Title) -> Table:
    table = ruled(*STACKED_HEADERS)
    for design in designs:
        cells = _cells(design, title)
        table.add_row(*("\n".join(cells[place] for place in stack) for stack in STACKS))
        table.add_section()
    return table


def _caption(title: Title) -> str:
    common = ", ".join(f"{key}={value}" for key, value in title.common.items())
    return (
        f"All designs: {common or 'nothing in common'}. Ratios: how many times the parameters\n"
        f"(block) and the MACs (block) of the design the baseline has, {title.baseline}.\n"
        "FLOPs = 2 × MACs; block = everything, normalisation and biases included."
    )


ALIGNED = 1000
"""Designs of one table."""


def _aligned(pages: Iterable[Designs]) -> Iterator[list[Design]]:
    """So many designs at once as are aligned with each other, and written at once."""
    designs = chain.from_iterable(pages)
    while some := list(islice(designs, ALIGNED)):
        yield some


Format = Callable[[Iterable[Designs], Title, Console], Iterator[str]]

FORMATS: Mapping[str, Format] = {
    "table": _table,
    "csv": _csv,
    "json": _json,
    "markdown": _markdown,
}
"""Text of a sweep by format, in pieces, so that no more than a page is ever held."""
