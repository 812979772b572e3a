"""The designs of a sweep as Parquet, in row groups as they come."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from bottlecalc.blocks.spec import spell
from bottlecalc.errors import argument
from bottlecalc.explore.columns import SAFE
from bottlecalc.explore.designs import Designs, Page
from bottlecalc.explore.figures import RATIOS
from bottlecalc.explore.grid import SweepError
from bottlecalc.explore.sweep import Sweep

TEXTS = ("spec", "family")
PAGES = 4
"""Of a row group: 131,072 designs, as many as readers like to take at once."""

DIGITS = 38
"""Of a decimal in every reader; what is longer still is text."""

LARGEST = 10.0**DIGITS / 2
"""Half of what a decimal holds: bounds are floating point."""


def check() -> None:
    """Refuse to go on without pyarrow.

    Raises:
        SweepError: it is missing.
    """
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise SweepError(
            f"{argument('format')} parquet needs pyarrow; install it with: python -m pip install"
            " pyarrow"
        ) from error


def schema(sweep: Sweep) -> Any:
    """The columns and what each holds, the same for every shard of a grid."""
    import pyarrow as pa

    grid, bounds = sweep.grid, sweep.bounds()
    types: dict[str, Any] = {name: pa.string() for name in TEXTS}
    both = grid.every_switch.intersection(grid.every_number)
    types |= {name: pa.string() if name in both else pa.bool_() for name in grid.every_switch}
    types |= {name: pa.float64() for name in RATIOS}
    return pa.schema(
        [(name, types.get(name) or _number(bounds.get(name, 0))) for name in sweep.columns]
    )


def pieces(pages: Iterable[Designs], sweep: Sweep) -> Iterator[bytes]:
    """The file, piece by piece, so that no more than a row group is ever held."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    columns, left, file = schema(sweep), iter(pages), _Pipe()
    repeated = ["family", *sweep.grid.every_key, "batch", "height", "width"]
    with ParquetWriter(file, columns, compression="zstd", use_dictionary=repeated) as writer:
        while some := list(islice(left, PAGES)):
            batches = [_batch(page, columns) for page in some]
            writer.write_table(pa.Table.from_batches(batches, columns))
            yield file.drained()
    yield file.drained()


class _Pipe(io.RawIOBase):
    """A file that is written, and read as far as it was."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, chunk: Any) -> int:
        self._chunks.append(bytes(chunk))
        return len(chunk)

    def drained(self) -> bytes:
        """What was written since."""
        chunks, self._chunks = self._chunks, []
        return b"".join(chunks)


def _number(bound: float) -> Any:
    """What holds whole numbers up to a bound."""
    import pyarrow as pa

    if bound < SAFE:
        return pa.int64()
    return pa.decimal128(DIGITS) if bound < LARGEST else pa.string()


def _batch(page: Designs, columns: Any) -> Any:
    import pyarrow as pa

    arrays = [_array(page, field.name, field.type) for field in columns]
    return pa.RecordBatch.from_arrays(arrays, schema=columns)


def _array(page: Designs, name: str, kind: Any) -> Any:
    """A column of a page, straight from numpy where it is of 64 bits."""
    import pyarrow as pa

    if isinstance(page, Page):
        if name == "spec":
            return _specs(page)
        one: Any = page.lane.family.family if name == "family" else page.columns.get(name)
        if not np.ndim(one):
            return pa.repeat(_scalar(one, kind), len(page))
        if one.dtype != object and kind in (pa.int64(), pa.float64()):
            return pa.array(one, kind, from_pandas=True)
    return pa.array([_value(value, kind) for value in page.listed(name)], kind)


def _scalar(one: Any, kind: Any) -> Any:
    import pyarrow as pa

    return pa.scalar(_value(one, kind), kind)


def _value(one: Any, kind: Any) -> Any:
    """A value as a column of this kind takes it."""
    import pyarrow as pa

    if one is None or kind == pa.bool_():
        return one
    if kind == pa.string():
        return str(one).lower() if isinstance(one, bool) else str(one)
    return _float(one) if kind == pa.float64() else int(one)


def _float(one: float) -> float:
    try:
        return float(one)
    except OverflowError:
        return np.inf


def _specs(page: Page) -> Any:
    """The specs, put together by pyarrow: ``page.listed("spec")`` makes a Python text of each."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = [_spelled(page, name) for name in page.lane.said if name in page.columns]
    joined = pc.binary_join_element_wise(*texts, ",", null_handling="skip")
    head = pa.scalar(f"{page.lane.family.family}:")
    return pa.array(()) if not len(page) else pc.binary_join_element_wise(head, joined, "")


def _spelled(page: Page, name: str) -> Any:
    """What a spec says of a key of each design; null where it says nothing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    one, default = page.columns[name], page.lane.defaults[name]
    if not np.ndim(one):
        text = spell(name, one, default) or None
        return pa.repeat(pa.scalar(text, pa.string()), len(page))
    if one.dtype == object:
        return pa.array([spell(name, value, default) or None for value in one], pa.string())
    numbers = pa.array(one)
    texts = pc.binary_join_element_wise(f"{name}=", pc.cast(numbers, pa.string()), "")
    if not isinstance(default, int):
        return texts
    return pc.if_else(pc.equal(numbers, default), pa.scalar(None, pa.string()), texts)
