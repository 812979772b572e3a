"""A model's count: as table, JSON (``bottlecalc.count/1``), CSV and Markdown."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Column, Table
from rich.text import Text

from bottlecalc.models.model import Counted, ModelCount, Module
from bottlecalc.render.layout import fits, heading, hung, printed, ruled
from bottlecalc.render.schema import heading as schema_heading
from bottlecalc.render.words import code, line, markdown, number, percent

LEGEND = """\
MAC: a multiply-accumulate of a convolution or matrix product; FLOPs = 2 × MACs.
activations = output elements of convolutions and matrix products."""
COLUMNS = ("module", "type", "params", "macs", "activations")


def table(count: ModelCount, depth: int, console: Console) -> str:
    """The whole count as text, for that console's width and colours."""
    return printed(_parts(count, depth, console), console)


def document(count: ModelCount, depth: int) -> str:
    """The JSON text, ASCII only."""
    found = {
        **schema_heading("count", count.versions),
        "target": count.target,
        "inputs": [{"shape": one.dimensions, "dtype": one.dtype} for one in count.inputs],
        "params": count.params._asdict(),
        "macs": count.macs,
        "flops": count.flops,
        "activations": count.activations,
        "counters": {
            "torch": _torch(count.counters.get("torch")),
            "fvcore": _fvcore(count.counters.get("fvcore")),
        },
        "agrees": count.agrees,
        "notes": list(count.remarks),
        "modules": [module._asdict() for module in count.tree(depth)],
    }
    return json.dumps(found, indent=2) + "\n"


def as_csv(count: ModelCount, depth: int) -> str:
    """CSV with a header, one line a module; numbers without separators."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(module[: len(COLUMNS)] for module in count.tree(depth))
    return text.getvalue()


def as_markdown(count: ModelCount, depth: int) -> str:
    """Totals as a list, then one line a module."""
    totals = (f"- {name}: {figure}{f' ({aside})' if aside else ''}\n"
              for name, figure, aside in _totals(count))  # fmt: skip
    rows = (f"| {' | '.join(cells)} |\n" for cells in _markdown_rows(count, depth))
    remarks = "".join(f"- {markdown(remark)}\n" for remark in count.remarks)
    below = f"\n{remarks}" if remarks else ""
    return f"{code(count.target)}\n\n{''.join(totals)}\n{''.join(rows)}{below}"


FORMATS: Mapping[str, Callable[[ModelCount, int, Console], str]] = {
    "table": table,
    "json": lambda count, depth, _: document(count, depth),
    "csv": lambda count, depth, _: as_csv(count, depth),
    "markdown": lambda count, depth, _: as_markdown(count, depth),
}
"""Text of a count by format; depth says how far down modules are shown."""


def _parts(count: ModelCount, depth: int, console: Console) -> Iterator[RenderableType]:
    yield Text(LEGEND, style="dim")
    yield heading(count.target)
    yield _totals_table(count)
    yield Text()
    yield _tree(count, depth, console)
    yield from _verdict(count)


def _totals(count: ModelCount) -> Iterator[tuple[str, str, str]]:
    held = count.params
    if count.inputs:
        yield "input", ", ".join(map(str, count.inputs)), ""
    yield "parameters", number(held.total), "each counted once"
    yield "trainable", number(held.trainable), ""
    yield "frozen", number(held.frozen), ""
    yield "size", number(held.bytes), "bytes of parameters"
    yield "buffers", number(held.buffers), "elements, no parameters"
    if count.macs is not None:
        yield "MACs", number(count.macs), f"one forward pass in eval mode, by {_standing(count)}"
        yield "FLOPs", number(2 * count.macs), "2 × MACs"
        yield "activations", number(count.activations or 0), ""
    if "fvcore" in count.counters:
        total = sum(count.counters["fvcore"].total.values())
        yield "fvcore total", number(total), "fvcore's MACs + normalisation, pooling, interpolation"


def _standing(count: ModelCount) -> str:
    return next(iter(count.counters))


def _totals_table(count: ModelCount) -> Table:
    figures = Column(justify="right", overflow="fold")
    grid = Table.grid(Column(), figures, Column(style="dim"), padding=(0, 2, 0, 1), pad_edge=True)
    for row in _totals(count):
        grid.add_row(*row)
    return grid


def _tree(count: ModelCount, depth: int, console: Console) -> Table:
    """The modules; on a terminal too narrow for all columns without their types."""
    whole = _grid(count, depth, types=True)
    return whole if fits(whole, console) else _grid(count, depth, types=False)


def _grid(count: ModelCount, depth: int, types: bool) -> Table:
    kinds = ("type",) if types else ()
    grid = ruled("module", *kinds, "=parameters", "=%", "=MACs", "=%", "=activations", "=%")
    whole = count.tree(0)[0]
    for module in count.tree(depth):
        name = module.name.rpartition(".")[2] or "(all)"
        kind = (module.type,) if types else ()
        grid.add_row(f"{' ' * module.depth}{line(name)}", *kind, *_shares(module, whole))
    return grid


def _shares(module: Module, whole: Module) -> Iterator[str]:
    for figure in ("params", "macs", "activations"):
        part, total = getattr(module, figure), getattr(whole, figure)
        yield from ("–", "–") if part is None else (number(part), percent(part, total))


def _markdown_rows(count: ModelCount, depth: int) -> Iterator[tuple[str, ...]]:
    names = ("module", "type", *(n for name in COLUMNS[2:] for n in (name, "%")))
    yield names
    yield ("---", "---", *("---:" for _ in names[2:]))
    whole = count.tree(0)[0]
    for module in count.tree(depth):
        yield code(module.name or "(all)"), markdown(module.type), *_shares(module, whole)


def _verdict(count: ModelCount) -> Iterator[RenderableType]:
    asked = ", ".join(f"{witness} {version}" for witness, version in count.versions.items())
    yield heading(f"Counters: {asked or 'none; give --input to have MACs counted'}")
    if count.agrees is not None:
        mark = ("✓", "bold green") if count.agrees else ("✗", "bold red")
        sides = "torch = fvcore, in every module" if count.agrees else "torch ≠ fvcore"
        yield Text.assemble(" ", mark, f" MACs  {sides}")
    yield from (hung("", remark, "yellow") for remark in count.remarks)


def _torch(found: Counted | None) -> dict[str, Any] | None:
    return found and {"macs": sum(found.macs.values())}


def _fvcore(found: Counted | None) -> dict[str, Any] | None:
    return found and {
        "macs": sum(found.macs.values()),
        "total": sum(found.total.values()),
        "activations": sum(found.activations.values()),
        "unsupported": dict(sorted(found.unsupported.items())),
        "uncalled": list(found.uncalled),
    }
