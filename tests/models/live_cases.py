"""Models that another process finds by this file's path."""

from __future__ import annotations

from tests.models.disagreements import Attention, Functional

__all__ = ["Attention", "Functional"]
