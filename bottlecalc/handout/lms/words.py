"""What a quiz says beside its questions, in English and in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bottlecalc.handout import Language


class Words(NamedTuple):
    """The words of a language.

    Attributes:
        title: of a quiz that has no other.
        slot: of the variants of an exercise: its number.
        digits: how a number is typed.
        right: to the right answer.
        wrong: to an answer that is none of those that are known, before the slips.
        made: by which version.
        again: before the command.
    """

    title: str
    slot: str
    digits: str
    right: str
    wrong: str
    made: str
    again: str


WORDS: Mapping[Language, Words] = {
    "en": Words(
        title="What a bottleneck costs",
        slot="Exercise {}",
        digits="Type digits alone: no separators, no unit.",
        right="Right.",
        wrong="Not right. Did you get one of these?",
        made="Computed by bottlecalc {}.",
        again=" These questions again:",
    ),
    "zh": Words(
        title="瓶颈结构的代价",
        slot="练习 {}",
        digits="只填数字，不写千位分隔符和单位。",
        right="正确。",
        wrong="不对。你的答案是下面的某一个吗？",
        made="由 bottlecalc {} 计算。",
        again="再次生成这些题目的命令：",
    ),
}
