"""A random sample of a sweep: any design as likely as another, and asked of all counters."""

from __future__ import annotations

import pytest

from bottlecalc.explore.arrange import Order, arrange
from bottlecalc.explore.pages import pages
from bottlecalc.explore.sample import Sample
from bottlecalc.formulas import vocabulary
from bottlecalc.tools import check
from tests.explore.designs import design, grid, page_of


def test_a_sample_is_drawn_from_all_and_by_its_seed() -> None:
    every = [page_of([design(n, n) for n in range(start, start + 100)])
             for start in range(0, 1000, 100)]  # fmt: skip
    drawn = {}
    for seed in ("0", "1"):
        sample = Sample(30, seed)
        assert list(sample.watch(every)) == every
        drawn[seed] = [d.params_block for d in sample.designs]
        assert len(set(drawn[seed])) == 30
        assert max(drawn[seed]) > 500
    assert drawn["0"] != drawn["1"]


def test_each_design_is_drawn_as_often_as_any_other() -> None:
    """Of 4 designs each is among 2 drawn in half of 400 samples; 5 standard deviations are 50."""
    page = page_of([design(n, n) for n in range(4)])
    times = [0] * 4
    for seed in range(400):
        sample = Sample(2, str(seed))
        list(sample.watch([page]))
        for one in sample.designs:
            times[one.params_block] += 1
    assert all(150 <= each <= 250 for each in times)


def sample_of(*specs: str) -> Sample:
    sample = Sample(3, "0")
    swept = pages(grid(*specs, in_="6", out="8,9", size="5x4"))
    list(sample.watch(arrange(swept, Order())))
    return sample


@pytest.mark.torch
def test_what_was_drawn_is_asked_of_all_counters(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    comparison = sample_of("plain", "bottleneck").compare(said.append)
    assert comparison is not None
    assert check.agrees(comparison.blocks) is True
    assert {count.input for count in comparison.blocks} == {(1, 6, 5, 4)}
    assert len(said) == 3
    monkeypatch.setattr(vocabulary, "BATCH_NORM", vocabulary.RELU)
    comparison = sample_of("plain").compare()
    assert comparison is not None
    assert check.agrees(comparison.blocks) is False


def test_of_nothing_there_is_no_sample() -> None:
    assert Sample(3, "0").compare() is None
