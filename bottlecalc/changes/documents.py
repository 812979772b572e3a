"""Counts as JSON: what ``count`` wrote, and what one process tells another."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from bottlecalc.changes.diff import Side
from bottlecalc.errors import BottlecalcError
from bottlecalc.layers.count import Counter
from bottlecalc.layers.counted import Node
from bottlecalc.text.calls import quoted, whole_number
from bottlecalc.text.files import read_text, shown
from bottlecalc.text.fills import Fill
from bottlecalc.text.shapes import Input
from bottlecalc.text.values import listed

SCHEMA = "bottlecalc.count/1"
COUNTERS: tuple[Counter, ...] = ("torch", "fvcore")
FIGURES = ("params", "trainable", "macs", "activations")


class DocumentError(BottlecalcError, ValueError):
    """A file that is no count; its text says why."""


def read_document(path: Path) -> Side:
    """What ``bottlecalc count --format json`` wrote.

    Args:
        path: of the file, by which the side is called.

    Raises:
        DocumentError: it cannot be read, is no JSON, or is another document.
    """
    file = shown(path)
    document = _parsed(read_text(path, DocumentError), file)
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        raise _refusal(file, f"its schema is {quoted(schema)}, not {SCHEMA!r}")
    try:
        return _side(document, str(path))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _refusal(file, f"something is missing or wrong, {quoted(str(error))}") from None


def to_document(side: Side) -> dict[str, Any]:
    """What another process is told of a side."""
    return asdict(side)


def from_document(document: Mapping[str, Any]) -> Side:
    """The side that another process told of."""
    nodes = tuple(Node(**node) for node in document["nodes"])
    return Side(**{**document, "nodes": nodes, "notes": tuple(document["notes"])})


def _parsed(text: str, file: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise _refusal(file, "it is nested too deeply") from None
    except ValueError as error:  # an integer of too many digits is one, and no JSONDecodeError
        raise _refusal(file, f"it is no JSON: {error}") from None


def _refusal(file: str, reason: str) -> DocumentError:
    remedy = "make it with: bottlecalc count TARGET --depth 99 --format json -o FILE"
    return DocumentError(f"{file} is no count: {reason}; {remedy}")


def _side(document: dict[str, Any], name: str) -> Side:
    nodes = _own([_node(module) for module in document["modules"]])
    versions = document["versions"]
    inputs = [_input(one) for one in document["inputs"]]
    return Side(
        name=name,
        input=_text(document.get("call", listed(inputs))),
        nodes=nodes,
        bytes=_figure(document["params"]["bytes"]),
        depth=max(node.depth for node in nodes),
        versions={one: str(versions[one]) for one in COUNTERS if versions[one]},
    )


def _input(told: Mapping[str, Any]) -> Input:
    fill = Fill.parse(told["fill"]) if "fill" in told else None
    return Input(tuple(told["shape"]), told["dtype"], fill, _text(told.get("name", "")))


def _node(module: Mapping[str, Any]) -> Node:
    figures: Any = {figure: _figure(module[figure]) for figure in FIGURES}
    if figures["params"] is None or figures["trainable"] is None:
        raise ValueError("parameters are no count")
    return Node(name=_text(module["name"]), type=_text(module["type"]), **figures)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _figure(value: object) -> int | None:
    if value is not None and whole_number(value, 0) is None:
        raise ValueError(f"{value!r} is no count")
    return whole_number(value, 0)


def _own(nodes: list[Node]) -> tuple[Node, ...]:
    """Each module with what is its own, of modules with all that is inside of them."""
    own = {node.name: node for node in nodes}
    if len(own) != len(nodes) or "" not in own:
        raise ValueError("two modules have one name, or none is the whole")
    for node in nodes:
        if node.name:
            above = own[node.name.rpartition(".")[0]]
            own[above.name] = _minus(above, node)
    if any((value or 0) < 0 for node in own.values() for value in _values(node)):
        raise ValueError("a module holds less than what is inside of it")
    return tuple(own.values())


def _minus(one: Node, other: Node) -> Node:
    rest: Any = {
        figure: None if getattr(one, figure) is None else getattr(one, figure) - value
        for figure, value in zip(FIGURES, _values(other), strict=True)
    }
    return replace(one, **rest)


def _values(node: Node) -> Iterable[int]:
    return (getattr(node, figure) or 0 for figure in FIGURES)
