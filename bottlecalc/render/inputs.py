"""An input as the JSON holds it."""

from __future__ import annotations

from typing import Any

from bottlecalc.text.shapes import Input


def input_document(one: Input) -> dict[str, Any]:
    """Shape and dtype; its name where it is no argument by place, its values where they are given.

    >>> input_document(Input.parse("1x3"))
    {'shape': (1, 3), 'dtype': 'float32'}
    """
    name = {"name": one.name} if one.name else {}
    fill = {"fill": str(one.fill)} if one.fill else {}
    return {"shape": one.dimensions, "dtype": one.dtype, **name, **fill}
