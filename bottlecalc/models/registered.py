"""Parameters that a forward pass uses: of modules that it never called, and not registered ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from torch import Tensor, nn

from bottlecalc.models.parameters import is_lazy, parameters

MOST_NAMES = 5
"""So many modules are named in a sentence."""

PLAIN = frozenset((Tensor, int, float, bool, type(None)))
"""Types of most of what operators are given: no parameters, and ``isinstance`` takes longer."""


class Registered:
    """What a model registers, and what else runs.

    Attributes:
        names: of the modules, each module's first; where a model was copied its own as well, for
            what its closures hold is the original.
        used: names of modules whose own parameters operators were given.
    """

    def __init__(self, model: nn.Module, original: nn.Module | None) -> None:
        models = [model, *([] if original is None else [original])]
        self.names = {module: name for one in models for name, module in one.named_modules()}
        self.used: set[str] = set()
        self._model = model
        self._owners: dict[int, str] = {
            id(parameter): name
            for module, name in self.names.items()
            for parameter in module.parameters(recurse=False)
        }
        self._strangers: dict[nn.Module, None] = {}
        self._loose: dict[int, Any] = {}

    def use(self, values: Iterable[object]) -> None:
        """An operator is given these."""
        for value in values:
            kind = type(value)
            if kind in PLAIN:
                continue
            if kind is nn.Parameter or isinstance(value, nn.Parameter):
                self._use(value)
            elif isinstance(value, (list, tuple)):
                self.use(value)

    def _use(self, parameter: Any) -> None:
        if (name := self._owners.get(id(parameter))) is not None:
            self.used.add(name)
        else:
            self._loose[id(parameter)] = parameter

    def meet(self, module: nn.Module) -> None:
        """A module is called that is not registered."""
        self._strangers[module] = None

    def used_apart(self, called: set[str]) -> Iterator[str]:
        """Modules that ran though they were never called, as by ``.forward()`` itself."""
        names = [name for name in dict.fromkeys(self.names.values()) if name in self.used - called]
        if names:
            rest = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
            listed = ", ".join(names[:MOST_NAMES])
            whose = "their MACs are their callers'" if names[1:] else "its MACs are its caller's"
            yield f"used without being called: {listed}{rest} ({whose})"

    @property
    def strangers(self) -> Iterator[str]:
        """What runs and is not registered, where it holds parameters."""
        layers, held = 0, dict[int, int]()
        for module in self._strangers:
            own = self._unknown(module.parameters(recurse=False))
            layers += bool(own)
            held |= own
        if held:
            verb = "layers that run are" if layers > 1 else "layer that runs is"
            yield self._beside(f"{layers} {verb}", held)
        loose = self._unknown(one for key, one in self._loose.items() if key not in held)
        if loose:
            verb = "tensors in use are" if len(loose) > 1 else "tensor in use is"
            yield self._beside(f"{len(loose)} parameter {verb}", loose)

    def _unknown(self, given: Iterable[nn.Parameter]) -> dict[int, int]:
        return {
            id(one): one.numel()
            for one in given
            if id(one) not in self._owners and not is_lazy(one)
        }

    def _beside(self, subject: str, held: dict[int, int]) -> str:
        total = parameters(self._model).total
        return f"{subject} not registered: {sum(held.values()):,} parameters beside the {total:,}"
