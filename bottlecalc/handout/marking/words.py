"""What is said to a mark, in English and in Chinese, and where a slip is taught against.

The words of the usual slips stand in the templates, as on the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bottlecalc.handout import Language
from bottlecalc.handout.marking.verdict import OTHER_MEASURE, Mark
from bottlecalc.handout.text import environment
from bottlecalc.render.words import line
from bottlecalc.text.calls import brief
from bottlecalc.text.numbers import number


class Words(NamedTuple):
    """The words of a language.

    Attributes:
        columns: of the tables, by what they hold.
        verdicts: by the verdict.
        doubts: why an answer cannot be read, by the doubt.
        measure: what is said of the right number under another name.
        remark: of a slip: what was written, and what is said to it.
        joint: between two slips.
        unread: of an answer that cannot be read: what was written, and why.
    """

    columns: Mapping[str, str]
    verdicts: Mapping[str, str]
    doubts: Mapping[str, str]
    measure: str
    remark: str
    joint: str
    unread: str


ENGLISH = Words(
    columns={
        "student": "student", "right": "right", "points": "points", "exercise": "exercise",
        "slip": "slip", "wrong": "other", "unreadable": "unreadable", "": "unanswered",
        "commonest": "commonest slip", "times": "times", "remark": "what it is",
        "see": "taught in", "slips": "the slips", "exercises": "exercises",
    },
    verdicts={"right": "right", "wrong": "wrong", "": ""},
    doubts={
        "thousands": "the point may part thousands or decimals",
        "comma": "the comma parts neither thousands nor a whole number",
        "sides": "what stands on both sides of a sign is not equal",
        "long": "it is too long",
        "unknown": "it is neither a number, nor a product, nor a letter",
        "number": "a number was asked for",
        "letter": "a letter was asked for",
        "rounded": "the right answer, rounded, looks like it",
        "fraction": "a whole number was asked for, and the right one is near",
        "square": "it may be meant as the side of a square",
    },
    measure="the number is right, but it counts something else: MACs, FLOPs and parameters are"
    " not the same",
    remark="{written}? {slips}.",
    joint=", and ",
    unread="unreadable: {written} ({doubt})",
)  # fmt: skip
CHINESE = Words(
    columns={
        "student": "学生", "right": "正确", "points": "得分", "exercise": "题号",
        "slip": "常见错误", "wrong": "其他错误", "unreadable": "无法识别", "": "未作答",
        "commonest": "最常见的错误", "times": "次数", "remark": "说明",
        "see": "参见", "slips": "各种常见错误", "exercises": "题号",
    },
    verdicts={"right": "正确", "wrong": "错误", "": ""},
    doubts={
        "thousands": "其中的点可能是千位分隔符，也可能是小数点",
        "comma": "逗号既不是千位分隔符，数也不是整数",
        "sides": "等号两边不相等",
        "long": "太长",
        "unknown": "既不是数，也不是乘积或字母",
        "number": "应当填数",
        "letter": "应当填字母",
        "rounded": "可能是正确答案的近似值",
        "fraction": "应当填整数，而它接近正确答案",
        "square": "可能指正方形的边长",
    },
    measure="数是对的，但所指的量不对：MACs、FLOPs 和参数量不是一回事",
    remark="{written}？{slips}。",
    joint="；",
    unread="无法识别：{written}（{doubt}）",
)  # fmt: skip
WORDS: Mapping[Language, Words] = {"en": ENGLISH, "zh": CHINESE}

COUNTED = "docs/conventions.md#what-is-counted"
SEEN = "docs/conventions.md#what-an-output-sees"
BLOCKS = "docs/blocks.md#the-blocks"
PAIR = "docs/tutorial.md#the-textbook-pair"
BUDGET = "docs/tutorial.md#against-the-block-of-resnet-18"
WIDTHS = "docs/tutorial.md#widths-that-match"
TOTALS = "docs/why-they-differ.md#one-block-all-totals"
TAUGHT: Mapping[str, str] = {
    **dict.fromkeys(
        (
            *("batch_norm", "forgot_batch_norm", "running_statistics", "flops", "macs", "four"),
            *("forgot_positions", "one_side", "output_size", "forgot_groups", "groups_twice"),
            *("forgot_projection", "with_projection", OTHER_MEASURE, "added", "kernel"),
            *("forgot_bytes", "last_output", "weights_stored", "with_input"),
            *("image_both", "image_twice", "image_none", "narrow_norm"),
            *("time_flops", "time_norm", "time_pointwise"),
            *("depthwise_linear", "depthwise_relu"),
        ),
        COUNTED,
    ),
    **dict.fromkeys(
        (
            *("view", "times_dilation", "added_kernels", "area", "forgot_dilation"),
            *("forgot_strides", "narrow_view"),
        ),
        SEEN,
    ),
    **dict.fromkeys(
        (
            *("bias", "stride_on_3x3", "input_size", "projection_from_mid"),
            *("bias_cost", "bias_relu", "bias_size"),
            *("depthwise_shortcut", "forgot_expansion", "not_depthwise", "not_expanded"),
            *("narrow_shortcut", "shortcut_gradient", "shortcut_middle", "shortcut_norm"),
        ),
        BLOCKS,
    ),
    **dict.fromkeys(("wide_3x3", "kept_mistake", "forgot_last", "saved", "turned_over"), PAIR),
    **dict.fromkeys(("next_width", "only_3x3"), BUDGET),
    "other": WIDTHS,
    **dict.fromkeys(
        (
            *("half", "macs_against_flops", "parameters"),
            *("projection_norm", "rate", "total"),
            *("not_calflops", "not_fvcore", "not_thop", "not_torch", "not_torchprofile"),
        ),
        TOTALS,
    ),
}
"""The section of the documents that teaches against each slip."""


def remark(mark: Mark, language: Language) -> str:
    """What a teacher says to an answer: ``right``, or ``15,584? you kept the biases.``."""
    words = WORDS[language]
    if mark.verdict == "slip":
        said = words.joint.join(slip(name, language) for name in mark.slips)
        return words.remark.format(written=_value(mark), slips=said)
    if mark.verdict == "unreadable":
        written = brief(line(mark.written), 40)
        return words.unread.format(written=written, doubt=words.doubts[mark.doubt])
    return words.verdicts[mark.verdict]


def slip(name: str, language: Language) -> str:
    """What a slip is, in words."""
    if name == OTHER_MEASURE:
        return WORDS[language].measure
    template = environment(language).get_template(f"exercises.{language}.md.jinja")
    slips: Mapping[str, str] = template.module.slips  # type: ignore[attr-defined]
    return slips[name]


def _value(mark: Mark) -> str:
    return number(mark.value) if isinstance(mark.value, int) else str(mark.value)
