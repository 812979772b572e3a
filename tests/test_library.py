"""The library's face: every public name is there, is documented, and loads only what it needs."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import pytest

import bottlecalc
from bottlecalc import errors


def document(public: str) -> str:
    """What its author wrote of a public name; what dataclasses write of themselves is nothing."""
    thing: Any = getattr(bottlecalc, public)
    text = thing.__doc__ or ""
    name = getattr(thing, "__name__", "")
    by_itself = dataclasses.is_dataclass(thing) and text.startswith(f"{name}(")
    return "" if by_itself else text


DATA = {"FAMILIES", "NETWORKS"}
"""Public names that are no classes or functions, documented where they stand."""


@pytest.mark.parametrize("name", sorted({*bottlecalc.__all__} - DATA))
def test_everything_public_is_documented(name: str) -> None:
    assert len(document(name)) > 20
    thing: Any = getattr(bottlecalc, name)
    if inspect.isfunction(thing) and len(inspect.signature(thing).parameters) > 1:
        assert "Args:" in document(name)


def test_that_test_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import dataclass

    @dataclass
    class Undocumented:
        field: int

    assert Undocumented.__doc__
    monkeypatch.setattr(bottlecalc, "Undocumented", Undocumented, raising=False)
    assert document("Undocumented") == ""


def test_every_public_name_has_a_home_and_a_place_in_the_list() -> None:
    assert {*bottlecalc.HOMES, "build"} == {*bottlecalc.__all__}
    assert {*bottlecalc.__all__} <= {*dir(bottlecalc)}
    for name in bottlecalc.__all__:
        assert getattr(bottlecalc, name) is not None


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'bottlecalc' has no attribute 'nosuch'"):
        _ = bottlecalc.nosuch


@pytest.mark.parametrize(
    "result",
    [
        *("BreakEven", "Comparison", "Count", "Design", "Difference", "ModelCount", "Network"),
        *("NetworkComparison", "NetworkCount", "NetworkDesign", "NetworkRatio"),
        *("NetworkSolution", "NetworkSweep", "Ratio", "Solution", "Stage", "StageCount"),
    ],
)
def test_results_are_frozen_and_told_by_keyword(result: str) -> None:
    """No field can be taken by its position, so that fields can be added."""
    thing: Any = vars(bottlecalc).get(result) or getattr(bottlecalc, result)
    settings = thing.__dataclass_params__
    assert settings.frozen
    assert tuple not in thing.__mro__
    parameters = inspect.signature(thing).parameters.values()
    assert {parameter.kind for parameter in parameters} == {inspect.Parameter.KEYWORD_ONLY}


def test_no_package_bears_the_name_of_a_public_function() -> None:
    functions = {
        name for name in bottlecalc.__all__ if inspect.isfunction(getattr(bottlecalc, name))
    }
    packages = {home.split(".")[0] for home in bottlecalc.HOMES.values()}
    assert not functions & packages


def test_errors_speak_pythons_words_the_specs_or_the_command_lines() -> None:
    remedy, argument = errors.remedy("mid"), errors.argument("max-params")
    sentence = f"{errors.key('mid')} is wrong; give {remedy}, not {argument}"
    error = errors.BottlecalcError(sentence)
    assert str(error) == "mid_channels is wrong; give mid_channels=N, not max_params"
    assert error.worded(errors.SPECS) == "mid is wrong; give mid=N in the spec, not max-params"
    assert errors.PYTHON.argument("no-measure") == "measure=False"
