"""The figure of a sweep."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from bottlecalc.cli.output import save, write
from bottlecalc.text.ranges import SweepError

if TYPE_CHECKING:
    from bottlecalc.explore.sweep import Condition, Grid
    from bottlecalc.render.plot import Plot


def check_plot(grid: Grid, file: str) -> None:
    """Refuse what cannot be drawn, before anything is.

    Raises:
        SweepError: the file is no figure, a library is missing, or not one quantity is swept.
    """
    from bottlecalc.render.plot import FORMATS

    if file != "-" and _form(file) not in FORMATS:
        raise SweepError(f"--plot {file!r} is no figure; end it in .svg, .png or .pdf, or give -")
    _check_library("plotille" if file == "-" else "matplotlib")
    swept = grid.swept()
    if len(swept) != 1:
        raise SweepError(
            f"--plot draws one swept quantity, and {', '.join(swept) or 'none'} is swept;"
            " give one of the options more than one value, and the others one"
        )
    if swept == ["size"] and [*grid.sizes.heights] != [*grid.sizes.widths]:
        raise SweepError("--plot draws square sizes; give --size such as 14,28,56")


def _check_library(name: str) -> None:
    try:
        import_module(name)
    except ImportError as error:
        raise SweepError(
            f"--plot needs {name}; install it with: python -m pip install {name}"
        ) from error


def draw(grid: Grid, conditions: Sequence[Condition], file: str, key: str | None) -> None:
    """Draw cost against the swept quantity, into a file, or to stdout for ``-``.

    Raises:
        SweepError: there is no such key, or nothing to draw.
    """
    from bottlecalc.render.plot import drawing, picture

    chart = _chart(grid, conditions, key)
    if not chart.lines:
        raise SweepError("no design meets the conditions, and there is nothing to draw")
    if file == "-":
        write(drawing(chart, shutil.get_terminal_size().columns))
    else:
        save(Path(file), picture(chart, _form(file)))


def _form(file: str) -> str:
    return file.rpartition(".")[2].lower()


def _chart(grid: Grid, conditions: Sequence[Condition], key: str | None) -> Plot:
    from bottlecalc.explore.sweep import COUNTED, break_evens, curves, figure
    from bottlecalc.render.plot import Line, Plot

    (quantity,) = grid.swept()
    usual = "macs_main" if quantity in ("size", "batch") else "params_main"
    cost = figure(key, "--plot-key", COUNTED) if key else usual
    lines = [Line(*curve) for curve in curves(grid, conditions, quantity, cost) if curve.points]
    meeting = break_evens(grid) if (quantity, cost) == ("mid", "params_main") else set()
    return Plot(quantity, cost, _title(grid, quantity), lines, sorted(meeting))


def _title(grid: Grid, quantity: str) -> str:
    parts = [f"{key}={text}" for key, text in grid.common().items()]
    if quantity != "size":
        parts.append(f"{grid.sizes.heights[0]}×{grid.sizes.widths[0]}")
    return ", ".join(parts)
