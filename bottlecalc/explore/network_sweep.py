"""Networks swept: what every combination of their knobs costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from numbers import Real

from bottlecalc.agreement.networks import read_network
from bottlecalc.blocks.arguments import read_batch, read_size
from bottlecalc.explore.course import Course
from bottlecalc.networks import formula
from bottlecalc.networks.grammar import turned
from bottlecalc.networks.spec import Network, NetworkError
from bottlecalc.text.calls import ArgumentError, public, quoted
from bottlecalc.text.display import Displayed
from bottlecalc.text.ranges import parse_texts

Setting = str | float
SEQUENCES = (list, tuple, range)


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
        return self.designs()

    def __len__(self) -> int:
        return self._length

    def designs(self, course: Course | None = None) -> Iterator[NetworkDesign]:
        """Every network that is allowed.

        Args:
            course: kept up to date as the sweep goes.

        Raises:
            NetworkError: none is allowed.
        """
        course = course or Course()
        for values in product(*self.axes.values()):
            course.visited += 1
            try:
                network = turned(self.network, dict(zip(self.axes, values, strict=True)))
                costs = formula.costs(network, self.size, self.batch)
            except NetworkError as error:
                course.skip(error)
            else:
                yield NetworkDesign(spec=str(network), **costs._asdict())
        if refusal := course.refusal:
            raise NetworkError(refusal)

    @cached_property
    def _length(self) -> int:
        return sum(1 for _ in self.designs())


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
        settings: values of a knob or of a key of the blocks: one, several, or text with a list or
            a range of both ends, ``width="0.5,1"`` or ``width="0.25:1:0.05"``.

    Raises:
        ArgumentError: something is given that is no network, no size, or no value.
        NetworkError: there is no such network, or a knob cannot be turned so.
        RangeError: a text is no list or range.

    >>> [design.params for design in sweep_networks("resnet50", width="0.5,1")]
    [6917640, 25557032]
    """
    base = read_network(network)
    axes = {name: _texts(name, values) for name, values in settings.items()}
    _check(base, axes)
    sides = (base.size, base.size) if size is None else read_size(size)
    return NetworkSweep(network=base, axes=axes, size=sides, batch=read_batch(batch))


def _check(network: Network, axes: Mapping[str, Sequence[str]]) -> None:
    """Refuse a setting that is allowed of none of the blocks that are swept.

    Raises:
        NetworkError: there is one.
    """
    blocks = [turned(network, {"block": block}) for block in axes.get("block", ())] or [network]
    for name, values in axes.items():
        for value in values if name != "block" else ():
            if not any(_is_allowed(one, name, value) for one in blocks):
                turned(blocks[0], {name: value})


def _is_allowed(network: Network, name: str, value: str) -> bool:
    try:
        turned(network, {name: value})
    except NetworkError:
        return False
    return True


def _texts(name: str, values: object) -> list[str]:
    """The values of a knob, each as text.

    Raises:
        ArgumentError: one is neither a number nor text, or there are none.
    """
    if isinstance(values, str):
        texts = parse_texts(name, values)
    else:
        texts = [_text(one) for one in (values if isinstance(values, SEQUENCES) else [values])]
    if not (texts and all(texts)):
        raise ArgumentError(f"{name} = {quoted(values)}; give numbers, or text such as '0.5,1'")
    return list(dict.fromkeys(texts))


def _text(value: object) -> str:
    """A number or a text as text; nothing of anything else."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Real):
        with suppress(ValueError):  # an integer of too many digits
            return str(value)
    return value.strip() if isinstance(value, str) else ""
