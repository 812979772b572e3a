"""A model of these tests, and what it takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from torch import nn


class Case(NamedTuple):
    """A model and what it takes."""

    build: Callable[[], nn.Module]
    inputs: tuple[str, ...]
