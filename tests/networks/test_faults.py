"""Faults in networks, one at a time and on one side only: each is seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from bottlecalc.agreement.ask import MeasureError
from bottlecalc.agreement.networks import count_network
from bottlecalc.blocks.spec import BlockError
from bottlecalc.networks import element_formula, formula, module
from bottlecalc.networks.element_formula import Scale
from bottlecalc.networks.grammar import parse
from bottlecalc.networks.spec import Network, Stage
from bottlecalc.networks.table import NETWORKS
from tests.networks.evidence import SORTS, agrees, forget, genuine, observe

SIZE = (64, 96)


def wrong_stages(stage: Stage) -> Iterator[Stage]:
    """A stage with one thing wrong."""
    if stage.depth is not None:
        yield replace(stage, depth=stage.depth + 1)
    if stage.out is not None:
        yield replace(stage, out=2 * stage.out)
    if stage.stride != 1:
        yield replace(stage, stride=1)
    for place in range(len(stage.blocks) if len(stage.blocks) > 1 else 0):
        yield replace(stage, blocks=stage.blocks[:place] + stage.blocks[place + 1 :])


def wrong_networks(network: Network) -> Iterator[Network]:
    yield replace(network, classes=network.classes + 1)
    yield replace(network, width=network.width * 2)
    yield replace(network, depth=network.depth * 2)
    for place, stage in enumerate(network.stages):
        for wrong in wrong_stages(stage):
            stages = (*network.stages[:place], wrong, *network.stages[place + 1 :])
            yield replace(network, stages=stages)


@pytest.mark.parametrize("name", SORTS)
def test_a_closed_form_of_another_network_is_seen(name: str) -> None:
    """A depth, a width, a stride or a block of each stage is another in the closed form."""
    found, right = genuine(name, SIZE), count_network(NETWORKS[name], SIZE).layers
    assert agrees(NETWORKS[name], found, SIZE)
    for wrong in wrong_networks(NETWORKS[name]):
        assert not agrees(wrong, found, SIZE) or count_network(wrong, SIZE).layers == right, wrong


FORMULAS: dict[str, tuple[str, str, Callable[..., Any]]] = {
    "a block more in each stage": ("resnet20", "_depth", lambda right, *given: right(*given) + 1),
    "two channels more": ("resnet20", "wide", lambda right, *given: right(*given) + 2),
    "a stage's stride forgotten": (
        "resnet20", "_part",
        lambda right, text, out, _stride, *given: right(text, out, 1, *given),
    ),
    "channels of a stem": ("resnet20", "_channels", lambda right, *given: right(*given) + 1),
    "channels of a transition": ("densenet121", "_channels", lambda right, values, *given: (
        right(values, *given) - bool(values["reduce"])
    )),
    "a classifier's channels": ("squeezenet1_1", "_channels", lambda right, values, *given: (
        right(values, *given) + (not values["out"])
    )),
}  # fmt: skip

ELEMENTS: dict[str, tuple[str, str, Any]] = {
    "the head has no bias": ("resnet18", "linear", {"bias": False}),
    "a stem's norm forgotten": ("resnet18", "conv", {"norm": "none"}),
    "a bias beside batch norm": ("resnet18", "conv", {"bias": True}),
    "a kernel too wide": ("resnet18", "conv", {"kernel": 9}),
    "a padding forgotten": ("resnet18", "conv", {"padding": 0}),
    "a convolution's stride forgotten": ("vgg11", "conv", {"stride": 2}),
    "a pooling's stride forgotten": ("vgg11", "max-pool", {"stride": 1}),
    "a pooling rounded down": ("squeezenet1_0", "max-pool", {"ceil": False}),
    "a pooling's padding": ("squeezenet1_0", "max-pool", {"padding": 1}),
    "a transition that does not pool": ("densenet121", "average-pool", {"stride": 1}),
    "what VGG pools to": ("vgg11", "global-pool", {"size": 6}),
    "features of a hidden layer": ("vgg11", "linear", {"out": 4095}),
    "ENet's last kernel": ("enet", "conv-transpose", {"kernel": 2}),
    "ENet's last bias": ("enet", "conv-transpose", {"bias": True}),
    "ENet's first channels": ("enet", "enet-initial", {"out": 17}),
    "a norm of another kind": ("convnext_tiny", "norm", {"norm": "batch"}),
    "another activation": ("mobilenet_v2", "conv", {"activation": "SiLU"}),
    "an activation with parameters": ("resnet18", "conv", {"activation": "PReLU"}),
}


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    forget()
    yield
    forget()


def seen_in_formula(name: str) -> bool:
    return not agrees(NETWORKS[name], genuine(name, SIZE), SIZE)


def seen_in_module(name: str) -> bool:
    """Whether a fault of the module is: it counts otherwise, or does not run."""
    try:
        found = observe(NETWORKS[name], SIZE)
    except (MeasureError, BlockError):
        return True
    return not agrees(NETWORKS[name], found, SIZE)


@pytest.mark.parametrize("fault", FORMULAS)
def test_a_fault_in_the_closed_form_is_seen(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    network, name, wrong = FORMULAS[fault]
    assert not seen_in_formula(network)
    holder: Any = next(one for one in (formula, element_formula, Scale) if hasattr(one, name))
    right = getattr(holder, name)
    forget()
    monkeypatch.setattr(holder, name, lambda *given: wrong(right, *given))
    assert seen_in_formula(network)


@pytest.mark.parametrize("fault", ELEMENTS)
def test_an_element_that_is_another_is_seen(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the closed form, and in the module."""
    name, kind, changed = ELEMENTS[fault]
    assert not seen_in_formula(name)
    right, element = element_formula.FORMULAS[kind], module._element

    def built(of: str, values: dict[str, Any], *given: Any) -> Any:
        return element(of, {**values, **changed} if of == kind else values, *given)

    with monkeypatch.context() as here:
        here.setattr(module, "_element", built)
        assert seen_in_module(name)
    forget()
    wrong: Any = lambda values, *given: right({**values, **changed}, *given)  # noqa: E731
    monkeypatch.setitem(element_formula.FORMULAS, kind, wrong)
    assert seen_in_formula(name)


MODULES: dict[str, tuple[str, str, Callable[..., Any]]] = {
    "a block more in each stage": ("resnet20", "_repeats", lambda right, *given: right(*given) + 1),
    "two channels more": ("resnet20", "widened", lambda right, *given: right(*given) + 2),
    "a stage's stride forgotten": (
        "resnet20", "_block", lambda right, *given, first: right(*given, first=False)
    ),
    "a stride for every block": (
        "resnet20", "_block", lambda right, *given, first: right(*given, first=True)
    ),
    "channels of a stem": ("resnet20", "_filters", lambda right, *given: right(*given) + 1),
    "channels of a transition": ("densenet121", "_filters", lambda right, values, *given: (
        right(values, *given) - bool(values["reduce"])
    )),
    "a classifier's channels": ("squeezenet1_1", "_filters", lambda right, values, *given: (
        right(values, *given) + (not values["out"])
    )),
}  # fmt: skip


@pytest.mark.parametrize("fault", MODULES)
def test_a_fault_in_the_module_is_seen(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    network, name, wrong = MODULES[fault]
    right = getattr(module, name)
    assert not seen_in_module(network)
    monkeypatch.setattr(module, name, lambda *given, **named: wrong(right, *given, **named))
    assert seen_in_module(network)


@pytest.mark.parametrize("side", [Scale, module])
def test_a_width_that_is_rounded_otherwise_is_seen(
    side: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Down to multiples of 8, and never up again where more than a tenth is lost."""
    network = replace(parse("mobilenet_v2"), width=Fraction(137, 100))
    found = observe(network, SIZE)
    assert agrees(network, found, SIZE)
    if side is Scale:
        monkeypatch.setattr(Scale, "wide", lambda one, n: max(8, int(n * one.width) // 8 * 8))
    else:
        wrong: Any = lambda n, one: max(8, int(n * one.width) // 8 * 8)  # noqa: E731
        monkeypatch.setattr(module, "widened", wrong)
    forget()
    assert not agrees(network, found if side is Scale else observe(network, SIZE), SIZE)
