"""Where a user's model is found: an installed package, the working directory, or a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from types import ModuleType

from bottlecalc.blocks.families import FAMILIES
from bottlecalc.models.failure import TargetError, cause, is_installed, naming
from bottlecalc.text.suggest import did_you_mean

FORMS = "package.module:name, path/to/file.py:name, or a block such as bottleneck:in=64,out=128"


def find(name: str) -> object:
    """What a target names, from where it is importable.

    Raises:
        TargetError: it is of no known form, its module cannot be imported or has no such name.
    """
    place, _, attributes = name.rpartition(":")
    if not place or not all(part.isidentifier() for part in attributes.split(".")):
        raise TargetError(f"{name!r} is no target; give {FORMS}{_instead(name, place)}")
    owner: object = _file(Path(place)) if place.endswith(".py") else _import(place)
    for attribute in attributes.split("."):
        owner = _attribute(owner, attribute, place)
    return owner


def _instead(name: str, place: str) -> str:
    """The network that is meant, or the block perhaps."""
    from bottlecalc.networks.table import NETWORKS  # where something is wrong, and not before

    network = name.partition(":")[0]
    if network in NETWORKS or network.endswith(".toml"):
        return f"; a network is counted by: bottlecalc network {name}"
    return did_you_mean(place, FAMILIES, form="the block {}")


def _import(name: str) -> ModuleType:
    with naming(f"{name} cannot be imported"):
        try:
            return import_module(name)
        except ModuleNotFoundError as error:
            if not error.name or not f"{name}.".startswith(f"{error.name}."):
                raise
            raise TargetError(
                f"{name} cannot be imported: {cause(error)}; it is neither in the working directory"
                " nor installed: run this from its folder, or install it"
            ) from error


def _file(path: Path) -> ModuleType:
    from importlib.util import module_from_spec, spec_from_file_location

    if not path.is_file():
        raise TargetError(f"there is no file {str(path)!r}; give {FORMS}")
    name = f"bottlecalc_target_{path.stem.replace('.', '_')}"
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = module_from_spec(spec)
    with naming(f"{path} cannot be imported"):
        try:
            spec.loader.exec_module(module)
        except ImportError as error:
            if "relative import" not in str(error):
                raise
            raise TargetError(
                f"{path} cannot be imported by its path, for it imports from its own package;"
                " give package.module:name"
            ) from error
    return module


def _attribute(owner: object, name: str, place: str) -> object:
    try:
        with naming(f"{place}:{name} cannot be had", AttributeError):
            return getattr(owner, name)
    except AttributeError:
        public = [known for known in dir(owner) if not known.startswith("_")]
        near = get_close_matches(name, public, n=3, cutoff=0.5)
        hint = f"the nearest names are {', '.join(near)}" if near else "it has no name like it"
        raise TargetError(f"{place} has no {name!r}; {hint}") from None


@contextmanager
def importable(beside: Path | None = None) -> Iterator[None]:
    """The working directory is searched for modules, and first the folder that is beside.

    What is imported from there is forgotten afterwards, and what it hides is set aside meanwhile:
    each target's ``layers.py`` is its own.
    """
    here = str(Path.cwd())
    folder = os.path.realpath(beside) if beside else here
    own = folder != here and not is_installed(folder)
    aside = {name: sys.modules.pop(name) for name in (_hidden(folder, here) if own else ())}
    known, before = set(sys.modules), sys.path.copy()
    sys.path[:0] = [folder, here]
    try:
        yield
    finally:
        sys.path[:] = before
        new = set(sys.modules) - known if own else set()
        for name in [name for name in new if _home(name) == folder]:
            del sys.modules[name]
        sys.modules.update(aside)


def _hidden(folder: str, here: str) -> list[str]:
    """Modules of the working directory that a folder has others for, by the same names."""
    try:
        names = {path.stem for path in Path(folder).iterdir() if path.suffix in ("", ".py")}
    except OSError:  # which finding the target will say
        return []
    loaded = [name for name in sys.modules if name.partition(".")[0] in names]
    return [name for name in loaded if _home(name) == here]


def _home(name: str) -> str:
    """The folder that a module's outermost package was found in, or empty."""
    namespace = getattr(sys.modules.get(name.partition(".")[0]), "__dict__", {})
    paths = namespace.get("__path__")
    path = next(iter(paths), None) if isinstance(paths, Iterable) else namespace.get("__file__")
    return str(Path(path).parent) if isinstance(path, str) else ""
