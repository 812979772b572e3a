"""Rules that families share."""

from __future__ import annotations

from bottlecalc.blocks.spec import Rule
from bottlecalc.errors import key


def odd(name: str) -> Rule:
    """A kernel is odd, so that its padding keeps the size."""
    return Rule(
        name,
        lambda block: getattr(block, name) % 2 != 1,
        lambda block: (
            f"{key(name)} = {getattr(block, name)} is even in {block}, and no padding keeps the"
            " size with it; give an odd one"
        ),
        f"{name} is odd",
    )
