"""How output for people is laid out: headings, ruled tables, the text of it all."""

from __future__ import annotations

from collections.abc import Iterable

from rich.box import HORIZONTALS
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text


def ruled(*columns: str) -> Table:
    """A table with these columns, the ones that begin with ``=`` holding numbers."""
    table = Table(box=HORIZONTALS, show_edge=False, header_style="", collapse_padding=True)
    for column in columns:
        name = column.removeprefix("=")
        number = name != column
        table.add_column(
            name, justify="right" if number else "left", overflow="fold", no_wrap=number
        )
    return table


def heading(text: str, aside: str = "") -> Text:
    """What a part of the output is about."""
    return Text.assemble("\n", (text, "bold cyan"), (f"  {aside}" if aside else "", "dim"))


def printed(parts: Iterable[RenderableType], console: Console) -> str:
    """The parts as text, for that console's width and colours, without blanks at ends of lines.

    A table whose numbers are wider than the console is printed wider: no number is ever broken.
    """
    return "".join(_printed(part, console) for part in parts)


def _printed(part: RenderableType, console: Console) -> str:
    needed = Measurement.get(console, console.options, part).minimum
    console.width = max(console.width, needed)
    with console.capture() as captured:
        console.print(part, highlight=False)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())
