"""What tests of sweeps and questions share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.explore import families


@pytest.fixture(scope="module")
def new_families() -> Iterator[None]:
    """The families of ``families.NEW``, and those that cannot be traced, while a module is run."""
    with families.known():
        yield
