"""The field's words for layers and their sums, by language; the templates hold everything else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bottlecalc.handout import Language
from bottlecalc.text.numbers import number

TERMS: Mapping[Language, Mapping[str, str]] = {
    "en": {},
    "zh": {
        "batch norm": "批归一化",
        "transposed conv": "转置卷积",
        "max pool": "最大池化",
        "with indices": "保留索引",
        "conv": "卷积",
        "stride": "步幅",
        "dilation": "空洞率",
        "groups": "分组",
        ", ": "，",
        "; ": "；",
        "identity": "恒等映射",
        "layer norm": "层归一化",
        "layer scale": "层缩放",
        "linear": "线性层",
        "global average pool": "全局平均池化",
        "average pool": "平均池化",
        "average pool, and mean": "平均池化与均值",
        "max unpool": "最大反池化",
        "squeeze and excitation": "压缩与激励",
        "channel shuffle": "通道重排",
        "concatenate": "拼接",
        "concat": "拼接",
        "add": "相加",
        "input": "输入",
        "output": "输出",
        "receptive field": "感受野",
        "weights as areas, all to one scale": "以面积表示的权重，同一比例",
        "parameters on the main path": "个参数（主路径）",
        "with the shortcut": "个参数（含捷径）",
        "with everything": "个参数（全部）",
        "shortcut": "捷径",
        "after": "相加之后",
        "squeeze": "压缩与激励",
        "biases": "偏置",
        "channels in the middle, m": "中间通道数 m",
        "parameters, main": "主路径参数量",
        "MACs, main": "主路径 MACs",
        "bottleneck, parameters": "瓶颈结构，参数量",
        "bottleneck, MACs": "瓶颈结构，MACs",
        "bottleneck": "瓶颈结构",
        "one 3×3: ": "一个 3×3 卷积：",
        " (parameters)": "（参数量）",
        " (MACs)": "（MACs）",
        "batch norm: its parameters, once an image": "批归一化：每张图计一次参数量",
        "biases of convolutions": "卷积的偏置",
        "biases of transposed convolutions": "转置卷积的偏置",
        ": at the places of a plain one": "：按普通卷积的位置数",
        "transposed convolutions: counted at the output's places": "转置卷积：按输出的位置数",
        ", whatever their groups": "，不论分组",
        ": an operator that the profiler has no formula for": "：profiler 没有这种算子的公式",
        "convolutions": "卷积",
        "activations that are modules": "作为模块的激活",
        "activations again, as functions": "又作为函数计了一次的激活",
        "activations and softmax": "激活与 softmax",
        "poolings that are modules": "作为模块的池化",
        "poolings again, as functions": "又作为函数计了一次的池化",
        "pooling, of what goes in": "池化，按输入计",
        "adaptive average pool": "自适应平均池化",
        ": what goes in, and what comes out": "：输入与输出都计",
        ": windows, and what comes out": "：窗口与输出都计",
        "addition": "加法",
        "multiplication of elements": "逐元素乘法",
        "divided by the batch, ": "除以批量 ",
        ": what modules do": "：模块所做的部分",
    },
}


SMALL: Mapping[Language, Sequence[str]] = {
    "en": ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
           "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"),
    "zh": ("零", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三",
           "十四", "十五", "十六"),
}  # fmt: skip
"""How many there are of something, as it is written within a sentence."""


PUNCTUATION: Mapping[Language, Mapping[str, str]] = {
    "en": {"comma": ", ", "list": ", ", "semicolon": "; ", "colon": ": ", "stop": "."},
    "zh": {"comma": "，", "list": "、", "semicolon": "；", "colon": "：", "stop": "。"},
}
"""Between what is written in the same way in every language."""


def in_words(value: int, language: Language) -> str:
    """A small number in words, and others in digits.

    >>> in_words(9, "en"), in_words(9, "zh"), in_words(17, "en")
    ('nine', '九', '17')
    """
    small = SMALL[language]
    return small[value] if 0 <= value < len(small) else number(value)


def term(text: str, language: Language) -> str:
    """A layer's op, or a label of a figure, in that language."""
    for english in sorted(TERMS[language], key=len, reverse=True):
        text = text.replace(english, TERMS[language][english])
    return text
