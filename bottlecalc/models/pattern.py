"""Patterns of targets: ``net.py:resnet*``, ``nets/*.py:build``; those that there are."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import partial
from glob import glob
from pathlib import Path
from types import ModuleType
from typing import Any

from bottlecalc.models.failure import TargetError
from bottlecalc.models.imports import importable, load
from bottlecalc.text.patterns import is_pattern, matches


def is_of_several(name: str) -> bool:
    """Whether it is to be matched; a file that has such a name is none."""
    place, _, attribute = name.rpartition(":")
    return is_pattern(attribute) or (is_pattern(place) and not Path(place).exists())


def matching(pattern: str) -> list[str]:
    """The targets that a pattern is of, sorted; imports the modules whose names are matched.

    Of a module these are the classes, functions and instances that its own package defines; what
    begins with an underscore is none.

    Raises:
        TargetError: a module cannot be imported, or nothing matches.
    """
    place, _, name = pattern.rpartition(":")
    found = [f"{one}:{each}" for one in _places(place) for each in _names(one, name)]
    if not found:
        raise TargetError(f"nothing matches {pattern!r}; mend it, or name the models one by one")
    return found


def _places(place: str) -> list[str]:
    """The files; a module of a package is named in full."""
    if not is_pattern(place) or Path(place).exists():
        return [place]
    if not place.endswith(".py"):
        raise TargetError(f"{place!r} matches no files; give a pattern such as nets/*.py")
    files = (path for path in glob(place, recursive=True) if Path(path).name != "__init__.py")
    return sorted(Path(path).as_posix() for path in files)


def _names(place: str, pattern: str) -> list[str]:
    if not is_pattern(pattern):
        return [pattern]
    with importable(Path(place).parent if place.endswith(".py") else None):
        module = load(place)
        return sorted(name for name in _models(module) if matches(name, pattern))


def _models(module: ModuleType) -> Iterator[str]:
    """The names of what may be a model, or make one."""
    from torch import nn

    for name, value in vars(module).items():
        if not name.startswith("_") and _is_own(value, module):
            is_class = isinstance(value, type) and issubclass(value, nn.Module)
            if is_class or inspect.isroutine(value) or isinstance(value, nn.Module | partial):
                yield name


def _is_own(value: Any, module: ModuleType) -> bool:
    """Whether it is defined there, or in the same package; an instance is where it is named."""
    if not (isinstance(value, type) or inspect.isroutine(value)):
        return True
    home = getattr(value, "__module__", None) or ""
    return home.partition(".")[0] == module.__name__.partition(".")[0]
