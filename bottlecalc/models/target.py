"""A user's model: found by its name, built by its arguments; what it raises is one sentence.

torch is loaded by the user's code, or when a model is built; importing this costs nothing.
"""

from __future__ import annotations

import inspect
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from types import FrameType, ModuleType
from typing import TYPE_CHECKING, Any

from bottlecalc.blocks.residual import FAMILIES, BlockError, parse
from bottlecalc.errors import BottlecalcError

if TYPE_CHECKING:
    from torch import nn

SHOWN_FRAMES = 3
OF_SCRIPTS = "The following operation failed in the TorchScript interpreter."
"""How torch begins what it says of scripted code; the reason comes last."""

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

    @property
    def _place(self) -> str:
        return self.name.rpartition(":")[0]

    def importable(self) -> AbstractContextManager[None]:
        """While it is loaded, built and run, its file's folder and the working directory are
        searched for modules.
        """
        return importable(Path(self._place).parent if self._place.endswith(".py") else None)

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
        from bottlecalc.modules import residual as modules

        if self.arguments:
            raise TargetError(f"{self.name} is a block and takes no arguments; leave them out")
        block = parse(self.name)
        return lambda: modules.build(block)

    def _called(self, found: Any) -> Any:
        from torch import nn

        if not isinstance(found, nn.Module) and callable(found):
            self._check_arguments(found)
            with naming(f"{self.name} cannot be built"):
                return found(**self.arguments)
        if self.arguments:
            raise TargetError(
                f"{self.name} is an instance and takes no arguments; leave them out,"
                " or name its class"
            )
        return found

    def _check_arguments(self, function: Callable[..., object]) -> None:
        try:
            signature = inspect.signature(function)
        except (TypeError, ValueError):  # of what is not written in Python
            return
        try:
            signature.bind(**self.arguments)
        except TypeError as error:
            raise TargetError(
                f"{self.name} cannot be built: {error}; what it takes is"
                f" ({', '.join(map(str, signature.parameters.values()))}): give --arg KEY=VALUE,"
                " or in a budget args = { KEY = VALUE }"
            ) from None

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
    """What a target names, from where it is importable.

    Raises:
        TargetError: it is of no known form, its module cannot be imported or has no such name.
    """
    place, _, attributes = name.rpartition(":")
    if not place or not all(part.isidentifier() for part in attributes.split(".")):
        near = get_close_matches(place, FAMILIES, n=1, cutoff=0.6)
        hint = f" (did you mean the block {near[0]}?)" if near else ""
        raise TargetError(f"{name!r} is no target; give {FORMS}{hint}")
    found: object = _file(Path(place)) if place.endswith(".py") else _import(place)
    for attribute in attributes.split("."):
        found = _attribute(found, attribute, place)
    return found


def _import(name: str) -> ModuleType:
    with naming(f"{name} cannot be imported"):
        try:
            return import_module(name)
        except ModuleNotFoundError as error:
            if not error.name or not f"{name}.".startswith(f"{error.name}."):
                raise
            raise TargetError(
                f"{name} cannot be imported: {said(error)}; it is neither in the working directory"
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
    folder = str(beside.resolve()) if beside else here
    own = folder != here and not _is_installed(folder)
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
    held = getattr(sys.modules.get(name.partition(".")[0]), "__dict__", {})
    paths = held.get("__path__")
    path = next(iter(paths), None) if isinstance(paths, Iterable) else held.get("__file__")
    return str(Path(path).parent) if isinstance(path, str) else ""


def _is_installed(path: str) -> bool:
    return "site-packages" in path or "dist-packages" in path


@contextmanager
def naming(subject: str, *passing: type[BaseException]) -> Iterator[None]:
    """Whatever the user's code raises inside becomes a ``TargetError`` that says where.

    Ctrl-C passes, and what says so already, and what is named.
    """
    try:
        yield
    except BaseException as error:  # pytest.skip and asyncio.CancelledError are no Exception
        if isinstance(error, (KeyboardInterrupt, TargetError, BlockError, *passing)):
            raise
        raise TargetError(f"{subject}: {said(error)}") from error


def said(error: BaseException) -> str:
    """What an exception says, in one line, and where in the user's code it was raised."""
    lines = str(error).strip().splitlines()
    first = lines[-1] if lines and lines[0] == OF_SCRIPTS else "".join(lines[:1])
    text = f"{type(error).__name__}: {first}" if first else type(error).__name__
    if isinstance(error, SyntaxError) and error.filename:
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
    ours = f"{Path(__file__).parent.parent}{os.sep}"
    stdlib = f"{Path(traceback.__file__).parent}{os.sep}"
    return not (name.startswith(("<", ours, stdlib)) or _is_installed(name))


def _shown(filename: str | None) -> str:
    path = Path(filename or "?")
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _article(noun: str) -> str:
    return f"an {noun}" if noun[:1].lower() in "aeiou" else f"a {noun}"
