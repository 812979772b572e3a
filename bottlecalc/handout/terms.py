"""The field's words for layers, by language; the templates hold everything else."""

from __future__ import annotations

from collections.abc import Mapping

from bottlecalc.handout import Language

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
        "identity": "恒等映射",
        "layer norm": "层归一化",
        "layer scale": "层缩放",
        "linear": "线性层",
        "global average pool": "全局平均池化",
        "average pool": "平均池化",
        "max unpool": "最大反池化",
        "squeeze and excitation": "压缩与激励",
        "channel shuffle": "通道重排",
        "concatenate": "拼接",
        "concat": "拼接",
        "add": "相加",
        "input": "输入",
        "output": "输出",
        "channels in the middle, m": "中间通道数 m",
        "parameters, main": "主路径参数量",
    },
}


def term(text: str, language: Language) -> str:
    """A layer's op, or a label of a figure, in that language."""
    for english in sorted(TERMS[language], key=len, reverse=True):
        text = text.replace(english, TERMS[language][english])
    return text
