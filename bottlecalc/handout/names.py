"""Blocks in words, for headings: ``a bottleneck, 64 → 32 → 128, stride 2``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bottlecalc.agreement.result import Count
from bottlecalc.handout import Language
from bottlecalc.handout.terms import PUNCTUATION
from bottlecalc.layers.layer import Layer
from bottlecalc.render import branches
from bottlecalc.text.numbers import number

FAMILY_NAMES: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "plain": "one 3×3",
        "basic": "two 3×3",
        "bottleneck": "a bottleneck",
        "preact-basic": "two pre-activated 3×3",
        "preact-bottleneck": "a pre-activated bottleneck",
        "separable": "a depthwise separable convolution",
        "inverted": "an inverted residual",
        "mbconv": "an MBConv block",
        "fused-mbconv": "a fused MBConv block",
        "convnext": "a ConvNeXt block",
        "fire": "a Fire module",
        "dense": "a layer of DenseNet",
        "repvgg": "a RepVGG block",
        "shuffle": "a unit of ShuffleNet V2",
        "ghost": "a Ghost module",
        "enet": "a bottleneck of ENet",
        "enet-asymmetric": "an asymmetric bottleneck of ENet",
        "enet-down": "a downsampling bottleneck of ENet",
        "enet-up": "an upsampling bottleneck of ENet",
        "regnet": "a RegNet block",
        "c2f": "a C2f module",
    },
    "zh": {
        "plain": "一个 3×3 卷积",
        "basic": "两个 3×3 卷积",
        "bottleneck": "瓶颈块",
        "preact-basic": "两个预激活的 3×3 卷积",
        "preact-bottleneck": "预激活瓶颈块",
        "separable": "深度可分离卷积",
        "inverted": "倒残差块",
        "mbconv": "MBConv 块",
        "fused-mbconv": "融合的 MBConv 块",
        "convnext": "ConvNeXt 块",
        "fire": "Fire 模块",
        "dense": "DenseNet 层",
        "repvgg": "RepVGG 块",
        "shuffle": "ShuffleNet V2 单元",
        "ghost": "Ghost 模块",
        "enet": "ENet 瓶颈块",
        "enet-asymmetric": "ENet 非对称瓶颈块",
        "enet-down": "ENet 下采样瓶颈块",
        "enet-up": "ENet 上采样瓶颈块",
        "regnet": "RegNet 块",
        "c2f": "C2f 模块",
    },
}
SETTINGS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "stride": "stride {}",
        "groups": "{} groups",
        "depthwise": "depthwise",
        "dilation": "dilation {}",
        "downsample": "downsampling",
        "upsample": "upsampling",
    },
    "zh": {
        "stride": "步幅 {}",
        "groups": "分 {} 组",
        "depthwise": "逐通道",
        "dilation": "空洞率 {}",
        "downsample": "下采样",
        "upsample": "上采样",
    },
}


def block_name(count: Count, language: Language) -> str:
    """A block in words: its family, the channels that flow through it, and its settings."""
    family = FAMILY_NAMES[language][count.block.family]
    return PUNCTUATION[language]["comma"].join([family, flow(count), *_settings(count, language)])


def flow(count: Count) -> str:
    """The channels that flow through a block: ``64 → 32 → 128``."""
    return " → ".join(map(number, _channels(count)))


def _channels(count: Count) -> list[int]:
    """Along the main path; of branches that split it or are put together, at its ends."""
    layers = [layer for layer in branches.of(count, "main") if layer.weights]
    ends = (count.input[1], count.output[1])
    if (layers[0].in_channels, layers[-1].out_channels) != ends or branches.of(count, "aside"):
        return list(ends)
    return [ends[0], *(layer.out_channels for layer in _changing(layers))]


def _changing(layers: list[Layer]) -> Iterator[Layer]:
    """All but what keeps the channels between the first and the last, as a bottleneck's 3×3."""
    for place, layer in enumerate(layers):
        if place in (0, len(layers) - 1) or layer.in_channels != layer.out_channels:
            yield layer


def _settings(count: Count, language: Language) -> Iterator[str]:
    """What is not as usual, but for what is seen in a figure alone."""
    for key, words in SETTINGS[language].items():
        value = getattr(count.block, key, 1)
        if value is True or (value is not False and value > 1):
            words = SETTINGS[language]["depthwise"] if _is_depthwise(count, key) else words
            yield words.format(value)


def _is_depthwise(count: Count, key: str) -> bool:
    """Whether there are as many groups as channels."""
    return key == "groups" and any(
        getattr(layer.op, "groups", 1) == layer.in_channels > 1 for layer in count.layers
    )
