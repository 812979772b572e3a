"""What has to be said beside marks: what was guessed, and what somebody has to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bottlecalc.handout import Language
from bottlecalc.text.calls import quoted

MOST = 10
"""So many of a kind are named."""


class Sentences(NamedTuple):
    """The sentences of a language.

    Attributes:
        encoding: of answers that are in none that proves itself.
        names: of a class that is in none.
        ordered: of questions that were told by their order alone.
        columns: that were not read.
        answers: that cannot be read.
        absent: who of the class has not answered.
        joint: between what they name.
        more: how many more there are.
    """

    encoding: str
    names: str
    ordered: str
    columns: str
    answers: str
    absent: str
    joint: str
    more: str


SENTENCES: Mapping[Language, Sentences] = {
    "en": Sentences(
        "The answers are not in UTF-8 and were read as {encoding} ({sample}); if that is"
        " misspelled, save them as CSV UTF-8",
        "The class is not in UTF-8 and was read as {encoding} ({sample}); if that is misspelled,"
        " save it as CSV UTF-8",
        "The columns of questions were taken in their order, the first as exercise 1.",
        "Columns that were not read: {named}.",
        "Answers that cannot be read, to be looked at (student, exercise): {named}.",
        "Of the class, no answers of: {named}.",
        ", ",
        " and {count} more",
    ),
    "zh": Sentences(
        "答案表不是 UTF-8 编码，已按 {encoding} 读取（{sample}）；如有乱码，请另存为 CSV UTF-8",
        "班级名单不是 UTF-8 编码，已按 {encoding} 读取（{sample}）；如有乱码，请另存为 CSV UTF-8",
        "题目各列按先后顺序读取，第一列作为第 1 题。",
        "未读取的列：{named}。",
        "无法识别、需要人工查看的答案（学生、题号）：{named}。",
        "班级名单中没有答案的学生：{named}。",
        "、",
        "，另外还有 {count} 个",
    ),
}


def guessed(encoding: str, sample: str, language: Language) -> str:
    """What the answers were read as."""
    return SENTENCES[language].encoding.format(encoding=encoding, sample=sample)


def guessed_names(encoding: str, sample: str, language: Language) -> str:
    """What a class was read as."""
    return SENTENCES[language].names.format(encoding=encoding, sample=sample)


def ordered(language: Language) -> str:
    """That questions were told by their order."""
    return SENTENCES[language].ordered


def columns(names: Sequence[str], language: Language) -> str:
    """Which columns were not read."""
    quotations = [quoted(one) if language == "en" else f"“{quoted(one, str)}”" for one in names]
    return SENTENCES[language].columns.format(named=_named(quotations, language))


def answers(places: Sequence[str], language: Language) -> str:
    """Which answers somebody has to look at."""
    return SENTENCES[language].answers.format(named=_named(places, language))


def absent(names: Sequence[str], language: Language) -> str:
    """Who of the class has not answered."""
    return SENTENCES[language].absent.format(named=_named(names, language))


def _named(every: Sequence[str], language: Language) -> str:
    words, rest = SENTENCES[language], len(every) - MOST
    named = words.joint.join(every[:MOST])
    return named + words.more.format(count=rest) if rest > 0 else named
