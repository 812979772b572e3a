"""Seed 29 is the worksheet that these tests mark."""

from __future__ import annotations

from typing import Any

import pytest

from bottlecalc.handout import worksheet
from tests.handout.marking.sheet import SEED, SHEET


@pytest.fixture(autouse=True)
def the_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = worksheet.draw

    def draw(how_many: int, seed: int | str, *more: Any) -> list[Any]:
        return SHEET[:how_many] if seed == SEED else drawn(how_many, seed, *more)

    monkeypatch.setattr(worksheet, "draw", draw)
