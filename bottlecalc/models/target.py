"""A user's model by its name: found, and built by its arguments.

torch is loaded by the user's code, or when a model is built; importing this costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bottlecalc.models.failure import TargetError
from bottlecalc.models.imports import find, importable
from bottlecalc.models.objects import called, construct
from bottlecalc.models.offline import refusing
from bottlecalc.text.arguments import BY_PLACE
from bottlecalc.text.calls import quoted

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Target:
    """A model by its name.

    Attributes:
        name: ``package.module:name`` or ``path/to/file.py:name``.
        arguments: for the class or function, objects among them; ``*`` is a list of those by place.
        mend: how other arguments are given, for errors; empty where it is by option or in a budget.
    """

    name: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    mend: str = ""

    @property
    def _place(self) -> str:
        return self.name.rpartition(":")[0]

    @contextmanager
    def importable(self) -> Iterator[None]:
        """While it is loaded, built and run, its file's folder and the working directory are
        searched for modules, and nothing is downloaded.

        Raises:
            TargetError: it fails, and had tried to download.
        """
        beside = Path(self._place).parent if self._place.endswith(".py") else None
        with importable(beside), refusing(self.name, lambda: find(self.name), self.arguments):
            yield

    def load(self) -> Callable[[], nn.Module]:
        """Find it; what is returned builds it, anew by each call unless it is an instance.

        Raises:
            TargetError: there is no such model; and by the call, the user's code raises, or does
                not return a model.
        """
        builder = find(self.name)
        return lambda: self._module(self._built(builder))

    def _built(self, builder: Any) -> Any:
        from torch import nn

        if not isinstance(builder, nn.Module) and callable(builder):
            by_place, by_name = self._made()
            return called(self.name, builder, by_place, by_name, self.mend)
        if self.arguments:
            raise TargetError(
                f"{self.name} is an instance and takes no arguments; leave them out,"
                " or name its class"
            )
        return builder

    def _made(self) -> tuple[list[Any], dict[str, Any]]:
        """What it is called with, objects made anew."""
        made = {key: construct(value) for key, value in self.arguments.items()}
        by_place = made.pop(BY_PLACE, [])
        if not isinstance(by_place, list):
            raise TargetError(
                f"{BY_PLACE} = {quoted(by_place)} is no list of what {self.name} is given by place;"
                " give --arg '*=[1, 2]'"
            )
        return by_place, made

    def _module(self, built: Any) -> nn.Module:
        from torch import nn

        if isinstance(built, nn.Module):
            return built
        raise TargetError(
            f"{self.name} is {_article(type(built).__name__)}, not a model; name an nn.Module,"
            " or a class or function that returns one"
        )


def _article(noun: str) -> str:
    return f"an {noun}" if noun[:1].lower() in "aeiou" else f"a {noun}"
