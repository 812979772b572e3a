"""Who cannot be asked: what is too large for whom, and what is not installed."""

from __future__ import annotations

from importlib.util import find_spec

from bottlecalc.layers.count import Counter

FLOAT_BYTES = 4
MOST = 2**63 - 1
"""What 64 bits hold."""

FVCORE_MOST_MACS = 10**11
"""fvcore does the arithmetic, and this much of it takes seconds [MACs]."""

FVCORE_MOST_SECONDS = 120.0
"""It is given no more of what it was asked of beside torch [s]."""

INSISTING = "compare --insist, or measure='insist' in Python,"
"""What has fvcore run at any size."""

LIBRARIES = ("torch", "fvcore", "psutil")
"""What counting a module takes."""


def absent() -> dict[Counter, str]:
    """Counters that are not installed, each with the reason, and the first with the remedy."""
    missing = [library for library in LIBRARIES if find_spec(library) is None]
    remedy = f"is not installed; install it with: python -m pip install {' '.join(missing)}"
    if "torch" in missing:
        return {"torch": f"torch {remedy}", "fvcore": "torch, which it needs, is not installed"}
    return {"fvcore": f"fvcore {remedy}"} if "fvcore" in missing else {}


def decline(
    macs: int,
    activations: int,
    params: int,
    insisting: str = INSISTING,
    largest: int = 0,
) -> dict[Counter, str]:
    """Which counters not to ask about something of this size, each with the reason.

    fvcore does the arithmetic, within ``FVCORE_MOST_MACS`` and free memory only; the memory it
    takes is about twice that of all activations (1.0 to 2.1 times were seen). torch counts sizes
    in 64 bits.

    Args:
        macs: of one forward pass [MACs].
        activations: elements of the input and of all outputs of convolutions [elements].
        params: all parameters [parameters].
        insisting: the option that has fvcore run all the same.
        largest: number that torch would be given.
    """
    import psutil

    needed = FLOAT_BYTES * (2 * activations + params)
    free = psutil.virtual_memory().available
    if max(needed, largest) > MOST:
        reason = (
            f"{needed:,} bytes are more than torch can address"
            if needed > MOST
            else f"{largest:,} is more than the 64 bits of torch's numbers hold"
        )
        return {"torch": reason, "fvcore": reason}
    if macs > FVCORE_MOST_MACS:
        reason = f"{macs:,} MACs are more than the {FVCORE_MOST_MACS:,} that it is run for"
        return {"fvcore": f"{reason} ({insisting} does it all the same)"}
    if needed > free:
        reason = f"it would take about {needed:,} bytes of memory, and {free:,} are free"
        return {"fvcore": f"{reason} ({insisting} does it all the same)"}
    return {}
