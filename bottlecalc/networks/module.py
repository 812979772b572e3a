"""A network as ``nn.Module``, written apart from its formula."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from torch import Tensor, nn

from bottlecalc.blocks.grammar import make, read
from bottlecalc.blocks.spec import keys
from bottlecalc.modules.enet import UpsamplingBottleneck
from bottlecalc.modules.families import build as build_block
from bottlecalc.modules.joins import Concat
from bottlecalc.networks import elements
from bottlecalc.networks.spec import Network, Stage

FUNCTIONS: dict[str, type[nn.Module]] = {
    "ReLU": nn.ReLU, "ReLU6": nn.ReLU6, "SiLU": nn.SiLU, "GELU": nn.GELU, "PReLU": nn.PReLU,
}  # fmt: skip


class Output(NamedTuple):
    """What a part puts out for an image.

    Attributes:
        channels: or features, of a linear layer.
        pixels: of each channel, behind a pooling that fixes them; 1 elsewhere.
    """

    channels: int
    pixels: int = 1


class Stages(nn.Sequential):
    """A network; what its poolings leave behind is taken up again by its unpoolings, last first."""

    def forward(self, x: Tensor) -> Tensor:
        indices: list[Tensor] = []
        for stage in self:
            x = stage(x, indices)
        return x


class Path(nn.ModuleList):
    """The blocks of a stage."""

    def forward(self, x: Tensor, indices: list[Tensor]) -> Tensor:
        for block in self:
            given = [indices.pop()] if isinstance(block, UpsamplingBottleneck) and indices else []
            y = block(x, *given)
            if isinstance(y, tuple):
                y, found = y
                indices.append(found)
            x = y
        return x


def build(network: Network) -> nn.Sequential:
    """Build a network.

    It takes ``(N, 3, H, W)`` and returns ``(N, classes)``, or a feature map where it ends in one;
    a stage is a child, its blocks are numbered.
    """
    whole, output = Stages(), Output(network.in_channels)
    for stage in network.stages:
        built = Path()
        for text in network.texts(stage) * _repeats(stage, network):
            block, output = _block(text, stage, network, output, first=len(built) == 0)
            built.append(block)
        whole._modules[stage.name] = built  # add_module takes no name such as "forward"
    return whole


def _repeats(stage: Stage, network: Network) -> int:
    if stage.depth is None:
        return 1
    exact = stage.depth * network.depth
    return int(exact) + (exact.denominator != 1)


def _block(
    text: str, stage: Stage, network: Network, x: Output, first: bool
) -> tuple[nn.Module, Output]:
    """A block, and what it puts out of what comes to it."""
    if elements.is_element(text):
        kind, values = elements.read(text)
        if first and stage.stride != 1 and "stride" in values:
            values["stride"] = stage.stride
        return _element(kind, values, stage, network, x)
    family, values = read(text)
    spec: dict[str, Any] = dict(values)
    if stage.out is not None:
        spec["out"] = stage.out
    for name in ("out", "mid", "squeeze", "growth"):
        if name in spec:
            spec[name] = widened(spec[name], network)
    if "stride" in keys(family) and "stride" not in spec:
        spec["stride"] = stage.stride if first else 1
    module = build_block(make(family, {**spec, "in": x.channels}))
    return module, Output(int(getattr(module, "out_channels", 0) or spec["out"]))


def widened(channels: int, network: Network) -> int:
    """Channels at the network's width; to a multiple of 8 as MobileNetV2's code has it."""
    numerator, denominator = network.width.as_integer_ratio()
    value, step = channels * numerator, network.divisor  # value in denominators
    if step == 1:
        return max(1, value // denominator)
    near = max(step, (2 * value // denominator + step) // (2 * step) * step)
    return near + step if 10 * near * denominator < 9 * value else near


def _filters(values: dict[str, Any], stage: Stage, network: Network, channels: int) -> int:
    """What a convolution puts out."""
    if values.get("reduce", 0) > 0:
        return channels // int(values["reduce"])
    given = values["out"] or stage.out
    if given is None or given == 0:
        return network.classes
    wide = widened(given, network)
    return given if wide < given and not values.get("narrow", True) else wide


def _element(
    kind: str, values: dict[str, Any], stage: Stage, network: Network, x: Output
) -> tuple[nn.Module, Output]:
    """An element, and what it puts out of what comes to it."""
    channels = x.channels
    if kind in ("conv", "conv-transpose"):
        filters = _filters(values, stage, network, channels)
        convolution = Convolution if kind == "conv" else Upsampling
        return convolution(values, channels, filters), Output(filters)
    if kind == "enet-initial":
        filters = widened(values["out"], network)
        return Initial(values, channels, filters), Output(filters)
    if kind == "norm":
        return Normalised(values, channels), x
    if kind == "linear":
        features = values["out"] or network.classes
        return Linear(values, channels * x.pixels, features), Output(features)
    return Pool(kind, values), Output(channels, values.get("size", 1) ** 2)


class Normalised(nn.Module):
    """What stands before them, if anything does, then normalisation and activation."""

    def __init__(self, values: dict[str, Any], channels: int) -> None:
        super().__init__()
        self.norm: nn.Module | None = None
        self.activation: nn.Module | None = None
        if values["norm"] == "batch":
            self.norm = nn.BatchNorm2d(channels)
        elif values["norm"] == "layer":
            self.norm = nn.LayerNorm(channels)
        if values["activation"] != "none":
            self.activation = FUNCTIONS[values["activation"]]()

    def forward(self, x: Tensor) -> Tensor:
        if isinstance(self.norm, nn.LayerNorm):
            x = self.norm(x.movedim(1, -1)).movedim(-1, 1)
        elif self.norm is not None:
            x = self.norm(x)
        return x if self.activation is None else self.activation(x)


class Convolution(Normalised):
    """A convolution, normalised and activated."""

    def __init__(self, values: dict[str, Any], channels: int, filters: int) -> None:
        super().__init__(values, filters)
        kernel, padding = values["kernel"], values["padding"]
        self.conv = nn.Conv2d(
            channels, filters, kernel, stride=values["stride"],
            padding=kernel // 2 if padding == -1 else padding,
            groups=values["groups"], bias=values["bias"],
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(self.conv(x))


class Upsampling(nn.Module):
    """A transposed convolution of stride 2, padded so that it doubles height and width."""

    def __init__(self, values: dict[str, Any], channels: int, filters: int) -> None:
        super().__init__()
        kernel = values["kernel"]
        self.conv = nn.ConvTranspose2d(
            channels, filters, kernel, stride=2, padding=(kernel - 1) // 2,
            output_padding=kernel % 2, bias=values["bias"],
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv(x)
        return y


class Initial(Normalised):
    """ENet's first: a convolution beside a pooling (arXiv:1606.02147, figure 2, a)."""

    def __init__(self, values: dict[str, Any], channels: int, filters: int) -> None:
        super().__init__(values, filters)
        self.conv = nn.Conv2d(channels, filters - channels, 3, stride=2, padding=1, bias=False)
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.concat = Concat()

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(self.concat(self.conv(x), self.pool(x)))


class Linear(nn.Module):
    """A linear layer on all that there is of an image."""

    def __init__(self, values: dict[str, Any], channels: int, features: int) -> None:
        super().__init__()
        self.linear = nn.Linear(channels, features, bias=values["bias"])
        has_none = values["activation"] == "none"
        self.activation = None if has_none else FUNCTIONS[values["activation"]]()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.linear(x.flatten(1))
        return y if self.activation is None else self.activation(y)


class Pool(nn.Module):
    """A pooling."""

    def __init__(self, kind: str, values: dict[str, Any]) -> None:
        super().__init__()
        self.pool = POOLS[kind](values)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.pool(x)
        return y


def _max_pool(values: dict[str, Any]) -> nn.Module:
    kernel, padding = values["kernel"], values["padding"]
    padded = (kernel - 1) // 2 if padding == -1 else padding
    return nn.MaxPool2d(kernel, values["stride"], padded, ceil_mode=values["ceil"])


POOLS: dict[str, Callable[[dict[str, Any]], nn.Module]] = {
    "max-pool": _max_pool,
    "average-pool": lambda values: nn.AvgPool2d(values["kernel"], values["stride"]),
    "global-pool": lambda values: nn.AdaptiveAvgPool2d(values["size"]),
}
