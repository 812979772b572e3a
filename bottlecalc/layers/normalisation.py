"""Normalisation and scaling: parameters without MACs."""

from __future__ import annotations

from bottlecalc.layers.ops import Factors, Op, Shape


class BatchNorm(Op):
    """Batch normalisation: a scale and a shift for every channel, and no MACs.

    Source: Ioffe and Szegedy, arXiv:1502.03167, algorithm 1.
    """

    def factors(self, x: Shape, y: Shape) -> Factors:
        """Scale and shift, channels."""
        return (2, x[1])

    @property
    def label(self) -> str:
        """``batch norm``."""
        return "batch norm"


class LayerNorm(Op):
    """Layer normalisation over the last dimension: a scale and a shift for every feature.

    Source: Ba et al., arXiv:1607.06450, section 3.
    """

    channels_last = True

    def factors(self, x: Shape, y: Shape) -> Factors:
        """Scale and shift, features."""
        return (2, x[-1])

    @property
    def label(self) -> str:
        """``layer norm``."""
        return "layer norm"


class Scale(Op):
    """A learned factor for every channel.

    Source: LayerScale, Touvron et al., arXiv:2103.17239, section 2.2.
    """

    def factors(self, x: Shape, y: Shape) -> Factors:
        """Channels."""
        return (x[1],)

    @property
    def label(self) -> str:
        """``layer scale``."""
        return "layer scale"
