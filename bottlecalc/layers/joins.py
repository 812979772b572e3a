"""Where branches meet, and how channels are moved: neither parameters nor MACs."""

from __future__ import annotations

from dataclasses import dataclass

from bottlecalc.layers.ops import Op


class Add(Op):
    """The sum of branches, element by element."""

    @property
    def label(self) -> str:
        """``add``."""
        return "add"


class Multiply(Op):
    """A product element by element, as of a map and its channels' gates: no MACs."""

    @property
    def label(self) -> str:
        """``multiply``."""
        return "multiply"


class Concat(Op):
    """The channels of branches, one branch's after the other's."""

    @property
    def label(self) -> str:
        """``concatenate``."""
        return "concatenate"


@dataclass(frozen=True, kw_only=True)
class ChannelShuffle(Op):
    """Channels of groups, taken in turns.

    Source: Zhang et al., ShuffleNet, arXiv:1707.01083, section 3.1.

    Attributes:
        groups: that take turns.
    """

    groups: int = 2

    @property
    def label(self) -> str:
        """``channel shuffle, groups 2``."""
        return f"channel shuffle, groups {self.groups}"
