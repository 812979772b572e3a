"""What designs are told apart by: the names of the numbers that each of them has."""

from __future__ import annotations

INPUT = ("batch", "height", "width")
"""Of the input; of this, and of the channels, every design is an expression."""

FIGURES = (
    *("params_main", "params_convs", "params_block"),
    *("macs_main", "macs_block", "flops_main", "flops_block", "activations"),
)
"""What a design costs, by scope."""

RATIOS = ("ratio_params_block", "ratio_macs_block")
NUMBERS = (*INPUT, *FIGURES, *RATIOS)

SHORT = {"params": "params_block", "macs": "macs_block", "flops": "flops_block"}
"""Figures without a scope are the whole block's."""
