"""Activation functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bottlecalc.layers.ops import Factors, Op, Shape

Function = Literal["ReLU", "ReLU6", "SiLU", "GELU", "Sigmoid"]


@dataclass(frozen=True, kw_only=True)
class Activation(Op):
    """An activation function without parameters.

    Attributes:
        function: its name as its paper writes it.
        channels_last: whether it stands between layers whose channels are the last dimension.
    """

    function: Function = "ReLU"
    channels_last: bool = False

    @property
    def label(self) -> str:
        """``ReLU``."""
        return self.function


class PReLU(Op):
    """A ReLU with a learned slope below zero, one for all channels.

    Source: He et al., Delving Deep into Rectifiers, arXiv:1502.01852, section 2.1.
    """

    def factors(self, x: Shape, y: Shape) -> Factors:
        """The slope."""
        return (1,)

    @property
    def label(self) -> str:
        """``PReLU``."""
        return "PReLU"
