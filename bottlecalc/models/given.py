"""What a function of the user's returns to run a model on.

torch is never imported here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bottlecalc.errors import argument
from bottlecalc.models.failure import TargetError, naming
from bottlecalc.models.imports import find
from bottlecalc.models.inputs import Inputs


def inputs_from(name: str) -> Inputs:
    """Call a function, and take what it returns for what forward is given.

    A tuple is by place, a table by name, a tuple of a tuple and a table both; anything else is the
    one input.

    Args:
        name: ``path/to/file.py:function`` or ``package.module:function``, from where it is
            importable.

    Raises:
        TargetError: there is no such function, or it raises.
    """
    if ":" not in name:
        raise TargetError(
            f"{argument('inputs-from')} {name!r} names no function; give path/to/file.py:function"
            " or package.module:function"
        )
    function = find(name)
    if not callable(function):
        raise TargetError(f"{name} is no function; name one that returns what the model is run on")
    with naming(f"{name} returns no inputs"):
        return sorted_out(function())


def sorted_out(returned: Any) -> Inputs:
    """What is by place and what by name, of anything that a function returned."""
    match returned:
        case (tuple(by_place), dict(by_name)) if _is_named(by_name):
            return Inputs(by_place, by_name)
        case dict() if _is_named(returned):
            return Inputs((), returned)
        case Mapping() if _is_named(returned):  # a tokenizer's answer
            return Inputs((), dict(returned))
        case tuple() if not hasattr(returned, "_fields"):
            return Inputs(returned)
    return Inputs((returned,))


def _is_named(table: Mapping[Any, Any]) -> bool:
    return all(isinstance(key, str) for key in table)
