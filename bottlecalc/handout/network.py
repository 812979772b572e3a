"""What a sheet shows of a network: its stages, what makes each, and one block of it worked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from bottlecalc.agreement.networks import NetworkCount, StageCount
from bottlecalc.blocks.families import FAMILIES
from bottlecalc.handout.lesson import check_agreement
from bottlecalc.layers.layer import Layer
from bottlecalc.networks.formula import moved_back


class Part(NamedTuple):
    """A block or an element of a stage.

    Attributes:
        text: as it is written.
        layers: by their names within it.
    """

    text: str
    layers: tuple[Layer, ...]

    @property
    def params(self) -> int:
        """Of all its layers [parameters]."""
        return sum(layer.params for layer in self.layers)

    @property
    def multiplying(self) -> tuple[Layer, ...]:
        """Its convolutions and matrix products."""
        return tuple(layer for layer in self.layers if layer.weights)

    @property
    def others(self) -> int:
        """Parameters of everything else [parameters]."""
        return self.params - sum(layer.params for layer in self.multiplying)

    @property
    def channels(self) -> tuple[int, int]:
        """Of what it takes and of what it puts out [channels]."""
        return self.layers[0].in_channels, moved_back(self.layers[-1])[1]


class Repetition(NamedTuple):
    """Parts one after the other that cost the same.

    Attributes:
        times: how many.
        part: the first of them.
    """

    times: int
    part: Part


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A stage as a sheet shows it.

    Attributes:
        count: what it costs.
        parts: what it is made of, from the input on.
    """

    count: StageCount
    parts: tuple[Part, ...]

    @property
    def families(self) -> dict[str, int]:
        """How often each family or kind stands there, by its name."""
        return Counter(part.text.partition(":")[0] for part in self.parts)

    @property
    def texts(self) -> list[tuple[int, str]]:
        """What it is made of, in full: how often each stands there one after the other."""
        runs = groupby(part.text for part in self.parts)
        return [(len(list(run)), text) for text, run in runs]

    @property
    def repetitions(self) -> list[Repetition]:
        """The parts that have parameters, those alike and in a row together."""
        parts = (part for part in self.parts if part.params)
        runs = (list(run) for _, run in groupby(parts, lambda one: (one.channels, one.params)))
        return [Repetition(len(run), run[0]) for run in runs]

    @property
    def is_sum(self) -> bool:
        """Whether several parts have parameters."""
        return sum(run.times for run in self.repetitions) > 1

    @property
    def is_of_blocks(self) -> bool:
        """Whether it begins with a block of a family."""
        return self.parts[0].text.partition(":")[0] in FAMILIES


@dataclass(frozen=True, kw_only=True)
class NetworkLesson:
    """All figures that a sheet shows of a network.

    Attributes:
        count: of the network.
    """

    count: NetworkCount

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """From the input on."""
        parts = {name: tuple(_parts(self.count, name)) for name in self._names}
        return tuple(Stage(count=one, parts=parts[one.name]) for one in self.count.stages)

    @property
    def worked(self) -> Stage:
        """The stage whose first block is worked, layer by layer."""
        return next((stage for stage in self.stages if stage.is_of_blocks), self.stages[0])

    @property
    def _names(self) -> list[str]:
        return [stage.name for stage in self.count.stages]


def make_network_lesson(count: NetworkCount) -> NetworkLesson:
    """What a sheet shows of a network.

    Raises:
        HandoutError: its counters contradict each other.
    """
    check_agreement([count])
    return NetworkLesson(count=count)


def _parts(count: NetworkCount, name: str) -> Iterator[Part]:
    stage = next(stage for stage in count.network.stages if stage.name == name)
    texts = count.network.texts(stage)
    named = ((layer.name.split(".", 2), layer) for layer in count.layers)
    own = [(place, layer._replace(name=rest)) for (of, place, rest), layer in named if of == name]
    for place, found in groupby(own, lambda one: one[0]):
        text = texts[int(place) % len(texts)]
        yield Part(text, tuple(layer for _, layer in found))
