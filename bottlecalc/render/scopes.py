"""A block's figures by scope, as every JSON has them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bottlecalc.agreement.result import Count


def scopes(count: Count) -> dict[str, Any]:
    """A block's figures by scope."""
    return {
        "params": asdict(count.params),
        "macs": asdict(count.macs),
        "flops": asdict(count.flops),
    }
