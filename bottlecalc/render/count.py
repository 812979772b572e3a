"""A block or a model counted module by module; ``bottlecalc.count/1``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields, replace
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from bottlecalc.agreement import steps
from bottlecalc.agreement.result import Count, ModelCount, Result
from bottlecalc.layers.counted import Counted, Node, Parameters
from bottlecalc.render import records, training, verdict
from bottlecalc.render.inputs import input_document
from bottlecalc.render.layout import fits, heading, hung, printed, ruled
from bottlecalc.render.remarks import remarks
from bottlecalc.render.stack import Facts
from bottlecalc.render.words import code, line, markdown
from bottlecalc.text.numbers import number, percent
from bottlecalc.text.schema import heading as schema_heading
from bottlecalc.text.values import listed
from bottlecalc.tools import check

LEGEND = """\
MAC: a multiply-accumulate of a convolution or matrix product; FLOPs = 2 × MACs.
activations = output elements of convolutions and matrix products."""
COLUMNS = ("module", "type", "params", "macs", "activations")


def table(count: Result, depth: int | None, console: Console) -> str:
    """The whole count as text, for that console's width and colours."""
    return printed(_parts(count, depth, console), console)


def document(count: Result, depth: int | None = None) -> dict[str, Any]:
    """What the JSON holds."""
    macs = count.total("macs")
    return {
        **schema_heading("count", count.versions),
        "target": str(count.subject),
        **_part(count),
        "inputs": [input_document(one) for one in count.inputs],
        **_call(count),
        "params": _params(count),
        "macs": macs,
        "flops": None if macs is None else 2 * macs,
        "activations": count.total("activations"),
        "counters": {
            **_closed_form(count),
            "torch": None,
            "fvcore": None,
            **{name: _counter(counted) for name, counted in count.others.items()},
        },
        "agrees": agrees(count),
        "notes": list(sentences(count)),
        "modules": [asdict(node) for node in count.tree(depth)],
        **({"training": training.document(count.training)} if count.training else {}),
    }


def _part(count: Result) -> dict[str, str]:
    part = count.part if isinstance(count, ModelCount) else ""
    return {"module": part} if part else {}


def _call(count: Result) -> dict[str, str]:
    """All that the forward was given, where shapes do not say it."""
    call = count.call if isinstance(count, ModelCount) else ""
    return {"call": call} if call != listed(count.inputs) and call else {}


def _title(count: Result) -> str:
    """What was counted, and which part of it."""
    part = count.part if isinstance(count, ModelCount) else ""
    return f"{count.subject}, module {part} of it" if part else str(count.subject)


def agrees(count: Result) -> bool | None:
    """Whether all counters agree, of a block fvcore's total included; None where one was asked."""
    verdict = check.agrees([count]) if isinstance(count, Count) else count.agrees
    trained = steps.agrees(count.training) if count.training else None
    return verdict if trained is None else trained and verdict is not False


def sentences(count: Result) -> tuple[str, ...]:
    """All that has to be said beside the figures."""
    objections = verdict.objections(count) if isinstance(count, Count) else ()
    return (*objections, *remarks(count), *training.sentences(count.training))


def _params(count: Result) -> dict[str, int | None]:
    """What a built module holds; of a block by scope too, and its total where none was built."""
    held = asdict(count.parameters) if count.parameters else {}
    if not isinstance(count, Count):
        return held
    unknown = dict.fromkeys(field.name for field in fields(Parameters))
    return {**unknown, "total": count.params.total, **held, **count.params._asdict()}


def as_json(count: Result, depth: int | None) -> str:
    """The JSON text, ASCII only."""
    return records.as_json(document(count, depth))


def as_csv(count: Result, depth: int | None) -> str:
    """CSV with a header, one line a module; numbers without separators."""
    nodes = count.tree(depth)
    more = training.columns(count.training, (node.name for node in nodes))
    rows = (
        (node.name, node.type, node.params, node.macs, node.activations, *passes)
        for node, passes in zip(nodes, more, strict=True)
    )
    header = (*COLUMNS, *(training.COLUMNS if count.training else ()))
    return records.as_csv([header, *rows])


def as_markdown(count: Result, depth: int | None) -> str:
    """Totals as a list, then one line a module."""
    facts = _listed(totals(count))
    rows = (f"| {' | '.join(cells)} |\n" for cells in _markdown_rows(count, depth))
    notes = "".join(f"- {markdown(line(sentence))}\n" for sentence in sentences(count))
    below = f"\n{notes}" if notes else ""
    return f"{code(_title(count))}\n\n{facts}\n{''.join(rows)}{_step(count)}{below}"


def _step(count: Result) -> str:
    """A training step, below the table of the forward pass; nothing where none was counted."""
    if count.training is None:
        return ""
    title = markdown(line(training.title(count.training)))
    return f"\n{title}:\n\n{_listed(training.facts(count.training))}"


def _listed(facts: Iterable[tuple[str, str, str]]) -> str:
    return "".join(
        f"- {name}: {figure}{f' ({aside})' if aside else ''}\n" for name, figure, aside in facts
    )


FORMATS: Mapping[str, Callable[[Result, int | None, Console], str]] = {
    "table": table,
    "json": lambda count, depth, _: as_json(count, depth),
    "csv": lambda count, depth, _: as_csv(count, depth),
    "markdown": lambda count, depth, _: as_markdown(count, depth),
}
"""Text of a count by format; depth says how far down modules are shown, None all the way."""


def _parts(count: Result, depth: int | None, console: Console) -> Iterator[RenderableType]:
    yield Text(LEGEND, style="dim")
    yield heading(_title(count))
    yield Facts(list(totals(count)))
    yield Text()
    yield modules(count, depth, console)
    if isinstance(count, Count):
        yield from verdict.of_blocks([replace(count, left_out={})])
        yield from (hung("", line(remark), "yellow") for remark in remarks(count))
    elif isinstance(count, ModelCount):
        yield from verdict.of_model(count)
    yield from training.parts(count.training)


def totals(count: Result) -> Iterator[tuple[str, str, str]]:
    """What the whole of it costs: a name, a figure, and a note."""
    call = count.call if isinstance(count, ModelCount) else ""
    if call or count.inputs:
        yield "input", call or listed(count.inputs), ""
    yield from _parameters(count)
    macs = count.total("macs")
    if macs is not None:
        by = next(iter(count.counters))
        yield "MACs", number(macs), f"one forward pass in eval mode, by {by}"
        yield "FLOPs", number(2 * macs), "2 × MACs"
        yield "activations", number(count.total("activations") or 0), ""
    if "fvcore" in count.counters:
        total = sum(count.counters["fvcore"].total.values())
        yield "fvcore total", number(total), "fvcore's MACs + normalisation, pooling, interpolation"


def _parameters(count: Result) -> Iterator[tuple[str, str, str]]:
    parameters = count.parameters
    if parameters is None:
        yield "parameters", number(count.total("params") or 0), "each counted once"
        return
    yield "parameters", number(parameters.total), "each counted once"
    yield "trainable", number(parameters.trainable), ""
    yield "frozen", number(parameters.frozen), ""
    yield "size", number(parameters.bytes), "bytes of parameters"
    yield "buffers", number(parameters.buffers), "elements, no parameters"


def modules(count: Result, depth: int | None, console: Console) -> Table:
    """The modules; on a terminal too narrow for all columns without their types.

    Where that is too wide too it is stacked, and then every module has its full name.
    """
    nodes = count.tree(depth)
    first = nodes[0].depth
    trees = [_grid(nodes, lambda node: _indented(node, first), types) for types in (True, False)]
    return next((tree for tree in trees if fits(tree, console)), _grid(nodes, _full))


def _grid(nodes: Sequence[Node], name: Callable[[Node], str], types: bool = False) -> Table:
    kinds = ("type",) if types else ()
    grid = ruled("module", *kinds, "=parameters", "=%", "=MACs", "=%", "=activations", "=%")
    for node in nodes:
        kind = (line(node.type),) if types else ()
        grid.add_row(line(name(node)), *kind, *_shares(node, nodes[0]))
    return grid


def _indented(node: Node, first: int) -> str:
    """A module's own name, so far in as it is below the first one; that one's is whole."""
    if node.depth == first:
        return _full(node)
    return f"{' ' * (node.depth - first)}{line(node.name.rpartition('.')[2])}"


def _full(node: Node) -> str:
    return line(node.name or "(all)")


def _shares(node: Node, whole: Node) -> Iterator[str]:
    for figure in ("params", "macs", "activations"):
        part, total = getattr(node, figure), getattr(whole, figure)
        yield from ("–", "–") if part is None else (number(part), percent(part, total))


def _markdown_rows(count: Result, depth: int | None) -> Iterator[tuple[str, ...]]:
    names = ("module", "type", *(n for name in COLUMNS[2:] for n in (name, "%")))
    yield names
    yield ("---", "---", *("---:" for _ in names[2:]))
    nodes = count.tree(depth)
    for node in nodes:
        yield code(node.name or "(all)"), markdown(line(node.type)), *_shares(node, nodes[0])


def _closed_form(count: Result) -> dict[str, Any]:
    """A block has one, a model has none."""
    if not isinstance(count, Count):
        return {}
    totals = {name: figures["closed form"] for name, figures in check.by_counter(count).items()}
    return {"closed_form": totals}


def _counter(counted: Counted) -> dict[str, Any]:
    """What a counter found; more of one that has a total of its own."""
    if not counted.total:
        return {"macs": counted.sum("macs")}
    return {
        "macs": counted.sum("macs"),
        "total": sum(counted.total.values()),
        "activations": counted.sum("activations"),
        "unsupported": dict(sorted(counted.unsupported.items())),
        "uncalled": list(counted.uncalled),
    }
