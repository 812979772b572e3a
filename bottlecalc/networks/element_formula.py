"""The layers of a network's elements, by arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from bottlecalc.formulas import vocabulary
from bottlecalc.formulas.formula import Layers
from bottlecalc.layers.layer import Layer
from bottlecalc.layers.normalisation import BatchNorm, LayerNorm
from bottlecalc.layers.ops import Conv, Linear, Shape
from bottlecalc.layers.pooling import AveragePool, GlobalAveragePool, MaxPool
from bottlecalc.networks.spec import NetworkError


class Scale(NamedTuple):
    """What of a network its parts depend on.

    Attributes:
        width: by which channels are multiplied.
        divisor: that they are rounded to multiples of; 1 for down to whole channels.
        classes: of the last layer.
    """

    width: Fraction
    divisor: int
    classes: int

    def wide(self, channels: int) -> int:
        """So many channels at this width."""
        exact = channels * self.width
        if self.divisor == 1:
            return max(1, exact.numerator // exact.denominator)
        rounded = max(
            self.divisor, int(exact + Fraction(self.divisor, 2)) // self.divisor * self.divisor
        )
        return rounded if 10 * rounded >= 9 * exact else rounded + self.divisor


def check_map(what: str, x: Shape) -> None:
    """Refuse what takes a feature map where there is none.

    Raises:
        NetworkError: what comes to it is flat.
    """
    if len(x) != 4:
        raise NetworkError(
            f"{what} takes a feature map, and {x[1]} features of a linear layer come to it; put it"
            " before that"
        )


def _conv(values: dict[str, Any], out: int | None, scale: Scale, x: Shape) -> Layers:
    check_map("conv", x)
    kernel, stride, groups = values["kernel"], values["stride"], values["groups"]
    padding = kernel // 2 if values["padding"] < 0 else values["padding"]
    channels = _channels(values, out, scale, x)
    if x[1] % groups or channels % groups:
        raise NetworkError(
            f"groups = {groups} of conv does not divide its {x[1]} channels and the {channels} that"
            " it puts out; give groups that do"
        )
    op = Conv(kernel=(kernel, kernel), stride=stride, groups=groups, bias=values["bias"])
    sides = _windows(x, kernel, stride, padding)
    layer = Layer("conv", op, "main", x, (x[0], channels, *sides))
    return (layer, *_norm(values, out, scale, layer.output))


def _windows(x: Shape, kernel: int, stride: int, padding: int = 0) -> list[int]:
    """How many windows there are along height and width, padded on both sides.

    Raises:
        NetworkError: there are none.
    """
    height, width = x[2:]
    if min(height, width) + 2 * padding < kernel:
        raise NetworkError(
            f"a map of {height}×{width} is too small for a window of {kernel}×{kernel}; give a"
            " larger size"
        )
    return [(side + 2 * padding - kernel) // stride + 1 for side in (height, width)]


def _channels(values: dict[str, Any], out: int | None, scale: Scale, x: Shape) -> int:
    """What a convolution puts out: so many, a part of what it takes, or as many as classes."""
    if values["reduce"]:
        if x[1] < values["reduce"]:
            raise NetworkError(
                f"reduce = {values['reduce']} of conv is more than its {x[1]} channels, and leaves"
                " none; give less"
            )
        return x[1] // int(values["reduce"])
    said = values["out"] or out
    if not said:
        return scale.classes
    channels = scale.wide(said)
    return channels if values["narrow"] else max(said, channels)


def _norm(values: dict[str, Any], _out: int | None, _scale: Scale, x: Shape) -> Layers:
    check_map("norm", x)
    layers: list[Layer] = []
    if values["norm"] != "none":
        last = (x[0], *x[2:], x[1])
        is_batch = values["norm"] == "batch"
        op, at = (BatchNorm(), x) if is_batch else (LayerNorm(), last)
        layers.append(Layer("norm", op, "main", at, at))
    return (*layers, *_activation(values["activation"], x))


def _activation(name: Any, x: Shape) -> Layers:
    if name == "none":
        return ()
    is_learned = name == "PReLU"
    prelu, plain = vocabulary.prelu, vocabulary.activation
    return (prelu("activation", x) if is_learned else plain("activation", x, name),)


def _max_pool(values: dict[str, Any], _out: int | None, _scale: Scale, x: Shape) -> Layers:
    check_map("max-pool", x)
    kernel, stride = values["kernel"], values["stride"]
    padding = (kernel - 1) // 2 if values["padding"] < 0 else values["padding"]
    if 2 * padding > kernel:
        raise NetworkError(
            f"padding = {padding} of max-pool is more than half of its kernel, {kernel}; give less"
        )
    sides = _windows(x, kernel, stride, padding)
    if values["ceil"]:
        sides = [
            _with_rest(*one, kernel, stride, padding) for one in zip(x[2:], sides, strict=True)
        ]
    op = MaxPool(kernel=(kernel, kernel), stride=stride)
    return (Layer("pool", op, "main", x, (*x[:2], *sides)),)


def _with_rest(side: int, windows: int, kernel: int, stride: int, padding: int) -> int:
    """One window more for what is left of a side, unless it would begin in the padding."""
    is_left = (side + 2 * padding - kernel) % stride > 0
    return windows + (is_left and windows * stride < side + padding)


def _average_pool(values: dict[str, Any], _out: int | None, _scale: Scale, x: Shape) -> Layers:
    check_map("average-pool", x)
    kernel, stride = values["kernel"], values["stride"]
    sides = _windows(x, kernel, stride)
    op = AveragePool(kernel=(kernel, kernel), stride=stride)
    return (Layer("pool", op, "main", x, (*x[:2], *sides)),)


def _global_pool(values: dict[str, Any], _out: int | None, _scale: Scale, x: Shape) -> Layers:
    check_map("global-pool", x)
    size = values["size"]
    return (Layer("pool", GlobalAveragePool(), "main", x, (*x[:2], size, size)),)


def _linear(values: dict[str, Any], _out: int | None, scale: Scale, x: Shape) -> Layers:
    features = 1
    for side in x[1:]:
        features *= side
    flat = (x[0], features)
    y = (x[0], values["out"] or scale.classes)
    layer = Layer("linear", Linear(bias=values["bias"]), "main", flat, y)
    return (layer, *_activation(values["activation"], y))


def _conv_transpose(values: dict[str, Any], out: int | None, scale: Scale, x: Shape) -> Layers:
    """Of stride 2, padded so that it doubles height and width."""
    check_map("conv-transpose", x)
    kernel, said = values["kernel"], values["out"] or out
    channels = scale.wide(said) if said else scale.classes
    op = Conv(kernel=(kernel, kernel), stride=2, bias=values["bias"], transposed=True)
    y = (x[0], channels, *[2 * side for side in x[2:]])
    return (Layer("conv", op, "main", x, y),)


def _enet_initial(values: dict[str, Any], out: int | None, scale: Scale, x: Shape) -> Layers:
    """A 3×3 of stride 2 beside a max pooling, arXiv:1606.02147, figure 2 (a)."""
    check_map("enet-initial", x)
    channels = scale.wide(values["out"])
    if channels <= x[1]:
        raise NetworkError(
            f"out = {channels} of enet-initial is not more than the {x[1]} channels that it passes"
            " on; give more"
        )
    conv = vocabulary.conv("conv", x, channels - x[1], 3, stride=2)
    pool = Layer("pool", MaxPool(kernel=(3, 3), stride=2), "aside", x, (*x[:2], *conv.output[2:]))
    joined = vocabulary.concat("concat", conv.output, channels)
    return (conv, pool, joined, *_norm(values, out, scale, joined.output))


FORMULAS: Mapping[str, Callable[[dict[str, Any], int | None, Scale, Shape], Layers]] = {
    "conv": _conv,
    "conv-transpose": _conv_transpose,
    "enet-initial": _enet_initial,
    "max-pool": _max_pool,
    "average-pool": _average_pool,
    "global-pool": _global_pool,
    "norm": _norm,
    "linear": _linear,
}
"""By kind: what is said of it, its stage's channels, the scale and the input → its layers."""
