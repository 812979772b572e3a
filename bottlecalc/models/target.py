"""A user's model by its name: found, and built by its arguments.

torch is loaded by the user's code, or when a model is built; importing this costs nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bottlecalc.models.failure import TargetError, naming
from bottlecalc.models.imports import find, importable

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Target:
    """A model by its name.

    Attributes:
        name: ``package.module:name`` or ``path/to/file.py:name``.
        arguments: for the class or function.
        mend: how other arguments are given, for errors.
    """

    name: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    mend: str = "give --arg KEY=VALUE, or in a budget args = { KEY = VALUE }"

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
        """
        builder = find(self.name)
        return lambda: self._module(self._built(builder))

    def _built(self, builder: Any) -> Any:
        from torch import nn

        if not isinstance(builder, nn.Module) and callable(builder):
            self._check_arguments(builder)
            with naming(f"{self.name} cannot be built"):
                return builder(**self.arguments)
        if self.arguments:
            raise TargetError(
                f"{self.name} is an instance and takes no arguments; leave them out,"
                " or name its class"
            )
        return builder

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
                f" ({', '.join(map(str, signature.parameters.values()))}): {self.mend}"
            ) from None

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
