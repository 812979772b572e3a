"""What a machine has: devices that torch can use, and installed packages."""

from __future__ import annotations

from importlib.util import find_spec

DEVICES = ("cuda", "mps", "xpu")


def is_available(name: str) -> bool:
    """Whether there is such a device, for which torch is loaded, or such a package."""
    if name in DEVICES:
        import torch

        part = getattr(torch, name, None)
        return bool(part and part.is_available())
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):  # of a package within one that is not there
        return False
