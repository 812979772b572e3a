"""The rows of a result as a data frame, of whichever library is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

from bottlecalc.errors import BottlecalcError
from bottlecalc.render.records import Cell, Records

LARGEST = 2**63


class FrameError(BottlecalcError, ImportError):
    """No library for data frames is installed; its text says which would do."""


def frame(records: Records) -> Any:
    """A data frame: whole numbers exact, at any size, and missing ones missing.

    Raises:
        FrameError: neither pandas nor polars is installed.
    """
    for library, made in LIBRARIES.items():
        try:
            return made(import_module(library), records)
        except ImportError:
            continue
    raise FrameError(
        "to_frame needs pandas or polars; install one with: python -m pip install pandas"
    )


def _pandas(pandas: Any, records: Records) -> Any:
    return pandas.DataFrame(
        {name: _pandas_column(pandas, values) for name, values in records.by_column().items()}
    )


def _pandas_column(pandas: Any, values: Sequence[Cell]) -> Any:
    """Of numpy's types; where something is missing, of those of pandas that can say so."""
    column = pandas.Series(values, dtype=object)
    return column.convert_dtypes() if None in values else column.infer_objects()


def _polars(polars: Any, records: Records) -> Any:
    columns = records.by_column().items()
    return polars.DataFrame([_polars_column(polars, *column) for column in columns])


def _polars_column(polars: Any, name: str, values: Sequence[Cell]) -> Any:
    """Integers beyond 64 bits are kept as Python's."""
    is_large = any(isinstance(value, int) and abs(value) >= LARGEST for value in values)
    return polars.Series(name, values, dtype=polars.Object if is_large else None)


LIBRARIES: Mapping[str, Callable[[Any, Records], Any]] = {"pandas": _pandas, "polars": _polars}
"""In the order in which they are tried."""
