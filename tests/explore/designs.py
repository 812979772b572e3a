"""Grids and designs for tests, and a design counted by itself."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import nan
from typing import Any

import numpy as np

from bottlecalc.agreement.closed_form import count
from bottlecalc.blocks.grammar import parse
from bottlecalc.blocks.residual import Plain
from bottlecalc.blocks.spec import BlockError
from bottlecalc.explore.designs import Design, Page
from bottlecalc.explore.figures import FIGURES, NUMBERS, RATIOS
from bottlecalc.explore.grid import Grid
from bottlecalc.text.ranges import parse_axis, parse_sizes

AWKWARD = {
    "in_": "3,8:24:8,13", "out": "8,13,31:33", "mid": "3:12:3,7", "groups": "1,3",
    "stride": "1:3", "dilation": "2",
}  # fmt: skip


def grid(*specs: str, size: str = "56", batch: str = "1", **axes: str) -> Grid:
    named = {key.rstrip("_"): parse_axis(key, text) for key, text in axes.items()}
    return Grid(specs, named, {}, parse_sizes(size), parse_axis("batch", batch))


def figures(design: Design) -> tuple[int, ...]:
    return tuple(getattr(design, name) for name in FIGURES)


def one_by_one(spec: str, height: int, width: int, batch: int) -> tuple[int, ...]:
    counted = count(parse(spec), (height, width), batch)
    params, macs, flops = counted.params, counted.macs, counted.flops
    return (
        *(params.main, params.convs, params.block),
        *(macs.main, macs.block, flops.main, flops.block, counted.activations),
    )


def is_exact(design: Design) -> bool:
    """Whether a design is what its spec gives by itself, to the last integer."""
    numbers = (design.batch, design.height, design.width, *figures(design))
    expected = one_by_one(design.spec, design.height, design.width, design.batch)
    return figures(design) == expected and all(type(number) is int for number in numbers)


def allowed_one_by_one(swept: Grid) -> list[tuple[Any, ...]]:
    """Spec, batch, height and width of every design of a grid that can be counted, in order."""
    found = []
    for lane in swept.lanes:
        axes: dict[str, Any] = {**lane.axes}
        axes["size"] = zip(swept.sizes.heights, swept.sizes.widths, strict=True)
        for values in product(*axes.values()):
            keys = {**lane.fixed, **dict(zip(axes, values, strict=True))}
            (height, width), batch = keys.pop("size"), keys.pop("batch")
            texts = ",".join(f"{name}={str(value).lower()}" for name, value in keys.items())
            try:
                spec = str(parse(f"{lane.family.family}:{texts}"))
                one_by_one(spec, height, width, batch)
            except BlockError:
                continue
            found.append((spec, batch, height, width))
    return found


def design(params: int, macs: int, ratio: float | None = None) -> Design:
    """A design of which nothing matters but these."""
    zeros = dict.fromkeys(FIGURES, 0)
    return Design(
        family=Plain, keys={"in": 1, "out": 1}, spec="plain:in=1,out=1", batch=1, height=1, width=1,
        **{**zeros, "params_block": params, "macs_block": macs},
        ratio_params_block=ratio, ratio_macs_block=None,
    )  # fmt: skip


def page_of(designs: Sequence[Design]) -> Page:
    """A page of these designs."""
    (lane,) = grid("plain", in_="1", out="1").lanes
    columns = {
        name: np.array([getattr(one, name) for one in designs], dtype=object) for name in NUMBERS
    }
    columns |= {name: np.where(columns[name] == None, nan, columns[name]) for name in RATIOS}  # noqa: E711
    return Page(lane=lane, columns={**columns, "in": 1, "out": 1}, length=len(designs))
