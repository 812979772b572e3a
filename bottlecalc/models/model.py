"""What the count of any model is: its inputs, what it holds, what each counter found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import NamedTuple

from bottlecalc.errors import BottlecalcError
from bottlecalc.layers.count import Layers, Witness

NAMED = 5
"""So many modules are named in a remark."""


class InputError(BottlecalcError, ValueError):
    """An input that cannot be; its text says why and what would do."""


DTYPES = (
    *("float32", "float64", "float16", "bfloat16", "complex64"),
    *("int64", "int32", "int16", "int8", "uint8", "bool"),
)


class Input(NamedTuple):
    """One positional input of a model: its dimensions, and the type of its elements.

    >>> str(Input.parse("1x128:int64"))
    '1×128:int64'
    """

    dimensions: tuple[int, ...]
    dtype: str = "float32"

    def __str__(self) -> str:
        shape = "×".join(map(str, self.dimensions)) or "scalar"
        return shape if self.dtype == "float32" else f"{shape}:{self.dtype}"

    @property
    def elements(self) -> int:
        """How many there are [elements]."""
        return prod(self.dimensions)

    @classmethod
    def parse(cls, text: str) -> Input:
        """Read ``1x3x224x224`` or ``1x128:int64``.

        Raises:
            InputError: it is neither, or there is no such dtype.
        """
        sides, colon, dtype = text.replace("×", "x").partition(":")
        if not re.fullmatch("0*[1-9][0-9]*(x0*[1-9][0-9]*)*", sides, re.ASCII):
            raise InputError(
                f"{text!r} is no input; give its dimensions, such as 1x3x224x224 or 1x128:int64,"
                " each at least 1"
            )
        if colon and dtype not in DTYPES:
            raise InputError(
                f"unknown dtype {dtype!r} in {text!r}; the dtypes are {', '.join(DTYPES)}"
            )
        return cls(tuple(map(int, sides.split("x"))), dtype or "float32")


class Parameters(NamedTuple):
    """What a model holds, each parameter and buffer counted once however often it is used.

    Attributes:
        total: all parameters [parameters].
        trainable: those that require gradients [parameters].
        frozen: those that do not [parameters].
        buffers: elements of buffers, such as running statistics; no parameters [elements].
        bytes: of all parameters, each in its own dtype [bytes].
    """

    total: int
    trainable: int
    frozen: int
    buffers: int
    bytes: int


class Module(NamedTuple):
    """One module of a model.

    Attributes:
        name: in the model, ``layer1.0.conv1``; empty for the model itself.
        type: the name of its class.
        params: [parameters].
        macs: [MACs], None where the model was not run.
        activations: output elements of convolutions and matrix products [elements], or None.
        trainable: parameters that require gradients [parameters].
    """

    name: str
    type: str
    params: int
    macs: int | None
    activations: int | None
    trainable: int

    @property
    def depth(self) -> int:
        """How many modules it is inside of."""
        return self.name.count(".") + bool(self.name)


class Counted(NamedTuple):
    """What one counter found in a model, each figure by module and each module's own.

    Attributes:
        macs: [MACs].
        activations: output elements of convolutions and matrix products [elements].
        version: of the library.
        uncalled: modules that the forward pass never called.
        total: what fvcore calls flops; empty for torch.
        unsupported: operators that fvcore does not count, and how often each was met.
    """

    macs: Layers
    activations: Layers
    version: str
    uncalled: tuple[str, ...]
    total: Layers
    unsupported: Mapping[str, int]


@dataclass(frozen=True)
class ModelCount:
    """A model counted.

    Attributes:
        target: what was counted, as the user wrote it.
        inputs: what it was run on; empty where it was not run.
        params: what it holds.
        own: every module with what is its own, its children's left out.
        counters: what each counter found; the first one's figures stand.
        notes: how it was counted where that was not the usual way, a sentence each.
    """

    target: str
    inputs: tuple[Input, ...]
    params: Parameters
    own: tuple[Module, ...]
    counters: Mapping[Witness, Counted] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def macs(self) -> int | None:
        """Multiply-accumulates of one forward pass [MACs]; None where it was not run."""
        return self._total([module.macs for module in self.own])

    @property
    def flops(self) -> int | None:
        """Floating-point operations of one forward pass [FLOPs], 2 × MACs."""
        return None if self.macs is None else 2 * self.macs

    @property
    def activations(self) -> int | None:
        """Output elements of all convolutions and matrix products [elements]."""
        return self._total([module.activations for module in self.own])

    @property
    def versions(self) -> Mapping[Witness, str]:
        """Of the libraries that counted."""
        return {witness: found.version for witness, found in self.counters.items()}

    @property
    def agrees(self) -> bool | None:
        """Whether both counters find the same MACs in every module; None where one was asked."""
        return None if len(self.counters) < 2 else not self.differences

    @property
    def differences(self) -> Mapping[str, tuple[int, int]]:
        """The modules whose own MACs differ: by torch, by fvcore [MACs]."""
        if len(self.counters) < 2:
            return {}
        torch, fvcore = self.counters["torch"].macs, self.counters["fvcore"].macs
        pairs = {name: (torch.get(name, 0), fvcore.get(name, 0)) for name in (*torch, *fvcore)}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}

    @property
    def uncalled(self) -> tuple[str, ...]:
        """Modules with parameters of their own that the forward pass never called."""
        found = next((counted.uncalled for counted in self.counters.values()), ())
        return tuple(module.name for module in self.own if module.params and module.name in found)

    @property
    def passed_over(self) -> tuple[str, ...]:
        """What a counter met and did not count, where nobody else did or the other found more."""
        return tuple(
            f"{witness} does not support {_listed(found.unsupported)}, and counts none of it"
            for witness, found in self.counters.items()
            if found.unsupported
            and (witness == "torch" or len(self.counters) == 1 or self.differences)
        )

    @property
    def remarks(self) -> tuple[str, ...]:
        """All that has to be said beside the figures, a sentence each; begins with the notes."""
        misses = tuple(_misses(self)) if self.differences else ()
        uncalled = (
            f"never called by the forward pass: {_few(self.uncalled)}"
            " (their MACs, if any, are their parents')",
        )
        return (*self.notes, *misses, *self.passed_over, *(uncalled if self.uncalled else ()))

    def tree(self, depth: int | None = None) -> tuple[Module, ...]:
        """Every module down to that depth, with all that it and its children hold."""
        sums: dict[str, Module] = {}
        for module in self.own:
            parts = module.name.split(".") if module.name else []
            sums[module.name] = module
            for end in range(len(parts)):
                above = sums[".".join(parts[:end])]
                sums[above.name] = _plus(above, module)
        return tuple(m for m in sums.values() if depth is None or m.depth <= depth)

    def _total(self, figures: Sequence[int | None]) -> int | None:
        return sum(filter(None, figures)) if self.counters else None


def _misses(count: ModelCount) -> Iterator[str]:
    """What each counter missed where they differ, and which figure stands."""
    by_torch, by_fvcore = (sum(found.macs.values()) for found in count.counters.values())
    why = ", for it sees every operator that runs" if by_torch > by_fvcore else ""
    yield f"torch counts {by_torch:,} MACs and fvcore {by_fvcore:,}; torch's stands{why}"
    less = {name: t - f for name, (t, f) in count.differences.items() if t > f}
    more = {name: f - t for name, (t, f) in count.differences.items() if f > t}
    if less:
        yield f"fvcore missed {sum(less.values()):,} MACs in {_few(list(less))}"
    if less and not count.counters["fvcore"].unsupported:
        yield "fvcore supports every operator that it met: it counts them otherwise"
    if more:
        yield f"torch counts {sum(more.values()):,} MACs fewer in {_few(list(more))}"


def _listed(operators: Mapping[str, int]) -> str:
    return ", ".join(f"{name} ×{times}" for name, times in sorted(operators.items()))


def _few(names: Sequence[str]) -> str:
    shown = ", ".join(name or "(the model itself)" for name in names[:NAMED])
    rest = len(names) - NAMED
    return f"{shown} and {rest} more" if rest > 0 else shown


def _plus(module: Module, inside: Module) -> Module:
    return module._replace(
        params=module.params + inside.params,
        trainable=module.trainable + inside.trainable,
        macs=None if module.macs is None else module.macs + (inside.macs or 0),
        activations=None
        if module.activations is None
        else module.activations + (inside.activations or 0),
    )
