"""An answer against its key, however it is spelled and whatever it says that it counts."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bottlecalc.handout.bank import BANK
from bottlecalc.handout.marking.verdict import judge
from bottlecalc.handout.worksheet import draw


@given(st.data())
@settings(deadline=None)
def test_every_spelling_of_a_right_answer_is_right(data: st.DataObject) -> None:
    number, exercise = data.draw(st.sampled_from([*enumerate(draw(len(BANK), 3), 1)]))
    spelling = data.draw(
        st.sampled_from(LETTERS if isinstance(exercise.answer, str) else SPELLINGS)
    )
    assert judge(number, spelling(exercise.answer), exercise).verdict == "right"


def _wide(text: str) -> str:
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


SPELLINGS = (
    str, "{:,}".format, lambda n: f"{n:,}".replace(",", " "), lambda n: f"{n:_}",
    lambda n: _wide(str(n)), lambda n: f"={n}*1", lambda n: f"1·{n}", lambda n: f"{n} 个",
    lambda n: f"{n / 10**4:.4f}万", lambda n: f"{n / 10**6:.6f}M", lambda n: f"{n / 10**3:.3f}e3",
    lambda n: f"{n}.0", lambda n: f"（{n}）", lambda n: f"答案：{n}。", lambda n: f" {n}\u200b",
)  # fmt: skip
LETTERS = (str, str.lower, _wide, "{}.".format, "（{}）".format, "选{}".format, "Block {}".format)


def test_a_right_number_of_something_else_is_no_right_answer() -> None:
    """MACs and FLOPs are never mixed."""
    exercises = {x.kind: x for x in draw(len(BANK), 3)}
    macs, flops, weights = (exercises[kind] for kind in ("macs", "flops", "pointwise"))
    assert judge(1, f"{macs.answer} MACs", macs).verdict == "right"
    assert judge(1, f"{macs.answer} FLOPs", macs).slips == ("measure",)
    assert judge(1, f"{flops.answer} MACs", flops).slips == ("measure",)
    assert judge(1, f"{weights.answer} MACs", weights).slips == ("measure",)
    assert judge(1, f"{weights.answer} 个参数", weights).verdict == "right"
    assert judge(1, f"{macs.slips['flops']} FLOPs", macs).slips == ("flops",)


def test_what_would_be_right_as_a_whole_number_is_looked_at() -> None:
    """Nobody who has the percentage to two decimals, or as a share, is told that it is wrong."""
    exercises = {x.kind: x for x in draw(len(BANK), 3)}
    ratio, budget = exercises["ratio"], exercises["budget"]
    assert (ratio.answer, budget.answer) == (26, 48)
    for written in ("26.04%", "25.9", "0.26", "0.2604"):
        assert judge(1, written, ratio).doubt == "fraction"
    assert judge(1, "48.7", budget).doubt == "fraction"
    assert [judge(1, one, ratio).verdict for one in ("24.9", "0.3", "26.00")] == [
        "wrong", "wrong", "right",
    ]  # fmt: skip
    assert judge(1, "0.48", budget).verdict == "wrong"


def test_a_field_as_wide_as_high_is_looked_at() -> None:
    field = {x.kind: x for x in draw(len(BANK), 3)}["receptive_field"]
    assert judge(1, f"{field.answer}×{field.answer}", field).doubt == "square"
    assert judge(1, str(field.slips["area"]), field).slips == ("area",)
    assert judge(1, f"{field.answer}×1", field).verdict == "right"
