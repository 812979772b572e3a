"""Networks swept and solved: what turning their knobs costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from math import prod
from numbers import Real

from bottlecalc.agreement.networks import NetworkCount, count_network, read_network
from bottlecalc.blocks.arguments import read_batch, read_size
from bottlecalc.blocks.spec import BlockError
from bottlecalc.errors import argument
from bottlecalc.explore.arguments import limits as read_limits
from bottlecalc.explore.question import SolveError
from bottlecalc.networks import formula
from bottlecalc.networks.grammar import turned
from bottlecalc.networks.spec import Network
from bottlecalc.text.calls import ArgumentError, public, quoted
from bottlecalc.text.display import Displayed

Setting = str | float
SEQUENCES = (list, tuple, range)

STEPS = 100
"""Of a scale, as many as make 1: widths and depths are sought in steps of 0.01."""

WIDEST = 100 * STEPS
"""The widest network that is sought: a hundred times as wide."""


@dataclass(frozen=True, kw_only=True)
class NetworkDesign:
    """A network of a sweep, counted.

    Attributes:
        spec: of the network.
        params: all parameters [parameters].
        macs: of one forward pass [MACs].
        activations: output elements of convolutions and matrix products [elements].
    """

    spec: str
    params: int
    macs: int
    activations: int


@dataclass(frozen=True, kw_only=True)
class NetworkSweep(Displayed):
    """Networks with every combination of settings, counted as they are asked for.

    Attributes:
        network: what they have in common.
        axes: by knob or key, its values as text.
        size: height and width of the input [pixels].
        batch: images in the input.
    """

    network: Network
    axes: Mapping[str, Sequence[str]]
    size: tuple[int, int]
    batch: int = 1

    def __iter__(self) -> Iterator[NetworkDesign]:
        for values in product(*self.axes.values()):
            network = turned(self.network, dict(zip(self.axes, values, strict=True)))
            costs = formula.costs(network, self.size, self.batch)
            yield NetworkDesign(spec=str(network), **costs._asdict())

    def __len__(self) -> int:
        return prod(map(len, self.axes.values()))


@public('sweep_networks("resnet50", width="0.5,1", depth="1,2")')
def sweep_networks(
    network: Network | str,
    *,
    size: int | str | Sequence[int] | None = None,
    batch: int = 1,
    **settings: Setting | Sequence[Setting],
) -> NetworkSweep:
    """Count a network with every combination of settings.

    Args:
        network: a spec, or its text.
        size: height and width of the input [pixels]; the network's own where nothing is said.
        batch: images in the input.
        settings: values of a knob or of a key of the blocks, a number, several, or their text:
            ``width="0.5,1"``.

    Raises:
        ArgumentError: something is given that is no network, no size, or no value.
        NetworkError: there is no such network, or a knob cannot be turned so.

    >>> [design.params for design in sweep_networks("resnet50", width="0.5,1")]
    [6917640, 25557032]
    """
    base = read_network(network)
    axes = {name: _texts(name, values) for name, values in settings.items()}
    for name, values in axes.items():
        for value in values:
            turned(base, {name: value})
    return NetworkSweep(
        network=base, axes=axes, size=_sides(base, size), batch=read_batch(batch)
    )  # fmt: skip


def _texts(name: str, values: object) -> list[str]:
    """The values of a knob, each as text.

    Raises:
        ArgumentError: one is neither a number nor text, or there are none.
    """
    listed = values.split(",") if isinstance(values, str) else values
    texts = [_text(one) for one in (listed if isinstance(listed, SEQUENCES) else [listed])]
    if not (texts and all(texts)):
        raise ArgumentError(f"{name} = {quoted(values)}; give numbers, or text such as '0.5,1'")
    return texts


def _text(value: object) -> str:
    """A number or a text as text; nothing of anything else."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Real):
        with suppress(ValueError):  # an integer of too many digits
            return str(value)
    return value.strip() if isinstance(value, str) else ""


@dataclass(frozen=True, kw_only=True)
class NetworkSolution(Displayed):
    """The largest knob that keeps every limit, and what is just beyond it.

    Attributes:
        knob: that was sought.
        below: the network with the answer; None where none fits.
        above: the next one; the smallest there is where none fits.
        limits: by figure.
    """

    knob: str
    below: NetworkCount | None
    above: NetworkCount
    limits: Mapping[str, int]

    @property
    def value(self) -> str | None:
        """The answer: ``0.53``; None where there is none."""
        return knob_value(self.knob, self.below) if self.below else None


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
    """The largest width or depth of a network, in steps of 0.01, or size, that keeps all limits.

    Found by halving the range: more of either never costs less.

    Args:
        network: a spec, or its text.
        for_: ``width``, ``depth`` or ``size``.
        max_params: at most so many parameters: ``20_000_000``, or ``"20M"``.
        max_macs: at most so many MACs.
        max_flops: at most so many FLOPs, 2 × MACs.
        max_activations: at most so many activations.
        size: height and width of the input [pixels]; the network's own where nothing is said.
        batch: images in the input.

    Raises:
        ArgumentError: something is given that is no network, or no size.
        NetworkError: there is no such network.
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
    knob = _knob(for_)
    sides, images = _sides(base, size), read_batch(batch)

    def counted(place: int) -> NetworkCount:
        if knob == "size":
            return count_network(base, (place, place), images)
        return count_network(turned(base, {knob: f"{place / STEPS:.2f}"}), sides, images)

    best, beyond = _search(lambda place: _fits(counted, place, limits))
    if best == WIDEST:
        raise SolveError(f"every {knob} that was tried keeps these limits; give lower ones")
    return NetworkSolution(
        knob=knob, below=counted(best) if best else None, above=counted(beyond), limits=limits
    )


def _knob(given: object) -> str:
    if isinstance(given, str) and given in ("width", "depth", "size"):
        return given
    raise SolveError(f"for = {quoted(given)}; give width, depth or size")


def _search(fits: Callable[[int], bool | None]) -> tuple[int, int]:
    """The last place that fits, 0 where none does, and the next one; None is no network yet."""
    low, high = 0, WIDEST + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) is False else (middle, high)
    first = next((place for place in range(low, 0, -1) if fits(place)), 0)
    return first, high


def _fits(
    counted: Callable[[int], NetworkCount], place: int, limits: Mapping[str, int]
) -> bool | None:
    try:
        count = counted(place)
    except BlockError:  # too narrow, or too small, to be one
        return None
    costs = {
        "params": count.params.total, "macs": count.macs.block, "flops": count.flops.block,
        "activations": count.activations,
    }  # fmt: skip
    return all(costs[figure] <= most for figure, most in limits.items())


def _sides(network: Network, size: int | str | Sequence[int] | None) -> tuple[int, int]:
    return (network.size, network.size) if size is None else read_size(size)


def knob_value(knob: str, count: NetworkCount) -> str:
    """What the knob is at: ``0.48``, or the size of the input."""
    if knob == "size":
        return str(count.input[2])
    return f"{float(getattr(count.network, knob)):g}"
