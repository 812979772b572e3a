"""Whatever a user receives has a type that can be imported from ``bottlecalc``."""

from __future__ import annotations

import dataclasses
import inspect
import pkgutil
import sys
import types
import typing
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
import torch

import bottlecalc

OUTSIDE = {
    "nn": torch.nn,
    "Tensor": torch.Tensor,
    "torch": torch,
    "AnyInput": bottlecalc.Input | torch.Tensor,
}
"""What modules import for annotations alone."""


TABLES = ("FAMILIES", "NETWORKS")
"""Public names of neither types nor functions."""

INNER = {"bottlecalc.explore.grid.Lane"}
"""How a grid is counted, which nobody receives."""


def every_module() -> list[str]:
    found = pkgutil.walk_packages(bottlecalc.__path__, "bottlecalc.")
    return [module.name for module in found if not module.name.endswith("__main__")]


def known() -> dict[str, Any]:
    """Every name of the package, for annotations that are only resolved by a type checker."""
    names: dict[str, Any] = {}
    for module in every_module():
        for name, value in vars(import_module(module)).items():
            names.setdefault(name, value)
    return names | OUTSIDE


def mentioned(annotation: Any) -> Iterator[Any]:
    """The package's classes in an annotation."""
    is_class = isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias)
    if is_class and annotation.__module__.startswith("bottlecalc"):
        yield annotation
    for argument in (*typing.get_args(annotation), typing.get_origin(annotation)):
        if argument is not annotation and argument is not None:
            for one in argument if isinstance(argument, list) else [argument]:
                yield from mentioned(one)


def hints(thing: Any, names: dict[str, Any]) -> dict[str, Any]:
    local = names | vars(sys.modules[thing.__module__])
    return typing.get_type_hints(inspect.unwrap(thing), None, local)


def received(thing: Any, names: dict[str, Any]) -> Iterator[Any]:
    """The types of what a function takes and gives, or of what a value holds and gives."""
    if not isinstance(thing, type):
        yield from (one for hint in hints(thing, names).values() for one in mentioned(hint))
        return
    if dataclasses.is_dataclass(thing):
        fields = {field.name for field in dataclasses.fields(thing)}
        annotations = {k: v for k, v in hints(thing, names).items() if k in fields}
        yield from (one for hint in annotations.values() for one in mentioned(hint))
    for name, attribute in inspect.getmembers(thing):
        function = getattr(attribute, "fget", None) or getattr(attribute, "func", attribute)
        is_public = inspect.isfunction(function) and not name.startswith("_")
        if is_public and function.__module__.startswith("bottlecalc"):
            yield from mentioned(hints(function, names).get("return"))


def reached() -> dict[str, set[str]]:
    """Every type that can be come to from the public names, and from where."""
    names = known()
    queue = [getattr(bottlecalc, name) for name in bottlecalc.__all__ if name not in TABLES]
    sources: dict[str, set[str]] = {}
    seen: set[int] = set()
    while queue:
        thing = queue.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        for one in received(thing, names):
            if f"{one.__module__}.{one.__qualname__}" in INNER:
                continue
            sources.setdefault(f"{one.__module__}.{one.__qualname__}", set()).add(thing.__name__)
            queue.append(one)
    return sources


def test_every_type_that_a_user_receives_can_be_imported() -> None:
    public = {
        f"{thing.__module__}.{thing.__qualname__}"
        for thing in (getattr(bottlecalc, name) for name in bottlecalc.__all__)
        if isinstance(thing, type)
    }
    missing = {name: sorted(via) for name, via in reached().items() if name not in public}
    assert missing == {}


def test_that_test_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bottlecalc, "__all__", [n for n in bottlecalc.__all__ if n != "Params"])
    with pytest.raises(AssertionError, match=r"layers\.count\.Params"):
        test_every_type_that_a_user_receives_can_be_imported()


def test_no_public_name_is_hidden_by_a_module_of_its_name() -> None:
    """Whatever is imported, and in whatever order."""
    before = {name: getattr(bottlecalc, name) for name in bottlecalc.__all__}
    for module in every_module():
        import_module(module)
        assert isinstance(sys.modules[module], types.ModuleType)
    for name, thing in before.items():
        assert getattr(bottlecalc, name) is thing
        assert not isinstance(thing, types.ModuleType)


def test_no_attribute_of_a_package_hides_a_module() -> None:
    for name in every_module():
        package, _, module = import_module(name).__name__.rpartition(".")
        assert getattr(sys.modules[package], module) is sys.modules[name], name
