"""fvcore's total by its rule, against what fvcore really says, layer by layer."""

from __future__ import annotations

import pytest

from bottlecalc import Bottleneck, count
from bottlecalc.agreement.ask import measured
from bottlecalc.layers.activation import Activation
from bottlecalc.layers.layer import Layer
from bottlecalc.layers.normalisation import BatchNorm
from bottlecalc.tools import check, fvcore
from bottlecalc.tools.base import (
    Term,
    Tool,
)

BLOCK = count(Bottleneck(14, 26, groups=3, stride=2, upsample=True), (7, 12), 2)


def test_a_term_is_of_its_op_alone_and_counts_what_is_put_out() -> None:
    shape = (2, 3, 5, 7)
    norm = Layer(name="n", op=BatchNorm(), branch="main", input=shape, output=shape)
    relu = norm._replace(name="r", op=Activation(function="ReLU"))
    term = Term("batch norm", BatchNorm, 4)
    assert (term.of(norm), term.of(relu)) == (4 * 2 * 3 * 5 * 7, 0)
    assert Tool("a tool", (term,)).totals((norm, relu)) == {"n": 840, "r": 0}


@pytest.mark.torch
def test_the_rule_is_what_fvcore_says() -> None:
    found = measured(BLOCK)
    by_rule, by_fvcore = fvcore.totals(found).values()
    assert {name: n for name, n in by_fvcore.items() if n} == {
        n: v for n, v in by_rule.items() if v
    }
    assert fvcore.differences(found) == ()
    assert fvcore.total(BLOCK.layers) == sum(by_fvcore.values())


def test_fvcores_published_total() -> None:
    """75,866,112 for 64→32→128 with projection at 56×56: 2 for every normalised element."""
    assert fvcore.total(count(Bottleneck(64, 128)).layers) == 75_866_112


@pytest.mark.torch
@pytest.mark.parametrize("each", [0, 1, 5])
def test_another_convention_is_seen_on_every_normalised_layer(
    each: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In training mode fvcore adds 5 for every normalised element, in eval mode 2."""
    found = measured(BLOCK)
    other = Tool("fvcore", (fvcore.BATCH_NORM._replace(each=each),))
    monkeypatch.setattr(fvcore, "FVCORE", other)
    layers = {one.layer for one in fvcore.differences(found)}
    assert layers == {"bn1", "bn2", "bn3", "shortcut.bn"}
    assert check.agrees([found]) is False
    assert found.agrees is True


def test_where_fvcore_was_not_asked_there_is_nothing_to_contradict() -> None:
    assert list(fvcore.totals(BLOCK)) == ["closed form"]
    assert fvcore.differences(BLOCK) == ()
    assert check.by_counter(BLOCK)["fvcore_total"] == {"closed form": fvcore.total(BLOCK.layers)}
    assert list(check.by_counter(BLOCK)) == list(check.FIGURES)
