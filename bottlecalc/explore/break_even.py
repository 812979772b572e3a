"""Where a block's main path has as many parameters as the plain block's, with the algebra."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from operator import truediv
from typing import Any, Literal, NamedTuple, Never

from bottlecalc.agreement import closed_form
from bottlecalc.agreement.result import Count
from bottlecalc.blocks.arguments import SIDE, read_batch, read_size
from bottlecalc.blocks.grammar import make
from bottlecalc.blocks.residual import Plain
from bottlecalc.blocks.spec import Block, keys
from bottlecalc.errors import CHANNELS, argument, key
from bottlecalc.explore import arguments
from bottlecalc.explore.cases import trace
from bottlecalc.explore.question import Candidate, Limit, Question, Solution, SolveError
from bottlecalc.explore.solve import solve
from bottlecalc.layers.count import MAIN
from bottlecalc.layers.expression import OPERATORS, Evaluation
from bottlecalc.text.calls import public
from bottlecalc.text.display import Displayed

MidFigure = Literal["params", "macs"]
WIDTH = "mid"
"""The key that varies: the width of the middle."""

LONGEST_SIDE = 2**63
"""Of an input whose MACs are compared, where a stride makes them another question [pixels]."""

DIGITS = 100_000
"""How many may be worked with where two large numbers are nearly equal."""

SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, kw_only=True)
class BreakEven(Displayed):
    """Where a block's main path and the plain block's have equally many parameters.

    Attributes:
        equation: in m, the width; Cin and Cout, the channels.
        root: where both sides are equal, to six digits.
        below: the largest width that is cheaper; None where none is.
        above: the next width; None where none is allowed.
        baseline: the plain block.
    """

    equation: str
    root: str
    below: Candidate | None
    above: Candidate | None
    baseline: Count

    @property
    def value(self) -> int | None:
        """The largest width that is cheaper; None where none is."""
        return self.below.value if self.below else None


@public('break_even("bottleneck", in_=64, out=128)')
def break_even(
    block: str | type[Block],
    *,
    size: int | str | Sequence[int] = SIDE,
    batch: int = 1,
    in_: int | None = None,
    out: int | None = None,
    groups: int | None = None,
    stride: int | None = None,
    dilation: int | None = None,
    downsample: bool | None = None,
    upsample: bool | None = None,
    **others: Never,
) -> BreakEven:
    """Solve for the width at which a block breaks even with the plain one, with the algebra.

    Args:
        block: a family's name, a spec with some of its keys (``"bottleneck:groups=4"``), or a
            family's class.
        size: height and width of the input [pixels], or one number for both.
        batch: images in the input.
        in_: channels of the input.
        out: channels of the output.
        groups: of a bottleneck's 3×3.
        stride: of the first 3×3 and of the projection.
        dilation: of every 3×3.
        downsample: halve height and width.
        upsample: double height and width.
        others: keys that none of the above names; anything else is refused.

    Raises:
        BlockError: no width makes a block, or a text is no spec.
        SolveError: the family has no such channels, its cost is no polynomial of ``mid``, or an
            argument is unknown or not allowed.

    >>> break_even("bottleneck", in_=64, out=128).root
    '80.4694'
    """
    said = {
        "in_": in_, "out": out, "groups": groups, "stride": stride,
        "dilation": dilation, "downsample": downsample, "upsample": upsample, **others,
    }  # fmt: skip
    arguments.refuse_unknown(block, others, break_even)
    family, known = arguments.family_and_values(block, said)
    return _meeting(family, known, read_size(size), read_batch(batch))


def _meeting(
    family: type[Block], values: Mapping[str, Any], size: tuple[int, int], batch: int
) -> BreakEven:
    for name in CHANNELS:
        if name not in keys(family):
            raise SolveError(
                f"{family.family} has no {name} and never breaks even; give a block that has, such"
                " as bottleneck"
            )
    if WIDTH in values:
        raise SolveError(f"{key(WIDTH)} is given and sought; leave it out")
    asked = Question(family=family, values=values, size=size, batch=batch, quantity=WIDTH,
                     scope="main")  # fmt: skip
    baseline = closed_form.count(_plain(values), size, batch)
    solution = _solution(asked, baseline)
    nearest = solution.below or solution.above
    assert nearest is not None
    equation, root = _algebra(family, {**values, WIDTH: nearest.value})
    return BreakEven(
        equation=equation,
        root=root,
        below=solution.below,
        above=solution.above,
        baseline=baseline,
    )


def break_even_mid(
    block: Block, figure: MidFigure = "params", size: tuple[int, int] = (2, 2)
) -> int | None:
    """The largest width at which a block's main path has fewer parameters than the plain one's.

    None for a block without a middle, where even the narrowest has no fewer, and where all have.

    Args:
        block: whatever its own width is.
        figure: MACs may break even elsewhere, where the first convolution sees a larger input
            than the last.
        size: height and width of the input, which only MACs depend on [pixels].
    """
    return widest(type(block), _values(block), figure, size)


class Mids(NamedTuple):
    """Where a block breaks even in either figure."""

    params: int | None
    macs: int | None


def counted_mids(count: Count) -> Mids:
    """The same of a block that was counted, on its own input; no MACs beyond ``LONGEST_SIDE``."""
    mid, (height, width) = break_even_mid(count.block), count.input[2:]
    if mid is None or _is_even(count):
        return Mids(mid, mid)
    macs = break_even_mid(count.block, "macs", (height, width)) if _is_short(count) else None
    return Mids(mid, macs)


def common_mid(counts: Iterable[Count], figure: MidFigure) -> int | None:
    """The same of several blocks; None where they have several."""
    known = {getattr(counted_mids(count), figure) for count in counts} - {None}
    return known.pop() if len(known) == 1 else None


def _is_short(count: Count) -> bool:
    return max(count.input) <= LONGEST_SIDE


def _is_even(count: Count) -> bool:
    """Whether all weights that are compared are used equally often, so that MACs are as these."""
    images, _, *sides = count.input
    baseline = closed_form.count(_plain(_values(count.block)), (sides[0], sides[1]), images)
    layers = [layer for one in (count, baseline) for layer in one.layers if layer.branch in MAIN]
    return len({prod(layer.positions) for layer in layers if layer.op.multiplies}) == 1


def _values(block: Block) -> dict[str, Any]:
    """What was said of it, by key."""
    values = {name: getattr(block, field.name) for name, field in keys(type(block)).items()}
    return {name: value for name, value in values.items() if value is not None}


def widest(
    family: type[Block],
    values: Mapping[str, Any],
    figure: MidFigure = "params",
    size: tuple[int, int] = (2, 2),
) -> int | None:
    """The same of a family; whatever ``mid`` is among the values."""
    if not keys(family).keys() >= {*CHANNELS}:
        return None
    others = {name: value for name, value in values.items() if name != WIDTH}
    asked = Question(family=family, values=others, size=size, quantity=WIDTH, scope="main")
    try:
        return _solution(asked, closed_form.count(_plain(others), size), figure).value
    except SolveError:  # no width is too wide
        return None


def _plain(values: Mapping[str, Any]) -> Block:
    return make(Plain, {name: value for name, value in values.items() if name in keys(Plain)})


def _solution(question: Question, baseline: Count, figure: MidFigure = "params") -> Solution:
    """The largest width that is cheaper than the baseline."""
    main = baseline.params.main if figure == "params" else baseline.macs.main
    return solve(replace(question, limits=(Limit(figure=figure, most=main - 1),)))


def _algebra(family: type[Block], values: Mapping[str, Any]) -> tuple[str, str]:
    """The equation as text, and its largest root, from the closed forms on symbols.

    Divisions are exact at every width that is allowed, and so stand as fractions.
    """
    import sympy

    m = sympy.Symbol("m", positive=True)
    channels = dict(zip(("in", "out"), sympy.symbols("Cin Cout", positive=True), strict=True))
    try:
        ours = sympy.Poly(_main(family, values, {**channels, WIDTH: m}), m)
    except sympy.PolynomialError:
        raise SolveError(
            f"what {family.family} costs is no polynomial of {WIDTH}; give {argument('max-params')}"
            " instead, and the plain block's parameters"
        ) from None
    theirs = sympy.expand(_main(Plain, values, channels))
    known = {symbol: values[name] for name, symbol in channels.items()}
    root = max(sympy.real_roots((ours.as_expr() - theirs).subs(known), m))
    return f"{_polynomial(ours)} = {_text(theirs)}", str(root.evalf(6, maxn=DIGITS))


def _main(family: type[Block], values: Mapping[str, Any], symbols: Mapping[str, Any]) -> Any:
    """The main path's parameters as sympy writes them, in the case that holds of these values."""
    from sympy import Integer, Max, Min

    given = {name: value for name, value in values.items() if name in keys(family)}
    flags = {name: value for name, value in given.items() if isinstance(value, bool)}
    traced = trace(family, flags, {*given, *symbols} - {*flags})
    integers = {name: Integer(value) for name, value in given.items() if name not in flags}
    exact = {**OPERATORS, "//": truediv, "largest": Max, "smallest": Min}
    case = next(case for case in traced.cases if Evaluation(given)(case.condition))
    return Evaluation({**integers, **symbols}, exact)(case.totals["params_main"])


def _polynomial(polynomial: Any) -> str:
    """``9m² + (Cin + Cout)·m``."""
    return " + ".join(_term(coefficient, degree) for (degree,), coefficient in polynomial.terms())


def _term(coefficient: Any, degree: int) -> str:
    power = "m" + (str(degree).translate(SUPERSCRIPTS) if degree > 1 else "")
    if not degree:
        return _text(coefficient)
    if coefficient.is_Integer:
        return f"{coefficient}{power}"
    text = _text(coefficient)
    return f"({text})·{power}" if coefficient.is_Add else f"{text}·{power}"


def _text(expression: Any) -> str:
    return str(expression).replace("*", "·")
