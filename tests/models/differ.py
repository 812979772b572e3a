"""How torch and fvcore differ on a layer, for tests that know both figures."""

from __future__ import annotations

from bottlecalc import Difference
from bottlecalc.layers.count import Figure


def differ(layer: str, torch: int, fvcore: int) -> tuple[Difference[Figure], ...]:
    """The one difference: MACs of a layer, torch's being the first."""
    difference: Difference[Figure] = Difference(
        layer=layer, figure="macs", first="torch", expected=torch, counter="fvcore", found=fvcore
    )
    return (difference,)
