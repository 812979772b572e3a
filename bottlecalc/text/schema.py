"""What every JSON document begins with."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from typing import Any

from bottlecalc.version import __version__


def heading(command: str, versions: Mapping[Any, str]) -> dict[str, Any]:
    """The document's schema, and the versions of what was used; null for what was not."""
    return {
        "schema": f"bottlecalc.{command}/1",
        "versions": {
            "bottlecalc": __version__,
            "python": platform.python_version(),
            "torch": versions.get("torch"),
            "fvcore": versions.get("fvcore"),
        },
    }
