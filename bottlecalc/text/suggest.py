"""What was meant, perhaps, by a name that there is not."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str], cutoff: float = 0.6, form: str = "{}") -> str:
    """The nearest of the known names, as an aside, or nothing where none is near.

    >>> did_you_mean("botleneck", ["plain", "bottleneck"])
    ' (did you mean bottleneck?)'
    """
    from difflib import get_close_matches  # some milliseconds that what is right need not pay

    near = get_close_matches(name, list(known), n=1, cutoff=cutoff)
    return f" (did you mean {form.format(near[0])}?)" if near else ""
