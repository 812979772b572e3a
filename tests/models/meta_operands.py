"""What operators are given, right and wrong: strategies for the rules of ``models/meta``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor


class Given(NamedTuple):
    """What one operator is given."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = {}


FLOATS = (torch.float32, torch.float64, torch.float16, torch.bfloat16)
OTHERS = (torch.int64, torch.int32, torch.bool, torch.uint8, torch.complex64)
SIDES = st.integers(1, 5)
shapes = st.lists(SIDES, min_size=0, max_size=5).map(tuple)
dtypes = st.one_of(st.sampled_from(FLOATS), st.sampled_from(FLOATS + OTHERS))
numbers = st.one_of(st.sampled_from((0, 1, 2, 3, -1, True, 0.5, 2.0, -1.5)), st.just(1 + 1j))
axes = st.integers(-4, 4)


@st.composite
def laid(draw: st.DrawFn, shape: Sequence[int], dtype: Any = None) -> Tensor:
    """A tensor of this shape that lies in memory in one way or another."""
    dtype = draw(dtypes) if dtype is None else dtype
    order = draw(st.one_of(st.just(list(range(len(shape)))), st.permutations(range(len(shape)))))
    inner = [shape[axis] for axis in order]
    if inner and draw(st.integers(0, 9)) == 0:  # every second element
        x = torch.empty([*inner[:-1], 2 * inner[-1]], dtype=dtype, device="meta")[..., ::2]
    elif inner and draw(st.integers(0, 9)) == 0:  # one element many times
        x = torch.empty([1, *inner[1:]], dtype=dtype, device="meta").expand(inner)
    else:
        x = torch.empty(inner, dtype=dtype, device="meta")
    return x.permute([order.index(axis) for axis in range(len(shape))]) if inner else x


@st.composite
def beside(draw: st.DrawFn, shape: Sequence[int]) -> tuple[int, ...]:
    """A shape that broadcasts with this one, mostly."""
    sides = list(shape[draw(st.integers(0, len(shape))) :]) if draw(st.booleans()) else [*shape]
    for place in range(len(sides)):
        if draw(st.integers(0, 3)) == 0:
            sides[place] = draw(st.sampled_from((1, 1, 1, 2, 3)))
    return tuple(sides)


def near(*usual: Any) -> st.SearchStrategy[Any]:
    """One of these, each as likely."""
    return st.sampled_from(usual)


@st.composite
def unary(draw: st.DrawFn) -> Given:
    return Given((draw(laid(draw(shapes))),))


@st.composite
def together(draw: st.DrawFn, numbered: bool = False) -> Given:
    """Two tensors, or a tensor and a number."""
    shape = draw(shapes)
    dtype = draw(st.one_of(st.none(), dtypes))
    a, b = (draw(laid(draw(beside(shape)), dtype)) for _ in range(2))
    return Given((a, draw(numbers) if numbered and draw(st.booleans()) else b))


@st.composite
def added(draw: st.DrawFn) -> Given:
    given = draw(together(numbered=True))
    alpha = draw(st.one_of(st.none(), numbers))
    return given if alpha is None else Given(given.args, {"alpha": alpha})


@st.composite
def tensor_and_number(draw: st.DrawFn) -> Given:
    return Given((draw(laid(draw(shapes))), draw(numbers)))


@st.composite
def number_and_tensor(draw: st.DrawFn) -> Given:
    return Given((draw(numbers), draw(laid(draw(shapes)))))


@st.composite
def clamped(draw: st.DrawFn) -> Given:
    bounds = st.one_of(st.none(), numbers)
    return Given((draw(laid(draw(shapes))), draw(bounds), draw(bounds)))


@st.composite
def same(draw: st.DrawFn, number: int) -> Given:
    """Tensors that broadcast, of one dtype mostly."""
    shape, dtype = draw(shapes), draw(st.one_of(st.just(torch.float32), dtypes))
    tensors = [draw(laid(draw(beside(shape)), dtype)) for _ in range(number)]
    return Given(tuple(tensors))


@st.composite
def lerp_number(draw: st.DrawFn) -> Given:
    return Given((*draw(same(2)).args, draw(numbers)))


@st.composite
def masked(draw: st.DrawFn, by_tensor: bool) -> Given:
    shape = draw(shapes)
    x, mask = draw(laid(shape)), draw(laid(draw(beside(shape)), draw(near(torch.bool, None))))
    return Given((x, mask, draw(laid(())) if by_tensor else draw(numbers)))


@st.composite
def where(draw: st.DrawFn) -> Given:
    shape = draw(shapes)
    condition = draw(laid(draw(beside(shape)), draw(near(torch.bool, torch.bool, None))))
    return Given((condition, *(draw(laid(draw(beside(shape)))) for _ in range(2))))


@st.composite
def matrices(draw: st.DrawFn, batch: bool, bias: bool) -> Given:
    rows, inner, columns, number = (draw(SIDES) for _ in range(4))
    dtype = draw(near(torch.float32, torch.float32, None))
    off = draw(near(0, 0, 0, 1))
    front = (number,) if batch else ()
    a = draw(laid((*front, rows, inner), dtype))
    b = draw(laid((*front, inner + off, columns), dtype))
    if draw(st.integers(0, 9)) == 0:
        b = draw(laid(draw(shapes), dtype))
    if not bias:
        return Given((a, b))
    out = (*front, rows, columns)
    options = {"beta": draw(numbers), "alpha": draw(numbers)} if draw(st.booleans()) else {}
    return Given((draw(laid(draw(beside(out)), dtype)), a, b), options)


@st.composite
def vector(draw: st.DrawFn) -> Given:
    rows, inner = draw(SIDES), draw(SIDES)
    dtype = draw(near(torch.float32, torch.float32, None))
    a = draw(laid((rows, inner), dtype))
    return Given((a, draw(laid(draw(near((inner,), (inner,), (inner + 1,), (1, inner))), dtype))))


@st.composite
def convolution(draw: st.DrawFn) -> Given:
    number, groups, transposed = draw(near(1, 2, 3)), draw(near(1, 1, 2, 3)), draw(st.booleans())
    dtype = draw(near(torch.float32, torch.float32, torch.float16, None))
    a, b = (groups * draw(near(1, 2, 3)) for _ in range(2))
    kernel = [draw(near(1, 2, 3)) for _ in range(number)]
    weight = (a, b // groups, *kernel) if transposed else (b, a // groups, *kernel)
    x = (draw(near(1, 2)), a + draw(near(0, 0, 0, 1)), *(draw(near(1, 4, 7)) for _ in kernel))
    bias = draw(st.one_of(st.none(), laid((b + draw(near(0, 0, 0, 1)),), dtype)))
    options = (draw(lists(number, *each)) for each in ((1, 2, 3), (0, 1, 2), (1, 1, 2)))
    more = draw(lists(number, 0, 0, 1)) if transposed else [0] * number
    tensors = draw(laid(x, dtype)), draw(laid(weight, dtype)), bias
    return Given((*tensors, *options, transposed, more, groups))


def lists(number: int, *usual: int) -> st.SearchStrategy[list[int]]:
    return st.lists(near(*usual), min_size=number, max_size=number)


@st.composite
def embedding(draw: st.DrawFn) -> Given:
    table = draw(laid(draw(near((5, 3), (5, 3), (5,), (5, 3, 2))), draw(near(torch.float32, None))))
    return Given((table, draw(laid(draw(shapes), draw(near(torch.int64, torch.int32, None))))))


@st.composite
def optional(draw: st.DrawFn, shape: Sequence[int], dtype: Any) -> Tensor | None:
    """Of this shape, or another, or none."""
    wrong = tuple(side + 1 for side in shape)
    return draw(st.one_of(st.none(), laid(draw(near(shape, shape, shape, wrong)), dtype)))


@st.composite
def batch_norm(draw: st.DrawFn, training: bool, legit: bool = True) -> Given:
    x = draw(laid(draw(shapes.filter(lambda shape: len(shape) > 1)), draw(near(*FLOATS, None))))
    dtype = draw(near(x.dtype, x.dtype, x.dtype, torch.float32))
    four = [draw(optional(x.shape[1:2], dtype)) for _ in range(4)]
    return Given((x, *four, *((draw(st.booleans()),) if training else ()), 0.1, 1e-5))


@st.composite
def layer_norm(draw: st.DrawFn) -> Given:
    x = draw(laid(draw(shapes), draw(near(*FLOATS, None))))
    inner = tuple(x.shape[draw(st.integers(0, x.dim())) :])
    if draw(st.integers(0, 9)) == 0:
        inner = (*inner, 2)
    dtype = draw(near(x.dtype, x.dtype, torch.float32))
    return Given((x, list(inner), *(draw(optional(inner, dtype)) for _ in range(2)), 1e-5))


@st.composite
def group_norm(draw: st.DrawFn) -> Given:
    groups, each = draw(near(1, 2, 3)), draw(near(1, 2))
    shape = (draw(SIDES), groups * each, *draw(st.lists(SIDES, max_size=3)))
    x = draw(laid(shape, draw(near(*FLOATS, None))))
    inner = x.numel() // (shape[0] * shape[1])
    two = [draw(optional(shape[1:2], draw(near(x.dtype, x.dtype, None)))) for _ in range(2)]
    groups += draw(near(0, 0, 0, 1))
    return Given((x, *two, shape[0], shape[1], inner, groups, 1e-5))


@st.composite
def softmax(draw: st.DrawFn) -> Given:
    return Given((draw(laid(draw(shapes))), draw(axes), draw(near(False, False, True))))


@st.composite
def safe_softmax(draw: st.DrawFn) -> Given:
    options = draw(near({}, {}, {"dtype": torch.float32}))
    return Given((draw(laid(draw(shapes))), draw(axes)), options)


@st.composite
def reduction(draw: st.DrawFn, *options: Mapping[str, Any]) -> Given:
    x = draw(laid(draw(shapes), draw(near(torch.float32, None))))
    given = draw(st.one_of(st.lists(axes, max_size=3), st.just([-1]), st.just([2, 3])))
    return Given((x, given, draw(st.booleans())), draw(near({}, *options)))


@st.composite
def whole(draw: st.DrawFn, *options: Mapping[str, Any]) -> Given:
    return Given((draw(laid(draw(shapes))),), draw(near({}, *options)))


@st.composite
def by_axis(draw: st.DrawFn, keep: bool = True, *options: Mapping[str, Any]) -> Given:
    x, axis = draw(laid(draw(shapes))), draw(axes)
    return Given((x, axis, *((draw(st.booleans()),) if keep else ())), draw(near({}, *options)))


@st.composite
def deviation(draw: st.DrawFn) -> Given:
    x, given, keep = draw(reduction()).args
    options = {"keepdim": keep, **draw(near({}, {"correction": 0}))}
    return Given((x, given or None), options)


@st.composite
def vector_norm(draw: st.DrawFn) -> Given:
    x, given, keep = draw(reduction()).args
    return Given((x, draw(near(2, 1, 2.0, 0)), given or None, keep))


@st.composite
def windows(draw: st.DrawFn, number: int, maximum: bool) -> Given:
    x = draw(images(number))
    options = [draw(sides(number, *each)) for each in ((1, 2, 3), (1, 2, 3), (0, 0, 1))]
    options[1] = draw(near(options[1], []))
    dilation = [draw(sides(number, 1, 1, 2))] if maximum else []
    return Given((x, *options, *dilation, draw(st.booleans())))


def sides(number: int, *usual: int) -> st.SearchStrategy[list[int]]:
    """One for every axis, or one for all."""
    return st.one_of(lists(number, *usual), lists(1, *usual))


@st.composite
def images(draw: st.DrawFn, number: int) -> Tensor:
    front = draw(st.lists(SIDES, min_size=1, max_size=2))
    shape = (*front, *draw(lists(number, 1, 4, 7, 8)))
    return draw(laid(shape, draw(near(torch.float32, torch.float32, None))))


@st.composite
def adapted(draw: st.DrawFn, number: int) -> Given:
    return Given((draw(images(number)), draw(lists(number, 1, 2, 3, 5))))


@st.composite
def interpolated(draw: st.DrawFn, number: int, corners: bool) -> Given:
    x, given = draw(adapted(number)).args
    return Given((x, given, *((draw(st.booleans()),) if corners else ())))


@st.composite
def several(draw: st.DrawFn, joined: bool) -> Given:
    shape, axis = [*draw(shapes)], draw(axes)
    dtype = draw(near(torch.float32, torch.float32, None))
    found = []
    for _ in range(draw(st.integers(1, 3))):
        own = [*shape]
        if joined and own and -len(own) <= axis < len(own):
            own[axis] = draw(SIDES)
        if draw(st.integers(0, 9)) == 0:
            own = [*draw(shapes)]
        found.append(draw(laid(own, dtype)))
    return Given((found, axis))


@st.composite
def triangle(draw: st.DrawFn) -> Given:
    return Given((draw(laid(draw(shapes))), draw(near(0, 1, -1))))


@st.composite
def repeated(draw: st.DrawFn) -> Given:
    return Given((draw(laid(draw(shapes))), draw(st.lists(near(1, 2, 3, 0), max_size=5))))


@st.composite
def rolled(draw: st.DrawFn) -> Given:
    given = draw(st.lists(axes, max_size=3))
    shifts = [1] * (len(given) + draw(near(0, 0, 0, 1)))
    return Given((draw(laid(draw(shapes))), shifts, given))


@st.composite
def flipped(draw: st.DrawFn) -> Given:
    return Given((draw(laid(draw(shapes))), draw(st.lists(axes, max_size=3))))


@st.composite
def gathered(draw: st.DrawFn) -> Given:
    x = draw(laid(draw(shapes)))
    shape = [max(1, side + draw(near(0, 0, -1, 1))) for side in x.shape]
    index = draw(laid(shape, draw(near(torch.int64, torch.int64, torch.int32, None))))
    return Given((x, draw(axes), index))


@st.composite
def picked(draw: st.DrawFn) -> Given:
    x, shape = draw(laid(draw(shapes))), draw(shapes)
    index = laid(draw(beside(shape)), draw(near(torch.int64, torch.int64, torch.int32)))
    return Given((x, draw(st.lists(st.one_of(index, index, st.none()), min_size=1, max_size=3))))


@st.composite
def shuffled(draw: st.DrawFn) -> Given:
    factor = draw(near(1, 2, 3))
    front = draw(st.lists(SIDES, max_size=2))
    channels = draw(SIDES) * factor**2 + draw(near(0, 0, 0, 1))
    return Given((draw(laid((*front, channels, draw(SIDES), draw(SIDES)))), factor))


PLACES: st.SearchStrategy[Mapping[str, Any]] = st.sampled_from(
    ({"device": "meta"}, {"device": torch.device("meta")})
)


@st.composite
def options(draw: st.DrawFn) -> dict[str, Any]:
    more: dict[str, Any] = draw(
        near({}, {"dtype": torch.float16}, {"dtype": torch.int64}, {"pin_memory": False})
    )
    return {**draw(PLACES), **more}


@st.composite
def like(draw: st.DrawFn, filled: bool = False) -> Given:
    x = draw(laid(draw(shapes)))
    formats = torch.preserve_format, torch.contiguous_format, torch.channels_last
    more = draw(near({}, {}, *({"memory_format": each} for each in formats)))
    dtype = draw(near({}, {"dtype": torch.float64}, {"device": "meta"}))
    return Given((x, *((1.5,) if filled else ())), {**more, **dtype})


@st.composite
def made(draw: st.DrawFn, *arguments: st.SearchStrategy[Any]) -> Given:
    return Given(tuple(draw(one) for one in arguments), draw(options()))


ENDS = near(0, 3, 7, 2.5, 7.0, -2, 1)
STEPS = near(1, 2, 0.5, 0.3, -1, 0)


@st.composite
def with_numbers(draw: st.DrawFn) -> Given:
    return Given((draw(laid(draw(shapes))), draw(near(0, 0.5, 1)), draw(near(0.5, 1, -1))))


@st.composite
def dropped(draw: st.DrawFn) -> Given:
    return Given((draw(laid(draw(shapes))), draw(near(0.3, 0.0, 1.0, 2.0)), draw(st.booleans())))
