"""What is known of an operator's output without torch's kernel, and where that is used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from bottlecalc.models.meta import (
    arrangements,
    creation,
    elementwise,
    normalisations,
    pools,
    products,
)
from bottlecalc.models.meta.tensors import UnsureError, is_plain

RULES: Mapping[str, Callable[..., Any]] = {
    f"aten.{operator}": rule
    for subject in (elementwise, products, normalisations, pools, arrangements, creation)
    for operator, rule in subject.RULES.items()
}
"""What operators put out; none of those is here that is made of others that multiply."""


def known_output(func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """What an operator puts out on the meta device; None where torch has to be asked.

    Args:
        func: the operator.
        args: what it is given, by place.
        kwargs: likewise, by name.
    """
    rule = RULES.get(_name(func))
    if rule is None or _is_real(args):
        return None
    if not all(is_plain(one) for one in _tensors((*args, *kwargs.values()))):
        return None
    try:
        return rule(*args, **kwargs)
    except (UnsureError, TypeError):  # another version's operator may take something else
        return None


def _is_real(args: tuple[Any, ...]) -> bool:
    """Whether what it is given first has values, which is seen at once."""
    return bool(args) and isinstance(args[0], Tensor) and not args[0].is_meta


@cache
def _name(func: Any) -> str:
    return str(func)


def _tensors(given: Iterable[Any]) -> Iterable[Tensor]:
    for one in given:
        if isinstance(one, Tensor):
            yield one
        elif isinstance(one, (list, tuple)):
            yield from _tensors(one)


class Known(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """While a model is built on the meta device: what is known is not asked of torch."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """See ``Dispatcher``: wrapped, it would load the compiler."""
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        out = known_output(func, args, kwargs)
        return func(*args, **kwargs) if out is None else out
