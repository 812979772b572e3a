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

from bottlecalc.models import Counted, ModelCount, Module
from bottlecalc.render.layout import heading, printed, ruled
from bottlecalc.render.schema import heading as schema_heading
from bottlecalc.render.words import code, line, markdown, number, percent

LEGEND = """\
MAC: a multiply-accumulate of a convolution or matrix product; FLOPs = 2 × MACs.
activations = output elements of convolutions and matrix products."""
COLUMNS = ("module", "type", "params", "macs", "activations")
NAMED = 5
"""So many modules are named where two counters differ on them."""


def table(count: ModelCount, depth: int, console: Console) -> str:
    """The whole count as text, for that console's width and colours."""
    return printed(_parts(count, depth), console)


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
        "notes": list(sentences(count)),
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
    return f"{code(count.target)}\n\n{''.join(totals)}\n{''.join(rows)}"


FORMATS: Mapping[str, Callable[[ModelCount, int, Console], str]] = {
    "table": table,
    "json": lambda count, depth, _: document(count, depth),
    "csv": lambda count, depth, _: as_csv(count, depth),
    "markdown": lambda count, depth, _: as_markdown(count, depth),
}
"""Text of a count by format; depth says how far down modules are shown."""


def sentences(count: ModelCount) -> Iterator[str]:
    """What has to be said of a count beside its figures."""
    yield from count.notes
    if count.differences:
        yield from _misses(count)
    yield from _unsupported(count)
    if count.uncalled:
        yield (
            f"never called by the forward pass: {_few(list(count.uncalled))}"
            " (their MACs, if any, are their parents')"
        )


def _misses(count: ModelCount) -> Iterator[str]:
    """What each counter missed where they differ, and which figure stands."""
    by_torch, by_fvcore = (sum(found.macs.values()) for found in count.counters.values())
    why = ", for it sees every operator that runs" if by_torch > by_fvcore else ""
    yield f"torch counts {by_torch:,} MACs and fvcore {by_fvcore:,}; torch's stands{why}"
    less = {name: t - f for name, (t, f) in count.differences.items() if t > f}
    more = {name: f - t for name, (t, f) in count.differences.items() if f > t}
    if less:
        yield f"fvcore missed {sum(less.values()):,} MACs in {_few(list(less))}"
    if less and not count.counters["fvcore"].unsupported:
        yield "fvcore supports every operator that it met: it counts them otherwise"
    if more:
        yield f"torch counts {sum(more.values()):,} MACs fewer in {_few(list(more))}"


def _unsupported(count: ModelCount) -> Iterator[str]:
    """What a counter passed over, where nobody else counted it or the other found more."""
    for witness, found in count.counters.items():
        listed = ", ".join(f"{op} ×{times}" for op, times in sorted(found.unsupported.items()))
        if listed and (witness == "torch" or len(count.counters) == 1 or count.differences):
            yield f"{witness} does not support {listed}, and counts none of it"


def _few(names: list[str]) -> str:
    shown = ", ".join(name or "(the model itself)" for name in names[:NAMED])
    rest = len(names) - NAMED
    return f"{shown} and {rest} more" if rest > 0 else shown


def _parts(count: ModelCount, depth: int) -> Iterator[RenderableType]:
    yield Text(LEGEND, style="dim")
    yield heading(count.target)
    yield _totals_table(count)
    yield Text()
    yield _tree(count, depth)
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
        yield "fvcore total", number(total), "MACs + normalisation, pooling, interpolation"


def _standing(count: ModelCount) -> str:
    return next(iter(count.counters))


def _totals_table(count: ModelCount) -> Table:
    figures = Column(justify="right", overflow="fold")
    grid = Table.grid(Column(), figures, Column(style="dim"), padding=(0, 2, 0, 1), pad_edge=True)
    for row in _totals(count):
        grid.add_row(*row)
    return grid


def _tree(count: ModelCount, depth: int) -> Table:
    grid = ruled("module", "type", "=parameters", "=%", "=MACs", "=%", "=activations", "=%")
    whole = count.tree(0)[0]
    for module in count.tree(depth):
        name = module.name.rpartition(".")[2] or "(all)"
        cells = _shares(module, whole)
        grid.add_row(f"{' ' * module.depth}{line(name)}", module.type, *cells)
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


def _verdict(count: ModelCount) -> Iterator[Text]:
    asked = ", ".join(f"{witness} {version}" for witness, version in count.versions.items())
    yield heading(f"Counters: {asked or 'none; give --input to have MACs counted'}")
    if count.agrees is not None:
        mark = ("✓", "bold green") if count.agrees else ("✗", "bold red")
        sides = "torch = fvcore, in every module" if count.agrees else "torch ≠ fvcore"
        yield Text.assemble(" ", mark, f" MACs  {sides}")
    yield from (Text(f" {sentence}", style="yellow") for sentence in sentences(count))


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
