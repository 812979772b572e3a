"""A block's figures by scope, as every JSON has them."""

from __future__ import annotations

from typing import Any

from bottlecalc.agreement.result import Count


def scopes(count: Count) -> dict[str, Any]:
    """A block's figures by scope."""
    return {
        "params": count.params._asdict(),
        "macs": count.macs._asdict(),
        "flops": count.flops._asdict(),
    }
