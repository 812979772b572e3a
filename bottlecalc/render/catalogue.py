"""Families of blocks for people and programs: what each is, its keys, its rules, its paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Column, Table
from rich.text import Text

from bottlecalc.blocks.catalogue import Catalogue, Family, Key
from bottlecalc.blocks.spec import spell
from bottlecalc.render.layout import heading, printed
from bottlecalc.render.records import as_json
from bottlecalc.render.stack import Breakable
from bottlecalc.render.words import code, markdown
from bottlecalc.text.schema import heading as schema_heading


def table(catalogue: Catalogue, console: Console) -> str:
    """One family in full, several in short, for that console's width and colours."""
    if len(catalogue.families) == 1:
        return printed(_whole(catalogue.families[0]), console)
    return printed(_short(catalogue), console)


def document(catalogue: Catalogue) -> dict[str, Any]:
    """What the JSON holds."""
    return {
        **schema_heading("blocks", {}),
        "families": [_family(family) for family in catalogue.families],
    }


def as_markdown(catalogue: Catalogue) -> str:
    """A section a family, with a table of its keys."""
    return "\n".join("".join(_section(family)) for family in catalogue.families)


FORMATS: Mapping[str, Callable[[Catalogue, Console], str]] = {
    "table": table,
    "json": lambda catalogue, _: as_json(document(catalogue)),
    "markdown": lambda catalogue, _: as_markdown(catalogue),
}
"""Text of a catalogue by format."""


def _short(catalogue: Catalogue) -> Iterator[RenderableType]:
    for family in catalogue.families:
        yield heading(family.name)
        yield _grid({"what": family.text, "spec": _spec(family), "paper": family.source})
    yield Text("\nOne with all that may be said of it: bottlecalc blocks NAME", style="dim")


def _whole(family: Family) -> Iterator[RenderableType]:
    yield heading(family.name)
    yield _grid({"what": family.text, "spec": _spec(family), "paper": family.source})
    yield heading("Keys")
    yield _grid({_usual(key): key.text for key in family.keys})
    if family.laws:
        yield heading("Rules")
        yield _grid({str(place): law for place, law in enumerate(family.laws, 1)})
    yield Text(f"\nExample: bottlecalc compare --block {_spec(family, example=True)}", style="dim")


def _grid(texts: Mapping[str, str]) -> Table:
    grid = Table.grid(Column(no_wrap=True), Column(overflow="fold"), padding=(0, 2, 0, 1))
    for name, text in texts.items():
        grid.add_row(name, Breakable(text))
    return grid


def _usual(key: Key) -> str:
    """A key with what it is where nothing is said."""
    if key.is_required:
        return f"{key.name}=N"
    return key.name if key.default is None else spell(key.name, key.default, None)


def _spec(family: Family, example: bool = False) -> str:
    shown = [key for key in family.keys if key.is_required]
    required = ",".join(f"{key.name}={64 if example else 'N'}" for key in shown)
    more = [f"[,{key.name}]" for key in family.keys if not (key.is_required or example)]
    return f"{family.name}:{required}{''.join(more)}"


def _family(family: Family) -> dict[str, Any]:
    return {**asdict(family), "keys": [_key(key) for key in family.keys]}


def _key(key: Key) -> dict[str, Any]:
    return {
        "name": key.name,
        "python": key.field,
        "type": "switch" if key.is_switch else "number",
        "default": key.default,
        "required": key.is_required,
        "text": key.text,
    }


def _section(family: Family) -> Iterator[str]:
    yield f"## {code(family.name)}\n\n{markdown(family.text)}\n\n"
    yield "| key | default | what it is |\n| --- | --- | --- |\n"
    for key in family.keys:
        default = "required" if key.is_required else _default(key)
        yield f"| {code(key.name)} | {default} | {markdown(key.text)} |\n"
    yield "".join(f"\n- {markdown(law)}" for law in family.laws) + "\n"
    yield f"\nSource: {markdown(family.source)}\n"


def _default(key: Key) -> str:
    return "" if key.default is None else str(key.default).lower()
