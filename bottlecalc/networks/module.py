"""A network as ``nn.Module``, written apart from its formula."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from typing import Any

from torch import Tensor, nn

from bottlecalc.blocks.grammar import make, read
from bottlecalc.blocks.spec import keys
from bottlecalc.modules.families import build as build_block
from bottlecalc.networks import elements
from bottlecalc.networks.spec import Network, Stage

FUNCTIONS: dict[str, type[nn.Module]] = {
    "ReLU": nn.ReLU, "ReLU6": nn.ReLU6, "SiLU": nn.SiLU, "GELU": nn.GELU, "PReLU": nn.PReLU,
}  # fmt: skip


def build(network: Network) -> nn.Sequential:
    """Build a network.

    It takes ``(N, 3, H, W)`` and returns ``(N, classes)``; a stage is a child, its blocks are
    numbered.
    """
    whole, channels = nn.Sequential(), 3
    for stage in network.stages:
        built = nn.Sequential()
        for text in network.texts(stage) * _repeats(stage, network):
            block, channels = _block(text, stage, network, channels, first=len(built) == 0)
            built.append(block)
        whole.add_module(stage.name, built)
    return whole


def _repeats(stage: Stage, network: Network) -> int:
    if stage.depth is None:
        return 1
    exact = stage.depth * network.depth
    return int(exact) + (exact.denominator != 1)


def _block(
    text: str, stage: Stage, network: Network, channels: int, first: bool
) -> tuple[nn.Module, int]:
    """A block, and the channels that it puts out."""
    if elements.is_element(text):
        kind, values = elements.read(text)
        element = Element(kind, values, stage, network, channels, first)
        return element, element.out_channels
    family, values = read(text)
    spec: dict[str, Any] = dict(values)
    if stage.out is not None:
        spec["out"] = stage.out
    for name in ("out", "mid", "squeeze", "growth"):
        if name in spec:
            spec[name] = widened(spec[name], network)
    if "stride" in keys(family):
        spec["stride"] = stage.stride if first else 1
    module = build_block(make(family, {**spec, "in": channels}))
    return module, int(getattr(module, "out_channels", 0) or spec["out"])


def widened(channels: int, network: Network) -> int:
    """Channels at the network's width; to a multiple of 8 as MobileNetV2's code has it."""
    width = Decimal(network.width.numerator) / Decimal(network.width.denominator)
    value = channels * width
    step = network.divisor
    if step == 1:
        return max(1, int(value.to_integral_value(ROUND_FLOOR)))
    near = max(step, int(value + Decimal(step) / 2) // step * step)
    return near + step if Decimal(near) < Decimal("0.9") * value else near


def _filters(values: dict[str, Any], stage: Stage, network: Network, channels: int) -> int:
    if values["reduce"] > 0:
        return channels // int(values["reduce"])
    given = values["out"] or stage.out
    if given is None or given == 0:
        return network.classes
    wide = widened(given, network)
    return given if wide < given and not values["narrow"] else wide


class Element(nn.Module):
    """A layer with its normalisation and activation, or a pooling."""

    def __init__(
        self, kind: str, values: dict[str, Any], stage: Stage, network: Network,
        channels: int, first: bool,
    ) -> None:  # fmt: skip
        super().__init__()
        if first and stage.stride != 1 and "stride" in values:
            values = {**values, "stride": stage.stride}
        self.out_channels = channels
        self.kind = kind
        if kind == "conv":
            self.out_channels = _filters(values, stage, network, channels)
            kernel, padding = values["kernel"], values["padding"]
            self.conv = nn.Conv2d(
                channels, self.out_channels, kernel, stride=values["stride"],
                padding=kernel // 2 if padding == -1 else padding,
                groups=values["groups"], bias=values["bias"],
            )  # fmt: skip
        elif kind == "max-pool":
            kernel, padding = values["kernel"], values["padding"]
            self.pool: nn.Module = nn.MaxPool2d(
                kernel, values["stride"], (kernel - 1) // 2 if padding == -1 else padding,
                ceil_mode=values["ceil"],
            )  # fmt: skip
        elif kind == "average-pool":
            self.pool = nn.AvgPool2d(values["kernel"], values["stride"])
        elif kind == "global-pool":
            self.pool = nn.AdaptiveAvgPool2d(values["size"])
            self.out_channels = channels * values["size"] ** 2  # as a linear layer sees it
        elif kind == "linear":
            self.out_channels = values["out"] or network.classes
            self.linear = nn.Linear(channels, self.out_channels, bias=values["bias"])
        if values.get("norm", "none") == "batch":
            self.norm: nn.Module = nn.BatchNorm2d(self.out_channels)
        elif values.get("norm", "none") == "layer":
            self.norm = nn.LayerNorm(self.out_channels)
        if values.get("activation", "none") != "none":
            self.activation = FUNCTIONS[values["activation"]]()

    def forward(self, x: Tensor) -> Tensor:
        if self.kind == "linear":
            x = x.flatten(1)
        for layer in self.children():
            if isinstance(layer, nn.LayerNorm):
                x = layer(x.movedim(1, -1)).movedim(-1, 1)
            else:
                x = layer(x)
        return x
