"""Networks counted and compared, the first being the baseline."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import groupby

from bottlecalc.agreement.compare import Measuring, asked, check_measuring
from bottlecalc.agreement.result import ClosedForm
from bottlecalc.blocks.arguments import is_model, read_batch, read_size
from bottlecalc.layers import count as scopes
from bottlecalc.layers.count import Counter
from bottlecalc.layers.layer import Layer
from bottlecalc.layers.ops import Shape
from bottlecalc.layers.receptive import PLANE, Field, Sides, by_axis, fields
from bottlecalc.networks import formula
from bottlecalc.networks.grammar import parse
from bottlecalc.networks.spec import Network, NetworkError, Stage
from bottlecalc.text.calls import ArgumentError, public, quoted
from bottlecalc.text.display import Displayed
from bottlecalc.text.shapes import Input

HEAD = "head"
"""The stage behind the last feature map."""


@dataclass(frozen=True, kw_only=True)
class StageCount:
    """A stage counted.

    Attributes:
        name: of the stage.
        block: what it is made of, as it is written.
        depth: how often that is repeated.
        output: shape of what it puts out.
        params: [parameters].
        macs: [MACs].
        activations: output elements of convolutions and matrix products [elements].
    """

    name: str
    block: str
    depth: int
    output: Shape
    params: int
    macs: int
    activations: int


@dataclass(frozen=True, kw_only=True)
class NetworkCount(ClosedForm):
    """A network counted: by closed form, and by whoever else was asked.

    Attributes:
        stages: from the input on, stem and head among them.
    """

    subject: Network
    stages: tuple[StageCount, ...]

    @property
    def network(self) -> Network:
        """What was counted."""
        return self.subject

    @property
    def costs(self) -> dict[str, int]:
        """What may be limited, by figure."""
        return {
            "params": self.params.total, "macs": self.macs.block, "flops": self.flops.block,
            "activations": self.activations,
        }  # fmt: skip

    @property
    def receptive_field(self) -> Sides:
        """Of the last feature map before the head [pixels]: a number, or height and width."""
        return by_axis(axis.size for axis in self._fields)

    @property
    def effective_stride(self) -> Sides:
        """From one element of that map to the next, in the input [pixels]; text below 1."""
        return by_axis(axis.stride for axis in self._fields)

    @cached_property
    def _fields(self) -> tuple[Field, ...]:
        axes: tuple[Field, ...] = PLANE
        for (stage, _), block in groupby(self.layers, lambda one: one.name.split(".")[:2]):
            axes = axes if stage == HEAD else fields(block, axes)
        return axes


@dataclass(frozen=True, kw_only=True)
class NetworkRatio:
    """The baseline's cost divided by another network's.

    Attributes:
        of: the baseline.
        to: the other network.
        params: how many times the parameters; None where the other has none.
        macs: how many times the MACs, and the FLOPs; None where the other has none.
    """

    of: str
    to: str
    params: Fraction | None
    macs: Fraction | None


@dataclass(frozen=True, kw_only=True)
class NetworkComparison(Displayed):
    """Networks compared, the first being the baseline.

    Attributes:
        networks: each counted, by all who were asked.
    """

    networks: tuple[NetworkCount, ...]

    @property
    def ratios(self) -> tuple[NetworkRatio, ...]:
        """The baseline to each of the others."""
        baseline, *others = self.networks
        return tuple(
            NetworkRatio(
                of=str(baseline.network), to=str(other.network),
                params=_times(baseline.params.total, other.params.total),
                macs=_times(baseline.macs.block, other.macs.block),
            )
            for other in others
        )  # fmt: skip

    @property
    def versions(self) -> dict[Counter, str]:
        """Of the libraries that were asked."""
        return {name: version for one in self.networks for name, version in one.versions.items()}

    @property
    def agrees(self) -> bool | None:
        """Whether all counters of all networks agree; None where none was asked."""
        verdicts = [one.agrees for one in self.networks if one.agrees is not None]
        return all(verdicts) if verdicts else None


def _times(cost: int, other: int) -> Fraction | None:
    return Fraction(cost, other) if other else None


def count_network(
    network: Network, size: tuple[int, int] | None = None, batch: int = 1
) -> NetworkCount:
    """Count a network by closed form.

    Args:
        network: the spec.
        size: height and width of the input [pixels]; the network's own where it is None.
        batch: images in the input.

    Raises:
        NetworkError: a stage cannot be, or does not take what comes to it.
    """
    sides = size or (network.size, network.size)
    counted = list(formula.stages(network, sides, batch))
    return NetworkCount(
        subject=network,
        inputs=(Input((batch, network.in_channels, *sides)),),
        layers=tuple(layer for _, layers in counted for layer in layers),
        stages=tuple(_stage(network, stage, layers) for stage, layers in counted),
    )


def _stage(network: Network, stage: Stage, layers: Sequence[Layer]) -> StageCount:
    texts = network.texts(stage)
    blocks = len({layer.name.split(".")[1] for layer in layers})
    return StageCount(
        name=stage.name,
        block=" ".join(texts),
        depth=blocks // len(texts),
        output=formula.moved_back(layers[-1]),
        params=sum(layer.params for layer in layers),
        macs=sum(layer.macs for layer in layers),
        activations=scopes.activations(layers),
    )


@public('compare_networks("resnet50", "resnet50:width=0.5")')
def compare_networks(
    *networks: Network | str | NetworkCount,
    size: int | str | Sequence[int] | None = None,
    batch: int = 1,
    measure: Measuring | None = False,
    progress: Callable[[str], object] = str,
) -> NetworkComparison:
    """Compare networks, the first being the baseline.

    Args:
        networks: specs, or their text: ``"resnet50:width=0.5"``, or what was counted of them.
        size: height and width of the input, or both in one [pixels]; each network's own where
            nothing is said.
        batch: images in the input.
        measure: whether to ask torch and fvcore too; ``"insist"`` asks them at any size.
        progress: told what is being measured.

    Raises:
        ArgumentError: something is given that is no network, or no size.
        NetworkError: there is no network, or none of that name, or a knob cannot be turned so, or
            a stage does not take what comes to it.
        MeasureError: a network could not be measured.

    >>> (network,) = compare_networks("resnet50").networks
    >>> network.params.total
    25557032
    """
    if not networks:
        raise NetworkError("no network was given; give at least one, such as resnet50")
    check_measuring(measure)
    sides, images = None if size is None else read_size(size), read_batch(batch)
    return NetworkComparison(networks=tuple(_counted(networks, sides, images, measure, progress)))


def _counted(
    networks: Sequence[Network | str | NetworkCount], size: tuple[int, int] | None, batch: int,
    measure: Measuring | None, progress: Callable[[str], object],
) -> Iterator[NetworkCount]:  # fmt: skip
    for one in networks:
        count = (
            one if isinstance(one, NetworkCount) else count_network(read_network(one), size, batch)
        )
        yield count if measure is False else asked(count, measure, progress)


def read_network(given: object) -> Network:
    """A network, or the one that a text says.

    Raises:
        ArgumentError: it is neither.
        NetworkError: the text says none.
    """
    if isinstance(given, Network):
        return given
    if isinstance(given, str):
        return parse(given)
    if is_model(given):
        raise ArgumentError(
            f"{type(given).__name__} is a model, not a network; count it by"
            " count_model(model, (1, 3, 224, 224))"
        )
    raise ArgumentError(f"{quoted(given)} is no network; give one, such as 'resnet50:width=0.5'")
