"""What an element of an output depends on: the receptive field, and the stride between two.

Source: Araujo et al., Computing Receptive Fields of Convolutional Neural Networks, Distill 2019,
section "Closed-form": from layer to layer the field grows by (kernel - 1)·dilation times the
stride so far, and the stride is multiplied by the layer's; an upsampling divides it.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, NamedTuple

from bottlecalc.layers.layer import Layer
from bottlecalc.text.shapes import shape


class Field(NamedTuple):
    """Along one axis, the extent that an element depends on, and from one element to the next.

    Attributes:
        size: of the receptive field [pixels of the input].
        stride: the effective one [pixels of the input].
    """

    size: Fraction = Fraction(1)
    stride: Fraction = Fraction(1)


PLANE = (Field(), Field())
"""Of the input itself, its height and its width."""


def fields(layers: Iterable[Layer], start: tuple[Field, ...] = PLANE) -> tuple[Field, ...]:
    """Height and width of what an element depends on, along the longest path.

    What weighs whole channels (the branch ``squeeze``) depends on everything, and is left out; a
    branch ``aside`` sees no more than the main path, and need not be followed.
    """
    every = list(layers)
    ways = [
        along((layer for layer in every if layer.branch in (way, "after")), start)
        for way in ("main", "shortcut")
    ]
    return tuple(max(axes) for axes in zip(*ways, strict=True))


def along(layers: Iterable[Layer], axes: tuple[Field, ...]) -> tuple[Field, ...]:
    """What an element depends on behind these layers, one after the other."""
    for layer in layers:
        kernel = getattr(layer.op, "kernel", (1,) * len(axes))
        sides = zip(axes, kernel, strict=True)
        axes = tuple(_through(axis, layer.op, side) for axis, side in sides)
    return axes


def _through(axis: Field, op: Any, side: int) -> Field:
    stride = getattr(op, "stride", 1)
    if op.upsamples:
        seen = -(-side // stride)
        return Field(axis.size + (seen - 1) * axis.stride, axis.stride / stride)
    reach = (side - 1) * getattr(op, "dilation", 1)
    return Field(axis.size + reach * axis.stride, axis.stride * stride)


Sides = int | str | list[int | str]


def by_axis(axes: Iterable[Fraction]) -> Sides:
    """Of height and width, one number where they agree; a fraction as text.

    >>> by_axis([Fraction(13), Fraction(13)]), by_axis([Fraction(1, 2), Fraction(2)])
    (13, ['1/2', 2])
    """
    sides: list[int | str] = [
        side.numerator if side.denominator == 1 else str(side) for side in axes
    ]
    return sides[0] if len(set(sides)) == 1 else sides


def spelled(sides: Sides) -> str:
    """As a table has them: a number, or height and width.

    >>> spelled(13), spelled(["1/2", 2])
    ('13', '1/2×2')
    """
    return shape(sides) if isinstance(sides, list) else str(sides)


def square(sides: Sides) -> str:
    """As a picture has them: height and width, even where they agree.

    >>> square(5), square(["1/2", 2])
    ('5×5', '1/2×2')
    """
    return spelled(sides) if isinstance(sides, list) else f"{sides}×{sides}"
