"""Random expressions, each as a tree that can be worked out with anything in the place of names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from bottlecalc.layers.expression import OPERATORS, largest, smallest

NAMES = ("a", "b", "c")
CHOICES = {"largest": largest, "smallest": smallest}
ARITHMETIC = ("+", "-", "*", "//", "%", *CHOICES)
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")

Tree = Any
"""A name, a whole number, or a sign and two trees."""


def numbers(constants: st.SearchStrategy[int], most: int = 12) -> st.SearchStrategy[Tree]:
    """Trees that are whole numbers."""
    leaves = st.one_of(st.sampled_from(NAMES), constants)
    return st.recursive(
        leaves, lambda parts: st.tuples(st.sampled_from(ARITHMETIC), parts, parts), max_leaves=most
    )


def conditions(constants: st.SearchStrategy[int], most: int = 6) -> st.SearchStrategy[Tree]:
    """Trees that hold or do not."""
    sides = numbers(constants, most)
    comparisons = st.tuples(st.sampled_from(COMPARISONS), sides, sides)
    return st.recursive(
        comparisons, lambda parts: st.tuples(st.sampled_from("&|"), parts, parts), max_leaves=3
    )


def worked_out(tree: Tree, values: Mapping[str, Any]) -> Any:
    """A tree with these values in the place of names, as a formula would work it out."""
    if isinstance(tree, str):
        return values[tree]
    if isinstance(tree, int):
        return tree
    sign, *operands = tree
    a, b = (worked_out(operand, values) for operand in operands)
    return {**OPERATORS, **CHOICES}[sign](a, b)
