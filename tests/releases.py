"""What older releases of torch cannot do, so that the rest can be tried with them."""

from __future__ import annotations

import pytest
import torch

RELEASE = tuple(map(int, torch.__version__.split(".")[:2]))


def since(release: tuple[int, int], reason: str) -> pytest.MarkDecorator:
    """Leaves a test out with torch before that release."""
    return pytest.mark.skipif(release > RELEASE, reason=f"torch {torch.__version__}: {reason}")
