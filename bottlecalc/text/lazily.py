"""Tables whose entries are loaded when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import TypeVar

Entry = TypeVar("Entry")


class Table(MutableMapping[str, Entry]):
    """What there is by name, and where: a package's ``module:name``.

    Args:
        package: that the modules are in.
        places: by name, the module and what it is called there.
    """

    def __init__(self, package: str, places: Mapping[str, str]) -> None:
        self._package, self._places = package, dict(places)
        self._loaded: dict[str, Entry] = {}

    def __getitem__(self, name: str) -> Entry:
        if name not in self._loaded:
            module, _, entry = self._places[name].partition(":")
            self._loaded[name] = getattr(import_module(f"{self._package}.{module}"), entry)
        return self._loaded[name]

    def __setitem__(self, name: str, entry: Entry) -> None:
        self._places.setdefault(name, "")
        self._loaded[name] = entry

    def __delitem__(self, name: str) -> None:
        del self._places[name]
        self._loaded.pop(name, None)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
