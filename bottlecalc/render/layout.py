"""How output for people is laid out: headings, ruled tables, the text of it all."""

from __future__ import annotations

from collections.abc import Iterable

from rich.box import HORIZONTALS
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text


def ruled(*columns: str) -> Table:
    """A table with these columns, the ones that begin with ``=`` holding numbers."""
    table = Table(box=HORIZONTALS, show_edge=False, header_style="", collapse_padding=True)
    for column in columns:
        name = column.removeprefix("=")
        table.add_column(name, justify="left" if name == column else "right", overflow="fold")
    return table


def heading(text: str, aside: str = "") -> Text:
    """What a part of the output is about."""
    return Text.assemble("\n", (text, "bold cyan"), (f"  {aside}" if aside else "", "dim"))


def printed(parts: Iterable[RenderableType], console: Console) -> str:
    """The parts as text, for that console's width and colours."""
    with console.capture() as captured:
        for part in parts:
            console.print(part, highlight=False)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())
