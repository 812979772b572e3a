"""How one answer is written: a number with its units, a product, or the letter of a choice.

What could be two numbers is none: ``23.040`` is 23,040 to one reader and 23.04 to another.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from math import prod
from typing import Literal, NamedTuple

Doubt = Literal["", "thousands", "comma", "sides", "long", "unknown"]
Measure = Literal["", "macs", "flops", "params"]

MOST_LETTERS = 200
MOST_DIGITS = 30
"""Of a number that anybody writes."""

MOST_FACTORS = 30

BLANK = ("", "-", "–", "—", "−")
"""What stands where nobody has answered; Moodle's dash is one."""


class WrittenAnswer(NamedTuple):
    """An answer as it was read.

    Attributes:
        text: what was written.
        value: a number, or the letter of a choice; None where neither can be read.
        measure: what it says that it counts, where it does.
        step: the least difference that its form shows, where it has a unit or a power of ten:
            100,000 for ``2.3M``.
        factors: how many numbers it is the product of.
        doubt: why there is no value; empty where nothing was answered.
    """

    text: str
    value: Fraction | str | None = None
    measure: Measure = ""
    step: Fraction | None = None
    factors: int = 1
    doubt: Doubt = ""

    @property
    def blank(self) -> bool:
        """Whether nothing was answered."""
        return self.value is None and not self.doubt


POWERS = {
    "": 0, "k": 3, "m": 6, "g": 9, "t": 12,
    "thousand": 3, "million": 6, "billion": 9, "trillion": 12,
    "千": 3, "万": 4, "萬": 4, "百万": 6, "百萬": 6, "千万": 7, "千萬": 7,
    "亿": 8, "億": 8, "十亿": 9, "十億": 9, "万亿": 12, "萬億": 12,
}  # fmt: skip
"""What a number is multiplied by, as powers of ten."""

MEASURES: dict[str, Measure] = {
    "macs?|madds?|mult(?:iply|i)?-?(?:adds?|accumulates?)|乘加(?:运算)?|乘積累加": "macs",
    "flops?|浮点运算": "flops",
    "params?|parameters?|参数|參數": "params",
    "weights?|权重|權重|channels?|通道|运算|運算|operations?|times|倍|×|pixels?|像素|"
    "bytes?|字节|字節|%|percent|per cent|": "",
}
UNIT = re.compile(
    f"({'|'.join(sorted(POWERS, key=len, reverse=True))})[-]?[个個次]?"
    f"(?:{'|'.join(f'({words})' for words in MEASURES)})[量数數个個次]?"
)
SEPARATOR = r"[,_' ’]"
NUMBER = re.compile(
    rf"(?:(?P<whole>[0-9]+|[0-9]{{1,3}}(?P<mark>{SEPARATOR})[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*)"
    r"(?P<part>\.[0-9]+)?"
    r"|(?P<dotted>[0-9]{1,3}(?:\.[0-9]{3}){2,})|(?P<bare>\.[0-9]+))"
    r"(?:e(?P<power>[+-]?[0-9]{1,2}))?"
)
AMBIGUOUS = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
TEN = re.compile(r"10\^([0-9]{1,2})")
TIMES = re.compile(r" ?(?:[*×·⋅∙•✕✖⨯∗・x]|\\cdot|\\times) ?")
SIDES = re.compile("[=:]")
WORD = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)*")
CHOICE = re.compile(
    r"(?:(?:选择?|選擇?|答案?|block|option|choice|case|情形|方案|块) ?)?(?:是|为|is)? ?"
    r"\(?([a-z])\)?(?: ?(?:块|方案))?"
)
BRACKETS = ("()", "[]", "{}", "【】", "「」", "“”", "‘’", '""', "''", "``", "$$")
MYRIADS = re.compile(r"(?<![0-9.,])([0-9]+)[万萬]([0-9]{4})(?![0-9])")
"""Where 万 parts a number as a separator does: 163万8400. To most, 2万3 is 23,000."""

RAISED = re.compile("[⁰¹²³⁴-⁹₀-₉]+")


def read_answer(text: str) -> WrittenAnswer:
    """What someone wrote, as a number or a letter.

    >>> read_answer(" １5,360 个").value, read_answer("（b）").value, read_answer("3·3·80·32").value
    (Fraction(15360, 1), 'B', Fraction(23040, 1))
    >>> read_answer("23.040").doubt
    'thousands'
    """
    if len(text) > MOST_LETTERS:
        return WrittenAnswer(text, doubt="long")
    plain = _plain(text)
    if plain in BLANK:
        return WrittenAnswer(text)
    sides = [_unwrapped(side.strip()) for side in SIDES.split(plain) if side.strip()]
    said, sides = _introduction(sides)
    read = [_side(text, side) for side in sides] or [WrittenAnswer(text, doubt="unknown")]
    first = next((one for one in read if one.value is None), read[0])
    if any(one.value != first.value for one in read):
        return WrittenAnswer(text, doubt=first.doubt or "sides")
    measure = next((one.measure for one in read if one.measure), said)
    return first._replace(measure=measure)


def _plain(text: str) -> str:
    """Without what a keyboard, a font or a spreadsheet adds."""
    powers = RAISED.sub(lambda found: f"^{unicodedata.normalize('NFKC', found[0])}", text)
    wide = unicodedata.normalize("NFKC", powers).replace("−", "-").replace("**", "^")
    kept = "".join(map(_character, wide)).casefold()
    return _unwrapped(" ".join(MYRIADS.sub(r"\1\2", kept).split()))


def _character(one: str) -> str:
    """A digit of any script as ours; nothing for what nobody sees."""
    if unicodedata.category(one) == "Cf":
        return ""
    digit = unicodedata.decimal(one, None)
    return one if digit is None else str(digit)


def _unwrapped(text: str) -> str:
    """Without the brackets around it, and without the stop behind it."""
    before = ""
    while text != before:
        before, text = text, text.strip().rstrip(" ;。、!,").removesuffix(".").strip()
        if len(text) > 1 and text[0] + text[-1] in BRACKETS:
            text = text[1:-1]
        if re.fullmatch(r"[a-z]\)", text):
            text = text[0]
    return text


def _introduction(sides: list[str]) -> tuple[Measure, list[str]]:
    """What an answer begins with before its sign: ``m = 32``, ``MACs: 640``, ``答案：B``."""
    if len(sides) < 2 or not WORD.fullmatch(sides[0]):
        return "", sides
    found = UNIT.fullmatch(sides[0])
    return _measure(found) if found else "", sides[1:]


def _side(text: str, side: str) -> WrittenAnswer:
    if choice := CHOICE.fullmatch(side):
        return WrittenAnswer(text, choice[1].upper())
    sign, body = (-1, side[1:].strip()) if side.startswith("-") else (1, side.removeprefix("+"))
    split = re.fullmatch(r"(.*[0-9)])(\D*)", body.strip())
    number = _unwrapped(split[1].strip()) if split else ""
    unit = UNIT.fullmatch(split[2].replace(" ", "")) if split else None
    if unit is None:
        return WrittenAnswer(text, doubt="unknown")
    return _quantity(text, sign, number, POWERS[unit[1]], _measure(unit))


def _quantity(text: str, sign: int, number: str, power: int, measure: Measure) -> WrittenAnswer:
    factors = TIMES.split(number)
    if len(factors) > MOST_FACTORS:
        return WrittenAnswer(text, doubt="long")
    read = [factor for factor in map(_factor, factors) if factor]
    if len(read) < len(factors):
        return WrittenAnswer(text, doubt=_doubt(factors))
    is_decimal = power or any(factor.scaled for factor in read)
    if not is_decimal and any(map(AMBIGUOUS.fullmatch, factors)):
        return WrittenAnswer(text, doubt="thousands")
    unit = Fraction(10) ** power
    value = sign * unit * prod(factor.value for factor in read)
    if abs(value) >= 10**MOST_DIGITS:
        return WrittenAnswer(text, doubt="long")
    return WrittenAnswer(text, value, measure, _step(read, unit), len(read))


class _Factor(NamedTuple):
    """One number of a product; ``step`` is None where it shows each of its digits."""

    value: Fraction
    step: Fraction
    scaled: bool


def _factor(text: str) -> _Factor | None:
    if ten := TEN.fullmatch(text):
        value = Fraction(10) ** int(ten[1])
        return _Factor(value, value, True)
    found = NUMBER.fullmatch(text)
    if not found or len(text) > 2 * MOST_DIGITS:
        return None
    power = Fraction(10) ** int(found["power"] or 0)
    whole = found["dotted"].replace(".", "") if found["dotted"] else found["whole"] or "0"
    part = found["part"] or found["bare"] or ""
    value = Fraction(re.sub(SEPARATOR, "", whole) + part) * power
    return _Factor(value, power / 10 ** max(len(part) - 1, 0), bool(found["power"]))


def _step(factors: list[_Factor], unit: Fraction) -> Fraction | None:
    """What one more in the last digit would add, of a number in a unit or a power of ten."""
    first, *rest = factors
    if any(not one.scaled for one in rest) or not (rest or first.scaled or unit > 1):
        return None
    return first.step * unit * prod(one.value for one in rest)


def _doubt(factors: list[str]) -> Doubt:
    """Why these are no numbers."""
    if any(AMBIGUOUS.fullmatch(one) for one in factors):
        return "thousands"
    commas = any(re.fullmatch("[0-9.]+(,[0-9]+)+", one) for one in factors)
    return "comma" if commas else "unknown"


def _measure(unit: re.Match[str]) -> Measure:
    return next(
        (name for name, found in zip(MEASURES.values(), unit.groups()[1:], strict=True) if found),
        "",
    )
