"""Pooling and its undoing: neither parameters nor MACs."""

from __future__ import annotations

from dataclasses import dataclass

from bottlecalc.layers.ops import Op, settings, sides


@dataclass(frozen=True, kw_only=True)
class MaxPool(Op):
    """Max pooling, no parameters and no MACs.

    Attributes:
        kernel: height and width of the window [pixels].
        stride: of the window.
        indices: whether it also gives where each maximum stood, for unpooling.
    """

    kernel: tuple[int, ...]
    stride: int = 1
    indices: bool = False

    @property
    def label(self) -> str:
        """``2×2 max pool with indices, stride 2``."""
        indices = " with indices" if self.indices else ""
        return f"{sides(self.kernel)} max pool{indices}{settings(self)}"


@dataclass(frozen=True, kw_only=True)
class AveragePool(Op):
    """Average pooling.

    Attributes:
        kernel: height and width of the window [pixels].
        stride: of the window.
    """

    kernel: tuple[int, ...]
    stride: int = 1

    @property
    def label(self) -> str:
        """``2×2 average pool, stride 2``."""
        return f"{sides(self.kernel)} average pool{settings(self)}"


class GlobalAveragePool(Op):
    """The mean of every channel.

    Source: Lin et al., Network in Network, arXiv:1312.4400, section 3.2.
    """

    @property
    def label(self) -> str:
        """``global average pool``."""
        return "global average pool"


@dataclass(frozen=True, kw_only=True)
class MaxUnpool(Op):
    """Max unpooling: every value where a pooling's maximum stood, zeros elsewhere.

    Attributes:
        kernel: height and width of the pooling's window [pixels].
        stride: of the window.
    """

    kernel: tuple[int, ...]
    stride: int = 1

    @property
    def label(self) -> str:
        """``2×2 max unpool, stride 2``."""
        return f"{sides(self.kernel)} max unpool{settings(self)}"

    @property
    def upsamples(self) -> bool:
        """Always."""
        return True
