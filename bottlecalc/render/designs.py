"""The designs of a sweep, written piece by piece as they come."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, islice
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bottlecalc.blocks.spec import keys, spell
from bottlecalc.explore.arrange import PAGE
from bottlecalc.explore.designs import COLUMNS, Design, Page
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
    """

    baseline: str
    common: Mapping[str, str]
    told: Collection[str] = ()


def _csv(pages: Iterable[Page], _title: Title, _console: Console) -> Iterator[str]:
    yield ",".join(COLUMNS) + "\n"
    for page in pages:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(page.rows())
        yield text.getvalue()


def _json(pages: Iterable[Page], title: Title, _console: Console) -> Iterator[str]:
    opening = {**heading("sweep", {}), "baseline": title.baseline}
    yield json.dumps(opening)[:-1] + ', "designs": ['
    separator = "\n"
    for designs in _aligned(pages):
        yield separator + ",\n".join(json.dumps(_document(design)) for design in designs)
        separator = ",\n"
    yield "\n]}\n"


def _document(design: Design) -> dict[str, Any]:
    return {
        "spec": design.spec,
        "batch": design.batch,
        "size": [design.height, design.width],
        "params": _scopes(design, "params", ("main", "convs", "block")),
        "macs": _scopes(design, "macs", ("main", "block")),
        "flops": _scopes(design, "flops", ("main", "block")),
        "activations": design.activations,
        "ratios": {
            "params": {"block": design.ratio_params_block},
            "macs": {"block": design.ratio_macs_block},
        },
    }


def _scopes(design: Design, figure: str, scopes: Sequence[str]) -> dict[str, int]:
    return {scope: getattr(design, f"{figure}_{scope}") for scope in scopes}


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


def _markdown(pages: Iterable[Page], title: Title, _console: Console) -> Iterator[str]:
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


def _table(pages: Iterable[Page], title: Title, console: Console) -> Iterator[str]:
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


def _aligned(pages: Iterable[Page]) -> Iterator[list[Design]]:
    """So many designs at once as are aligned with each other, and written at once."""
    designs = chain.from_iterable(pages)
    while some := list(islice(designs, PAGE)):
        yield some


Format = Callable[[Iterable[Page], Title, Console], Iterator[str]]

FORMATS: Mapping[str, Format] = {
    "table": _table,
    "csv": _csv,
    "json": _json,
    "markdown": _markdown,
}
"""Text of a sweep by format, in pieces, so that no more than a page is ever held."""
