"""Tensors of the values that an input says.

torch is imported when it is asked, so that importing this costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bottlecalc.text.shapes import Input

if TYPE_CHECKING:
    import torch
    from torch import Tensor


def filled(one: Input, device: torch.device | str, draw: torch.Generator) -> Tensor:
    """A tensor of these values; on meta it has none.

    Where none are said, floats are drawn from a standard normal distribution, for zeros send every
    token to the first expert; whole numbers, which may be indices or lengths, are zeros.

    Args:
        one: shape, dtype and values.
        device: where it is made.
        draw: gives random numbers; on the CPU, so that they are the same on every device.
    """
    import torch

    dtype = getattr(torch, one.dtype)
    if torch.device(device).type == "meta":
        return torch.zeros(one.dimensions, dtype=dtype, device=device)
    return _values(one, draw).to(device=device, dtype=dtype)


def _values(one: Input, draw: torch.Generator) -> Tensor:
    import torch

    dtype = getattr(torch, one.dtype)
    usual = "randn" if dtype.is_floating_point or dtype.is_complex else "zeros"
    sides, numbers = one.dimensions, one.fill.numbers if one.fill else ()
    with torch.device("cpu"):
        match one.fill.name if one.fill else usual:
            case "arange":
                return torch.arange(one.elements).reshape(sides)
            case "randint":
                low, high = map(int, numbers)
                return torch.randint(low, high, sides, generator=draw)
            case "rand" | "randn" as name:
                dtype = torch.complex64 if one.dtype.startswith("complex") else torch.float32
                make = torch.rand if name == "rand" else torch.randn
                return make(sides, generator=draw, dtype=dtype)
            case name:
                value = numbers[0] if numbers else int(name == "ones")
                dtype = torch.int64 if isinstance(value, int) else torch.float64
                return torch.full(sides, value, dtype=dtype)
