"""A network solved for: the width, the depth, the size or another number that limits allow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bottlecalc.agreement.networks import NetworkCount, count_network, read_network
from bottlecalc.blocks.arguments import read_batch, read_size
from bottlecalc.blocks.spec import Block, numbers
from bottlecalc.errors import argument
from bottlecalc.explore.arguments import limits as read_limits
from bottlecalc.explore.question import SIZE, SolveError
from bottlecalc.networks.grammar import STAGED, families, knobs_of, turned
from bottlecalc.networks.spec import Network, NetworkError
from bottlecalc.text.calls import public, quoted
from bottlecalc.text.display import Displayed
from bottlecalc.text.numbers import scale
from bottlecalc.text.suggest import did_you_mean

STEPS = 100
"""Of a scale, as many as make 1: widths and depths are sought in steps of 0.01."""

SCALES = ("width", "depth")

MOST = {"width": 100 * STEPS, "depth": 100 * STEPS, SIZE: 1 << 14, "classes": 1 << 30}
MOST_OF_A_KEY = 1 << 12
"""How far is sought: a hundred times as wide, and of the keys of blocks further than any paper."""


@dataclass(frozen=True, kw_only=True)
class NetworkQuestion:
    """What is asked: the value of one knob that is best of those that keep every limit.

    Attributes:
        network: of which.
        knob: that is sought.
        fewest: whether the smallest value is: more of it always costs less.
        limits: by figure.
        size: height and width of the input [pixels]; its own where that is sought.
        batch: images in the input.
    """

    network: Network
    knob: str
    fewest: bool
    limits: Mapping[str, int]
    size: tuple[int, int]
    batch: int

    @property
    def most(self) -> int:
        """How many values there are."""
        return MOST.get(self.knob, MOST_OF_A_KEY)

    def count(self, place: int) -> NetworkCount:
        """The network with one of the values; the greater the place, the more it costs.

        Raises:
            NetworkError: there is no such network.
        """
        value = self.most + 1 - place if self.fewest else place
        if self.knob == SIZE:
            return count_network(self.network, (value, value), self.batch)
        text = scale(Fraction(value, STEPS)) if self.knob in SCALES else str(value)
        return count_network(turned(self.network, {self.knob: text}), self.size, self.batch)

    def fits(self, count: NetworkCount) -> bool:
        """Whether it keeps every limit."""
        return all(cost <= self.limits.get(figure, cost) for figure, cost in count.costs.items())


@dataclass(frozen=True, kw_only=True)
class NetworkSolution(Displayed):
    """The best value of a knob that keeps every limit, and what is just beyond it.

    Attributes:
        question: that was asked.
        below: the network with the answer; None where none fits.
        above: the next one, which does not fit; where none fits the cheapest there is.
    """

    question: NetworkQuestion
    below: NetworkCount | None
    above: NetworkCount

    @property
    def value(self) -> str | None:
        """The answer: ``0.53``; None where there is none."""
        return self.value_of(self.below) if self.below else None

    def value_of(self, count: NetworkCount) -> str:
        """What the knob is at."""
        knob, network = self.question.knob, count.network
        if knob == SIZE:
            return str(count.input[2])
        return scale(getattr(network, knob)) if knob in SCALES else str(network.turned[knob])


@public('solve_network("resnet50", for_="width", max_macs="1G")')
def solve_network(
    network: Network | str,
    *,
    for_: str = "width",
    max_params: int | str | None = None,
    max_macs: int | str | None = None,
    max_flops: int | str | None = None,
    max_activations: int | str | None = None,
    size: int | str | Sequence[int] | None = None,
    batch: int = 1,
) -> NetworkSolution:
    """The largest width or depth of a network, in steps of 0.01, that keeps all limits.

    Or the largest size, number of classes, or number that all its blocks have; of what makes
    blocks cheaper (``groups``, ``se``) the smallest. Found by halving: more of either never costs
    less.

    Args:
        network: a spec, or its text.
        for_: ``width``, ``depth``, ``classes``, ``size``, or a key of its blocks.
        max_params: at most so many parameters: ``20_000_000``, or ``"20M"``.
        max_macs: at most so many MACs.
        max_flops: at most so many FLOPs, 2 × MACs.
        max_activations: at most so many activations.
        size: height and width of the input [pixels]; the network's own where nothing is said.
        batch: images in the input.

    Raises:
        ArgumentError: the network is none, or the size.
        NetworkError: there is no such network.
        QuantityError: a limit is no number.
        SolveError: nothing is limited, or there is no such knob, or every value fits.

    >>> solve_network("resnet50", max_macs="1G").value
    '0.48'
    """
    base = read_network(network)
    most = {"params": max_params, "macs": max_macs, "flops": max_flops,
            "activations": max_activations}  # fmt: skip
    limits: dict[str, int] = {limit.figure: limit.most for limit in read_limits(most)}
    if not limits:
        raise SolveError(f"no limit is given; give {argument('max-macs')} or another")
    blocks = list(families(base))
    _check_knob(base, blocks, for_)
    if for_ == SIZE and size is not None:
        sides = "x".join(map(str, read_size(size)))
        raise SolveError(f"{argument(SIZE)} {sides} is given and sought; leave it out")
    question = NetworkQuestion(
        network=base, knob=for_, limits=limits, batch=read_batch(batch),
        fewest=any(for_ in family.CHEAPER_BY for family in blocks),
        size=(base.size, base.size) if size is None else read_size(size),
    )  # fmt: skip
    return _answer(question)


def _check_knob(network: Network, blocks: Sequence[type[Block]], knob: object) -> None:
    """Refuse what cannot be sought.

    Raises:
        SolveError: there is no such knob, or it is said already.
    """
    of_blocks = (key for family in blocks for key in numbers(family) if key not in STAGED)
    turning = (one for one in MOST if one == SIZE or one in knobs_of(network))
    knobs = tuple(dict.fromkeys((*turning, *of_blocks)))
    if not (isinstance(knob, str) and knob in knobs):
        near = did_you_mean(knob, knobs) if isinstance(knob, str) else ""
        raise SolveError(
            f"{network.name} has no {quoted(knob, str)}{near}; solve {argument('for')} one of"
            f" {', '.join(knobs)}"
        )
    if knob in network.turned:
        raise SolveError(
            f"{knob} is given and sought, in {network}; leave it out, or seek another with"
            f" {argument('for')}"
        )


def _answer(question: NetworkQuestion) -> NetworkSolution:
    """What halving finds.

    Raises:
        NetworkError: no value is allowed.
        SolveError: every value fits.
    """
    best: NetworkCount | None = None
    beyond: NetworkCount | None = None
    low, high = 0, question.most + 1
    while high - low > 1:
        middle = (low + high) // 2
        place, count = next(_allowed(question, middle, low), (middle, None))
        if count is None or question.fits(count):
            best, low = count or best, middle
        else:
            beyond, high = count, place
    if beyond is None:
        if best is None:
            question.count(1 if not question.fewest else question.most)
        raise SolveError(
            f"every {question.knob} that was tried keeps these limits; give lower ones"
        )
    return NetworkSolution(question=question, below=best, above=beyond)


def _allowed(
    question: NetworkQuestion, start: int, above: int
) -> Iterator[tuple[int, NetworkCount]]:
    """The values that are allowed, from one place down to another, each counted."""
    for place in range(start, above, -1):
        try:
            yield place, question.count(place)
        except NetworkError:
            continue
