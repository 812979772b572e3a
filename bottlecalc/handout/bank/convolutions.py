"""Exercises about one convolution, or a few of them one after the other."""

from __future__ import annotations

from dataclasses import replace

from bottlecalc.formulas.vocabulary import conv, conv_transpose
from bottlecalc.handout.bank.numbers import CHANNELS, Numbers, plane
from bottlecalc.handout.exercises import Exercise
from bottlecalc.layers.layer import Layer
from bottlecalc.layers.receptive import PLANE, along

FIELD = plane(1, 64, 64)
"""Of any size: a receptive field does not depend on it."""


def pointwise(numbers: Numbers) -> Exercise:
    """Count a 1×1 convolution."""
    c, d = numbers.channels()
    layer = conv("conv", plane(c, 1, 1), d, 1)
    slips = {"bias": layer.weights + d, "kernel": 9 * layer.weights, "added": c + d}
    return Exercise(quantities={"c": c, "d": d}, answer=layer.params, slips=slips, layers=(layer,))


def flops(numbers: Numbers) -> Exercise:
    """FLOPs of one 3×3."""
    c, d = numbers.channels()
    height, width = numbers.size()
    layer = conv("conv", plane(c, height, width), d, 3)
    slips = {"macs": layer.macs, "forgot_positions": 2 * layer.weights, "four": 4 * layer.macs}
    quantities = {"c": c, "d": d, "h": height, "w": width}
    return Exercise(quantities=quantities, answer=2 * layer.macs, slips=slips, layers=(layer,))


def dilation(numbers: Numbers) -> Exercise:
    """A dilated 3×3 sees further, for the same weights."""
    c, d = numbers.channels()
    spread = numbers.random.choice((2, 3, 4))
    layer = conv("conv", plane(c, 1, 1), d, 3, dilation=spread)
    view = 2 * spread + 1
    slips = {
        "view": view * view * c * d,
        "bias": layer.weights + d,
        "times_dilation": spread * layer.weights,
    }
    quantities = {"c": c, "d": d, "dilation": spread, "view": view}
    return Exercise(quantities=quantities, answer=layer.params, slips=slips, layers=(layer,))


def groups(numbers: Numbers) -> Exercise:
    """A grouped 3×3."""
    c = numbers.random.choice(CHANNELS)
    parts = numbers.random.choice((2, 4, 8))
    layer = conv("conv", plane(c, 1, 1), c, 3, groups=parts)
    slips = {
        "forgot_groups": layer.weights * parts,
        "groups_twice": layer.weights // parts,
        "bias": layer.weights + c,
    }
    return Exercise(
        quantities={"c": c, "groups": parts}, answer=layer.params, slips=slips, layers=(layer,)
    )


def transposed(numbers: Numbers) -> Exercise:
    """MACs of a transposed convolution."""
    c, size = numbers.random.choice(CHANNELS), numbers.size()
    layer = conv_transpose("upsample", plane(c, *size), c)
    slips = {
        "output_size": 4 * layer.macs,
        "flops": 2 * layer.macs,
        "forgot_positions": layer.weights,
    }
    height, width = layer.output[2:]
    quantities = {"c": c, "h": size[0], "w": size[1], "out_h": height, "out_w": width}
    return Exercise(quantities=quantities, answer=layer.macs, slips=slips, layers=(layer,))


def receptive_field(numbers: Numbers) -> Exercise:
    """What an output value of three convolutions depends on; strides and dilation widen it."""
    stack = _stack(numbers)
    fields = [PLANE[0], *(along(stack[: n + 1], PLANE)[0] for n in range(len(stack)))]
    side = int(fields[-1].size)
    plain = [_conv(layer, stride=1) for layer in stack]
    dense = [_conv(layer, dilation=1) for layer in stack]
    slips = {
        "added_kernels": sum(layer.factors[0] for layer in stack),
        "forgot_strides": int(along(plain, PLANE)[0].size),
        "forgot_dilation": int(along(dense, PLANE)[0].size),
        "area": side * side,
    }
    quantities = {"stack": stack, "fields": tuple(fields)}
    return Exercise(quantities=quantities, answer=side, slips=slips)


def _stack(numbers: Numbers) -> tuple[Layer, ...]:
    """Three convolutions, one after the other; a 1×1 has no dilation."""
    random, layers = numbers.random, []
    for n in range(1, 4):
        kernel, stride, spread = random.choice((1, 3, 5, 7)), random.choice((1, 2)), 1
        if kernel > 1:
            spread = random.choice((1, 2, 3))
        layers.append(conv(f"conv{n}", FIELD, 1, kernel, stride=stride, dilation=spread))
    return tuple(layers)


def _conv(layer: Layer, **changed: int) -> Layer:
    """The same convolution with another stride or dilation."""
    return layer._replace(op=replace(layer.op, **changed))  # type: ignore[type-var]
