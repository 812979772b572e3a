"""The rows of a result as a data frame, of whichever library is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

from bottlecalc.errors import BottlecalcError
from bottlecalc.render.rows import Cell, Rows

LARGEST = 2**63


class FrameError(BottlecalcError, ImportError):
    """No library for data frames is installed; its text says which would do."""


def frame(rows: Rows) -> Any:
    """A data frame: whole numbers exact, at any size, and missing ones missing.

    Raises:
        FrameError: neither pandas nor polars is installed.
    """
    for library, made in LIBRARIES.items():
        try:
            return made(import_module(library), rows)
        except ImportError:
            continue
    raise FrameError(
        "to_frame needs pandas or polars; install one with: python -m pip install pandas"
    )


def _pandas(pandas: Any, rows: Rows) -> Any:
    return pandas.DataFrame(
        {name: _pandas_column(pandas, values) for name, values in rows.by_column().items()}
    )


def _pandas_column(pandas: Any, values: Sequence[Cell]) -> Any:
    """Whole numbers are never made floats, which is what pandas does where one is missing."""
    present = [value for value in values if value is not None]
    if not present or not all(isinstance(value, int) for value in present):
        return pandas.Series(values)
    return pandas.Series(values, dtype=object if _is_large(present) else _whole(values))


def _whole(values: Sequence[Cell]) -> str | None:
    return "Int64" if None in values and not any(isinstance(one, bool) for one in values) else None


def _is_large(values: Sequence[Cell]) -> bool:
    """Whether one of them is beyond 64 bits, and stays an integer of Python's."""
    return any(isinstance(value, int) and abs(value) >= LARGEST for value in values)


def _polars(polars: Any, rows: Rows) -> Any:
    columns = rows.by_column().items()
    return polars.DataFrame([_polars_column(polars, *column) for column in columns])


def _polars_column(polars: Any, name: str, values: Sequence[Cell]) -> Any:
    return polars.Series(name, values, dtype=polars.Object if _is_large(values) else None)


LIBRARIES: Mapping[str, Callable[[Any, Rows], Any]] = {"pandas": _pandas, "polars": _polars}
"""In the order in which they are tried."""
