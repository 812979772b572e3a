"""What a page is opened with: two blocks and an input, as the fragment of its address says them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bottlecalc.blocks.spec import Block, keys
from bottlecalc.errors import argument, key
from bottlecalc.page import PageError
from bottlecalc.page.expressions import KINDS

MOST = 10**6
"""Of channels, and of pixels of a side."""

State = dict[str, str]
"""By key of the fragment, its text; what is not there is as usual, or follows."""


def state(blocks: Sequence[Block], size: tuple[int, int]) -> State:
    """What the page shows of two blocks.

    Raises:
        PageError: they are not two that it can show.
    """
    if len(blocks) != 2:
        raise PageError(
            "a page sets one block against another; give two blocks, not"
            f" {', '.join(map(str, blocks))}"
        )
    for block in blocks:
        _check(block)
    _check_common(*blocks)
    said: State = {"baseline": blocks[0].family, "block": blocks[1].family}
    for block in blocks:
        said |= {name: str(one) for name, one in _values(block).items() if one is not None}
    _refuse_large({**said, "size": str(max(size))})
    return {**said, "size": str(size[0]) if size[0] == size[1] else f"{size[0]}x{size[1]}"}


def _check(block: Block) -> None:
    """Refuse what the page has no control for.

    Raises:
        PageError: the block, or a key of it, is such.
    """
    if block.family not in KINDS:
        raise PageError(
            f"the page shows {', '.join(KINDS)}, and not {block.family}; give two of these"
        )
    for name, field in keys(type(block)).items():
        value = getattr(block, field.name)
        if name not in KINDS[block.family] and value != field.default:
            raise PageError(
                f"{key(name)} = {str(value).lower()} of {block} has no control on the page; leave"
                f" {key(name)} out"
            )


def _check_common(baseline: Block, block: Block) -> None:
    """Refuse a key that has two values, of which the page has but one.

    Raises:
        PageError: there is one.
    """
    first, second = _values(baseline), _values(block)
    for name in first.keys() & second.keys():
        if first[name] != second[name]:
            raise PageError(
                f"{key(name)} is not the same in {baseline} and in {block}, and the page has one"
                f" {key(name)} for both; give both the same"
            )


def _values(block: Block) -> dict[str, Any]:
    """What was said of it, by key; a width that nobody gave is None, and follows on the page."""
    fields = keys(type(block))
    return {name: getattr(block, fields[name].name) for name in KINDS[block.family]}


def _refuse_large(said: State) -> None:
    for name, text in said.items():
        if text.isdecimal() and int(text) > MOST:
            shown = argument(name) if name == "size" else key(name)
            raise PageError(f"{shown} = {text} is more than the page shows; give {MOST:,} at most")
