"""What is explained: a block, a network, or any model, and what tools would see of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from bottlecalc.agreement.closed_form import count
from bottlecalc.agreement.networks import count_network
from bottlecalc.agreement.result import ClosedForm
from bottlecalc.blocks.families import FAMILIES
from bottlecalc.blocks.grammar import parse as parse_block
from bottlecalc.blocks.spec import Block
from bottlecalc.errors import argument
from bottlecalc.layers.calls import Evidence
from bottlecalc.models.target import Target
from bottlecalc.networks.grammar import parse as parse_network
from bottlecalc.networks.spec import Network
from bottlecalc.networks.table import NETWORKS
from bottlecalc.text.calls import ArgumentError, quoted
from bottlecalc.text.given import Given
from bottlecalc.text.shapes import Input, InputError, shape
from bottlecalc.tools import written


class Making(NamedTuple):
    """How a model that is named is built and run; nothing else takes any of it.

    Attributes:
        arguments: for the class or function.
        source: of the inputs, a function by its name; none where it is empty.
        dtype: of all floats; as they are where it is empty.
    """

    arguments: Mapping[str, object] = MappingProxyType({})
    source: str = ""
    dtype: str = ""

    def check_unused(self, subject: object) -> None:
        """Refuse all of it.

        Raises:
            ArgumentError: there is some.
        """
        if self.arguments:
            raise ArgumentError(f"{subject} takes no arguments; leave them out")
        for name, value in (("inputs-from", self.source), ("dtype", self.dtype)):
            if value:
                raise ArgumentError(
                    f"{argument(name)} {quoted(value)} goes with a model that is named, such as"
                    f" net.py:Net, and {subject} is none; leave it out"
                )


NOTHING_SAID = Making()


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Something that can be counted on other inputs too.

    Attributes:
        name: as it is written.
        inputs: what it is run on, by place: inputs, and lists and tables of these.
        observe: what tools would see of it on such inputs, and sentences about that.
        keywords: likewise by name, the same whatever it is run on.
        made: how another process builds it; empty where that is not known.
        spec: the block or network, where it is one.
        versions: of the libraries that were asked.
    """

    name: str
    inputs: tuple[Any, ...]
    observe: Callable[[Sequence[Any]], tuple[Evidence, tuple[str, ...]]]
    keywords: Mapping[str, Any] = field(default_factory=dict)
    made: Mapping[str, Any] = field(default_factory=dict)
    spec: Block | Network | None = None
    versions: Mapping[str, str] = field(default_factory=dict)

    def given(self, inputs: Sequence[Any]) -> Given:
        """What its forward is given, with these by place."""
        return Given(inputs, self.keywords)


def read_subject(
    given: object, by_place: Sequence[Any], making: Making = NOTHING_SAID,
    by_name: Mapping[str, Any] | None = None,
) -> Subject:  # fmt: skip
    """A block, a network, a model, or the text that says one.

    Raises:
        ArgumentError: it is none.
        BlockError: a block's spec is wrong.
        NetworkError: a network's is.
        InputError: a block or network does not take the input.
    """
    inputs = Given(by_place, by_name or {})
    if isinstance(given, str):
        return _read_text(given, inputs, making)
    if isinstance(given, Target):
        arguments = {**given.arguments, **making.arguments}
        return _read_text(given.name, inputs, making._replace(arguments=arguments))
    if isinstance(given, (Block, Network)):
        return _counted(given, inputs, making)
    return _model(given, inputs, making)


def is_network(text: str) -> bool:
    """Whether a text says one of the networks that have names, or a file of one."""
    head, colon, _ = text.partition(":")
    return (head in NETWORKS and not (head in FAMILIES and colon)) or head.endswith(".toml")


def is_closed_form(text: str) -> bool:
    """Whether a text says what no code of the user's has to run for: a network or a block."""
    head, colon, _ = text.partition(":")
    return is_network(text) or head in FAMILIES or (not colon and head.isidentifier())


def _read_text(text: str, inputs: Given, making: Making) -> Subject:
    if is_network(text):
        return _counted(parse_network(text), inputs, making)
    if is_closed_form(text):
        return _counted(_spec(text), inputs, making)
    from bottlecalc.tools.observe import target

    return target(Target(text, making.arguments), inputs, making.source, making.dtype)


def _spec(text: str) -> Block | Network:
    """A block; of a name that is none, a network, which says so."""
    return parse_block(text) if text.partition(":")[0] in FAMILIES else parse_network(text)


def _model(given: Any, inputs: Given, making: Making) -> Subject:
    from bottlecalc.blocks.arguments import is_model

    if not is_model(given):
        raise ArgumentError(
            f"{quoted(given)} cannot be explained; give a block, a network, a model, or text such"
            " as 'resnet50'"
        )
    making._replace(arguments={}).check_unused(f"a {type(given).__name__} in hand")
    from bottlecalc.tools.observe import model

    return model(given, inputs)


def _counted(spec: Block | Network, inputs: Given, making: Making) -> Subject:
    making.check_unused(spec)
    if inputs.by_name or not all(isinstance(one, Input) for one in inputs.by_place):
        raise InputError(f"{inputs.text} is no input of {spec}; give one shape, without a name")
    first = tuple(inputs.by_place) or (_usual(spec),)
    return Subject(
        name=str(spec),
        inputs=first,
        observe=lambda given: (written.evidence(_count(spec, given)), ()),
        made={"spec": str(spec), "is_network": isinstance(spec, Network)},
        spec=spec,
    )


def _usual(spec: Block | Network) -> Input:
    side = spec.size if isinstance(spec, Network) else 56
    return Input((1, spec.in_channels, side, side))


def _count(spec: Block | Network, inputs: Sequence[Input]) -> ClosedForm:
    """By closed form, on one image or several.

    Raises:
        InputError: it does not take that.
    """
    first, *more = inputs
    sides = first.dimensions
    if more or len(sides) != 4 or sides[1] != spec.in_channels or first.dtype != "float32":
        got = ", ".join(map(str, inputs))
        usual = shape(_usual(spec).dimensions, "x")
        raise InputError(
            f"{got} is no input of {spec}; give one, float32, of batch, its {spec.in_channels}"
            f" channels, height and width, such as {usual}"
        )
    size = (sides[2], sides[3])
    if isinstance(spec, Network):
        return count_network(spec, size, sides[0])
    return count(spec, size, sides[0])
