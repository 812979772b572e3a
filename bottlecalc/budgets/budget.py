"""What a block or a model may cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from bottlecalc.blocks.spec import Block
from bottlecalc.budgets.increase import Growth
from bottlecalc.networks.spec import Network
from bottlecalc.text.patterns import is_pattern, matches
from bottlecalc.text.shapes import Input
from bottlecalc.text.values import spelled

if TYPE_CHECKING:
    from bottlecalc.budgets.allowance import Allowance

Figure = Literal[
    "params",
    "trainable_params",
    "macs",
    "flops",
    "activations",
    "size",
    "train_macs",
    "peak_bytes",
]
Figures = Mapping[Figure, int]
Level = Literal["error", "warn"]

FIGURES: tuple[Figure, ...] = (
    "params", "trainable_params", "macs", "flops", "activations", "size", "train_macs",
    "peak_bytes",
)  # fmt: skip
"""``size`` is the bytes of all parameters, each in its own dtype."""

OF_TRAINING: tuple[Figure, ...] = ("train_macs", "peak_bytes")
"""Figures of a training step, which is counted where one of them is limited."""

ASKED: tuple[Figure, ...] = ("size", *OF_TRAINING)
"""Figures that are counted only where they are limited."""

FOLLOWERS: tuple[Figure, ...] = ("flops", "size", *OF_TRAINING)
"""Figures that grow as others do, and are held against what was by limits of their own alone."""

FOLLOWING: Mapping[Figure, tuple[Figure, int]] = {
    "trainable_params": ("params", 1), "flops": ("macs", 2),
}  # fmt: skip
"""Figures that are no more than another, times a number: what is approved of it is of these too."""

DEFAULT_SIZE = (56, 56)
CONVENTION = (
    "MACs of convolutions and matrix products, FLOPs = 2 × MACs, parameters each counted once"
)


@dataclass(frozen=True, kw_only=True)
class Limit:
    """What a figure may be, both ends included.

    Attributes:
        least: or None where there is no such limit.
        most: or None.
    """

    least: int | None = None
    most: int | None = None


NO_LIMIT = Limit()


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What a block or a model may cost.

    Attributes:
        name: one and only.
        block: or network, whose closed form is held, or None.
        size: height and width of its input [pixels].
        model: the target that is built and counted, or None.
        arguments: for the model's class or function.
        inputs: of the model, by place: inputs, and lists and tables of these; none where parameters
            alone are held.
        keywords: of the model, likewise by name, and constants.
        source: of the inputs, a function by its name; empty where there is none.
        dtype: of all floats of the model and its inputs; as they are where it is empty.
        seed: by which its weights and inputs are drawn, for where values decide what is run.
        module: the part that is held, with all inside; all where it is empty.
        skip_without: what has to be there, or the budget is skipped: devices or packages.
        counter: whose figures are held, of the model.
        optimizer: that takes a training step, or empty for the usual one.
        limits: by figure.
        max_increase: of each figure, against the baseline, or None; a fraction is a share.
        increases: of figures that have one of their own.
        warn_at: the share of a limit from which on a note says so, or None.
        allowances: what was approved beyond the limits.
        level: whether a breach fails the check, or only warns.
        message: for whoever breaks it.
        file: where the budget stands.
        line: where in the file, or None where that is not known.
    """

    name: str
    block: Block | Network | None = None
    size: tuple[int, int] = DEFAULT_SIZE
    model: str | None = None
    arguments: Mapping[str, object] = field(default_factory=dict)
    inputs: tuple[Any, ...] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    dtype: str = ""
    seed: int = 0
    module: str = ""
    skip_without: tuple[str, ...] = ()
    counter: Literal["torch", "fvcore"] = "torch"
    optimizer: str = ""
    limits: Mapping[Figure, Limit] = field(default_factory=dict)
    max_increase: Growth | None = None
    increases: Mapping[Figure, Growth] = field(default_factory=dict)
    warn_at: Fraction | None = None
    allowances: tuple[Allowance, ...] = ()
    level: Level = "error"
    message: str = ""
    file: str = ""
    line: int | None = None

    def approved(self, figure: Figure) -> int | None:
        """How far a figure may go by what was approved and has not expired, or None."""
        if not self.allowances:
            return None
        valid = [allowance for allowance in self.allowances if not allowance.is_expired]
        source, times = FOLLOWING.get(figure, (figure, 1))
        ends = [a.to for a in valid if a.figure == figure]
        ends += [times * a.to for a in valid if a.figure == source]
        return max(ends, default=None)

    @property
    def main_figure(self) -> Figure:
        """The figure that it limits; parameters where it limits several, and these too."""
        limited = [figure for figure in FIGURES if self.holds(figure)]
        return "params" if "params" in limited or not limited else limited[0]

    def growth(self, figure: Figure) -> Growth | None:
        """By how much a figure may grow; FLOPs grow as MACs do, and are not held twice."""
        return self.increases.get(figure, None if figure in FOLLOWERS else self.max_increase)

    def holds(self, figure: Figure) -> bool:
        """Whether it limits a figure."""
        return figure in self.limits or self.growth(figure) is not None

    @property
    def trains(self) -> bool:
        """Whether it limits what a training step costs."""
        return any(map(self.holds, OF_TRAINING))

    @property
    def grows(self) -> bool:
        """Whether anything is held against what was counted before."""
        return self.max_increase is not None or bool(self.increases)

    def ungrown(self) -> Budget:
        """The same without what is held against what was counted before, and as much counted."""
        asked = [figure for figure in ASKED if self.growth(figure) is not None]
        limits = {**dict.fromkeys(asked, NO_LIMIT), **self.limits}
        return replace(self, limits=limits, max_increase=None, increases={})

    def is_called(self, name: str) -> bool:
        """Whether that is its name, or may be that of a model which its pattern is of."""
        names = [self.name, f"{self.name} {self.model}"] if is_pattern(self.model or "") else []
        return name == self.name or any(matches(name, one) for one in names)

    @property
    def subject(self) -> str:
        """What is counted."""
        return str(self.block) if self.block else str(self.model)

    @property
    def of(self) -> str:
        """What is counted, and its arguments."""
        arguments = ",".join(f"{key}={value!r}" for key, value in sorted(self.arguments.items()))
        built = f"{self.subject}({arguments})" if arguments else self.subject
        whole = f"{built} in {self.dtype}" if self.dtype else built
        return f"{self.module} of {whole}" if self.module else whole

    @property
    def input(self) -> str:
        """What it is counted on, as text."""
        if self.block:
            return str(Input((1, self.block.in_channels, *self.size)))
        named = [f"{key}={spelled(value)}" for key, value in self.keywords.items()]
        source = [f"what {self.source} returns"] if self.source else []
        return ", ".join([*map(spelled, self.inputs), *source, *named])

    @property
    def basis(self) -> dict[str, str]:
        """What figures must share to be compared: the input, the counter, the convention.

        Of a block's input that is the size: its channels are the block's own.
        """
        return {
            "input": str(Input(self.size)) if self.block else self.input,
            "counter": "closed form" if self.block else self.counter,
            "convention": CONVENTION,
            **({"optimizer": self.optimizer} if self.optimizer else {}),
            **({"seed": str(self.seed)} if self.seed else {}),
        }
