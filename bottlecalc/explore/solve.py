"""Which value of a key (or of the size) is the best of those that keep every limit.

The largest; of groups, by more of which a block costs less, the fewest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Never

from bottlecalc.blocks.arguments import SIDE, key_named, plain_number, read_size
from bottlecalc.blocks.spec import Block
from bottlecalc.errors import argument
from bottlecalc.explore import arguments
from bottlecalc.explore.intervals import MOST_STEPS, SearchError
from bottlecalc.explore.question import SIZE, Candidate, Question, Solution, SolveError
from bottlecalc.explore.search import Search
from bottlecalc.layers.count import Scope
from bottlecalc.text.calls import public, quoted


@public('solve("bottleneck", in_=64, out=128, max_params=20_000)')
def solve(
    block: str | type[Block] | Question,
    *,
    in_: int | None = None,
    out: int | None = None,
    mid: int | None = None,
    groups: int | None = None,
    stride: int | None = None,
    dilation: int | None = None,
    downsample: bool | None = None,
    upsample: bool | None = None,
    max_params: int | str | None = None,
    max_macs: int | str | None = None,
    max_flops: int | str | None = None,
    max_activations: int | str | None = None,
    for_: str = "mid",
    multiple_of: int = 1,
    scope: Scope = "block",
    size: int | str | Sequence[int] | None = None,
    batch: int = 1,
    **others: Never,
) -> Solution:
    """The largest value of one key, or of the size, for which every limit holds.

    Of groups, by more of which a block costs less, the fewest.

    Args:
        block: a family's name, a spec with some of its keys (``"bottleneck:groups=4"``), or a
            family's class; or a whole ``Question``, and then nothing beside it.
        in_: channels of the input; this and the next are left out where they are sought, or where
            the spec says them.
        out: channels of the output.
        mid: width of a bottleneck's middle; ``out // 4`` where nothing is said.
        groups: of a bottleneck's 3×3.
        stride: of the first 3×3 and of the projection.
        dilation: of every 3×3.
        downsample: halve height and width.
        upsample: double height and width.
        max_params: at most so many parameters: ``20_000``, or ``"20k"``.
        max_macs: at most so many MACs.
        max_flops: at most so many FLOPs, 2 × MACs.
        max_activations: at most so many activations.
        for_: what is sought: ``mid``, ``out``, ``groups``, any other key that is a number, or
            ``size``.
        multiple_of: only multiples of this are answers.
        scope: of the limits: ``main``, ``convs`` or ``block``; MACs and FLOPs have main and block.
        size: height and width of the input [pixels], or one number for both; 56 where nothing is
            said.
        batch: images in the input.
        others: keys that none of the above names; anything else is refused.

    Raises:
        BlockError: no value makes a block, or a text is no spec.
        QuantityError: a limit's text is no number.
        SolveError: there is no limit, an argument is unknown or not allowed, every value fits, no
            multiple does, or the answer takes too many steps to find.

    >>> solve("bottleneck", in_=64, out=128, max_params="20k").value
    26
    """
    said = {
        "in_": in_, "out": out, "mid": mid, "groups": groups, "stride": stride,
        "dilation": dilation, "downsample": downsample, "upsample": upsample, **others,
    }  # fmt: skip
    most = {
        "params": max_params, "macs": max_macs, "flops": max_flops, "activations": max_activations,
    }  # fmt: skip
    if isinstance(block, Question):
        beside = any(value is not None for value in (*said.values(), *most.values()))
        if beside or (for_, multiple_of, scope, size, batch) != ("mid", 1, "block", None, 1):
            raise SolveError("a Question says everything by itself; give nothing beside it")
        return _answer(block)
    arguments.refuse_unknown(block, others, solve)
    family, values = arguments.family_and_values(block, said)
    if quoted(for_, str) == SIZE and size is not None:
        raise SolveError(f"{argument(SIZE)} {quoted(size, str)} is given and sought; leave it out")
    return _answer(
        Question(
            family=family, values=values, size=read_size(SIDE if size is None else size),
            batch=batch, quantity=key_named(for_),
            limits=arguments.limits(most), scope=scope, multiple_of=plain_number(multiple_of),
        )
    )  # fmt: skip


def _answer(question: Question) -> Solution:
    if not question.limits:
        figures = ("params", "macs", "flops", "activations")
        names = [argument(f"max-{figure}") for figure in figures]
        raise SolveError(f"no limit is given; give {', '.join(names[:-1])} or {names[-1]}")
    try:
        best, beyond = Search(question).answer()
    except SearchError:
        raise SolveError(
            f"the {question.quantity} could not be found in {MOST_STEPS:,} steps;"
            f" give another {argument('multiple-of')}, or smaller limits"
        ) from None
    return Solution(
        question=question,
        below=_candidate(question, best),
        above=_candidate(question, beyond),
        binding=() if beyond is None else question.exceeded(question.count(beyond)),
    )


def _candidate(question: Question, value: int | None) -> Candidate | None:
    return None if value is None else Candidate(value=value, counted=question.count(value))
