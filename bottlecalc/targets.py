"""A user's model: found by its name, built by its arguments; what it raises is one sentence.

torch is loaded by the user's code, or when a model is built; importing this costs nothing.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from types import FrameType, ModuleType
from typing import TYPE_CHECKING, Any

from bottlecalc.blocks import FAMILIES, BlockError, parse
from bottlecalc.errors import BottlecalcError

if TYPE_CHECKING:
    from torch import nn

SHOWN_FRAMES = 3
FORMS = "package.module:name, path/to/file.py:name, or a block such as bottleneck:in=64,out=128"


class TargetError(BottlecalcError):
    """A model that cannot be found, built or run; its text says where that happened.

    Where the user's own code raised, that is the cause.
    """


@dataclass(frozen=True)
class Target:
    """A model by its name.

    Attributes:
        name: ``package.module:name``, ``path/to/file.py:name`` or a block's spec.
        arguments: for the class or function.
    """

    name: str
    arguments: Mapping[str, object] = field(default_factory=dict)

    def load(self) -> Callable[[], nn.Module]:
        """Find it; what is returned builds it, anew by each call unless it is an instance.

        Raises:
            TargetError: there is no such model; and by the call, the user's code raises, or does
                not return a model.
            BlockError: the spec is wrong, or no such block can be.
        """
        if is_spec(self.name):
            return self._block()
        found = find(self.name)
        return lambda: self._module(self._called(found))

    def _block(self) -> Callable[[], nn.Module]:
        from bottlecalc import modules

        if self.arguments:
            raise TargetError(f"{self.name} is a block and takes no arguments; leave them out")
        block = parse(self.name)
        return lambda: modules.build(block)

    def _called(self, found: Any) -> Any:
        from torch import nn

        if not isinstance(found, nn.Module) and callable(found):
            with naming(f"{self.name} cannot be built"):
                return found(**self.arguments)
        if self.arguments:
            raise TargetError(
                f"{self.name} is an instance and takes no arguments; leave them out,"
                " or name its class"
            )
        return found

    def _module(self, made: Any) -> nn.Module:
        from torch import nn

        if isinstance(made, nn.Module):
            return made
        raise TargetError(
            f"{self.name} is {_article(type(made).__name__)}, not a model; name an nn.Module,"
            " or a class or function that returns one"
        )


def is_spec(name: str) -> bool:
    """Whether this is a block's spec rather than the name of a model."""
    family, _, options = name.partition(":")
    return family.strip() in FAMILIES and not options.strip().isidentifier()


def find(name: str) -> object:
    """What a target names.

    Raises:
        TargetError: it is of no known form, its module cannot be imported or has no such name.
    """
    place, _, attributes = name.rpartition(":")
    if not place or not all(part.isidentifier() for part in attributes.split(".")):
        raise TargetError(f"{name!r} is no target; give {FORMS}")
    with importable(Path.cwd(), *([Path(place).parent] if place.endswith(".py") else [])):
        found: object = _file(Path(place)) if place.endswith(".py") else _import(place)
    for attribute in attributes.split("."):
        found = _attribute(found, attribute, place)
    return found


def _import(name: str) -> ModuleType:
    with naming(f"{name} cannot be imported"):
        return import_module(name)


def _file(path: Path) -> ModuleType:
    from importlib.util import module_from_spec, spec_from_file_location

    if not path.is_file():
        raise TargetError(f"there is no file {path}; give {FORMS}")
    name = f"bottlecalc_target_{path.stem}"
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = module_from_spec(spec)
    with naming(f"{path} cannot be imported"):
        spec.loader.exec_module(module)
    return module


def _attribute(owner: object, name: str, place: str) -> object:
    try:
        return getattr(owner, name)
    except AttributeError:
        public = [known for known in dir(owner) if not known.startswith("_")]
        near = get_close_matches(name, public, n=3, cutoff=0.5)
        hint = f"the nearest names are {', '.join(near)}" if near else "it has no name like it"
        raise TargetError(f"{place} has no {name!r}; {hint}") from None


@contextmanager
def importable(*folders: Path) -> Iterator[None]:
    """These folders come first in the search for modules."""
    before = sys.path.copy()
    sys.path[:0] = [str(folder.resolve()) for folder in folders]
    try:
        yield
    finally:
        sys.path[:] = before


@contextmanager
def naming(subject: str) -> Iterator[None]:
    """Whatever the user's code raises inside becomes a ``TargetError`` that says where."""
    try:
        yield
    except (TargetError, BlockError):  # which say so already
        raise
    except (Exception, SystemExit) as error:
        raise TargetError(f"{subject}: {said(error)}") from error


def said(error: BaseException) -> str:
    """What an exception says, in one line, and where in the user's code it was raised."""
    lines = str(error).strip().splitlines()
    text = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
    if isinstance(error, SyntaxError):
        return f"{_shown(error.filename)}, line {error.lineno}: {type(error).__name__}: {error.msg}"
    frames = user_frames(error)
    if not frames:
        return text
    frame, line = frames[-1]
    code = frame.f_code
    return f"{_shown(code.co_filename)}, line {line}, in {code.co_name}: {text}"


def last_lines(error: BaseException) -> str:
    """The last lines of the user's own traceback: no frames of ours, of libraries or of torch."""
    frames = user_frames(error)[-SHOWN_FRAMES:]
    summary = traceback.StackSummary.extract(iter(frames))
    exception = traceback.format_exception_only(type(error), error)
    return "".join([*summary.format(), *exception])


def user_frames(error: BaseException) -> list[tuple[FrameType, int]]:
    """The frames that are the user's own."""
    return [place for place in traceback.walk_tb(error.__traceback__) if _is_users(place[0])]


def _is_users(frame: FrameType) -> bool:
    name = frame.f_code.co_filename
    ours = str(Path(__file__).parent)
    stdlib = str(Path(traceback.__file__).parent)
    return not (name.startswith(("<", ours, stdlib)) or "site-packages" in name)


def _shown(filename: str | None) -> str:
    path = Path(filename or "?")
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _article(noun: str) -> str:
    return f"an {noun}" if noun[:1].lower() in "aeiou" else f"a {noun}"
