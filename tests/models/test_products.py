"""Products that torch's own counter lacks, against their definitions, multiplied out one by one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise, product
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from bottlecalc import count_model
from bottlecalc.models import products
from bottlecalc.models.grouped import output
from bottlecalc.models.operators import OWN, formulas, qualified
from bottlecalc.models.trace import dispatcher_counts

SIDE = st.integers(1, 7)


class Calling(nn.Module):
    """Does what it is told with what it is given."""

    def __init__(self, call: Callable[..., Any]) -> None:
        super().__init__()
        self.call = call

    def forward(self, *x: Tensor) -> Any:
        return self.call(*x)


def macs(call: Callable[..., Any], *shapes: tuple[int, ...]) -> int:
    """Of what is called, all of it counted."""
    counted = count_model(Calling(call), *shapes, counter="torch")
    assert not counted.counters["torch"].unsupported
    return counted.macs or 0


def meta(*shape: int) -> Tensor:
    return torch.empty(shape, device="meta")


@given(ends=st.lists(SIDE, min_size=1, max_size=4), k=SIDE, n=SIDE)
def test_grouped_products(ends: list[int], k: int, n: int) -> None:
    """Each group's own product, summed; where both are 3-D every pair is a group."""
    groups, total = len(ends), sum(ends)
    starts = [sum(ends[:place]) for place in range(groups + 1)]
    rows = sum((end - start) * k * n for start, end in pairwise(starts))
    assert products.grouped(meta(total, k), meta(groups, k, n)) == 2 * rows
    assert products.grouped(meta(groups, n, k), meta(k, total)) == 2 * rows
    assert products.grouped(meta(k, total), meta(total, n)) == 2 * rows
    pairs = sum(total * k * n for _ in range(groups))
    assert products.grouped(meta(groups, total, k), meta(groups, k, n)) == 2 * pairs


@settings(deadline=None, max_examples=20)
@given(time=st.integers(3, 9), batch=SIDE, taps=st.integers(1, 3), channels=st.tuples(SIDE, SIDE))
def test_a_convolution_by_time_is_one_by_place(
    time: int, batch: int, taps: int, channels: tuple[int, int]
) -> None:
    """``conv_tbc`` is ``conv1d`` of the same, turned; every output has taps · in products."""
    i, o = channels
    x, weight = meta(time, batch, i), meta(taps, i, o)
    found = dispatcher_counts(Calling(lambda x: torch.conv_tbc(x, weight, meta(o))), [x])
    turned = Calling(lambda x: torch.conv1d(x.permute(1, 2, 0), weight.permute(2, 1, 0)))
    by_hand = len([*product(range(time - taps + 1), range(batch), range(taps), range(i * o))])
    assert found.sum("macs") == dispatcher_counts(turned, [x]).sum("macs") == by_hand


CONVOLUTION = torch.ops.aten.convolution
SAME: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "slow_conv_dilated2d": (
        lambda x, w: torch.ops.aten.slow_conv_dilated2d(x, w, [3, 2], dilation=[2, 1]),
        lambda x, w: torch.conv2d(x, w, dilation=(2, 1)),
    ),
    "slow_conv_transpose2d": (
        lambda x, w: torch.ops.aten.slow_conv_transpose2d(
            x, w.transpose(0, 1), [3, 2], None, [2, 3]
        ),
        lambda x, w: torch.conv_transpose2d(x, w.transpose(0, 1), stride=(2, 3)),
    ),
    "mkldnn_convolution": (
        lambda x, w: torch.ops.aten.mkldnn_convolution(x, w, None, [1, 0], [2, 1], [1, 1], 1),
        lambda x, w: torch.conv2d(x, w, stride=(2, 1), padding=(1, 0)),
    ),
    "mkldnn_linear": (
        lambda x, w: torch.ops.aten.mkldnn_linear(x.to_mkldnn(), w[:, :, 0, :].flatten(1)[:, :9]),
        lambda x, w: x @ w[:, :, 0, :].flatten(1)[:, :9].t(),
    ),
    "_addmm_activation": (
        lambda x, w: torch.ops.aten._addmm_activation(x[0, 0, 0], x[0, 0, :, :5], x[0, 1, :5, :]),
        lambda x, w: x[0, 0, :, :5] @ x[0, 1, :5, :],
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_an_operator_of_another_backend_costs_what_torchs_own_does(name: str) -> None:
    """By torch's formula of the same computation; the results are the same too."""
    x, w = torch.randn(2, 5, 9, 9), torch.randn(7, 5, 3, 2)
    one, other = SAME[name]
    with torch.no_grad():
        ours, theirs = one(x, w), other(x, w)
        if name != "_addmm_activation":
            close = torch.allclose(ours.to_dense() if ours.is_mkldnn else ours, theirs, atol=1e-4)
            assert close
        counts = [dispatcher_counts(Calling(call), [x, w]) for call in (one, other)]
    assert counts[0].sum("macs") == counts[1].sum("macs") > 0
    assert not counts[0].unsupported


def test_weights_of_few_bits() -> None:
    """int8: a row of 11 with a 7×11 matrix, 5 times; 4 bits: 32 inputs, 48 outputs."""
    rows, weight, scales = meta(5, 11), meta(7, 11).char(), meta(7)
    int8 = Calling(lambda x: torch._weight_int8pack_mm(x.bfloat16(), weight, scales.bfloat16()))
    assert dispatcher_counts(int8, [rows]).sum("macs") == 5 * 11 * 7
    formula = OWN["aten::_dyn_quant_matmul_4bit"]
    assert formula(meta(5, 32), meta(9), 32, 32, 48) == 2 * 5 * 32 * 48


def test_a_scaled_product() -> None:
    formula = {qualified(packet): formula for packet, formula in formulas().items()}
    for name in ("aten::_scaled_mm", "aten::_scaled_mm_v2"):
        if name in formula:
            assert formula[name](meta(3, 5), meta(5, 7), meta(1), meta(1), out_val=meta(3, 7)) == (
                2 * 3 * 5 * 7
            )


def layer() -> nn.TransformerEncoderLayer:
    return nn.TransformerEncoderLayer(12, 2, 20, batch_first=True).eval()


def encoder_macs(batch: int, length: int) -> int:
    """Vaswani et al. 2017: four projections, two products of attention, two linear layers."""
    return batch * (4 * length * 12 * 12 + 2 * length * length * 12 + 2 * length * 12 * 20)


def fused(model: nn.TransformerEncoderLayer) -> nn.Module:
    """The layer as torch's fast path calls it."""
    attention = model.self_attn
    norms = (model.norm1.weight, model.norm1.bias, model.norm2.weight, model.norm2.bias)
    linears = (model.linear1.weight, model.linear1.bias, model.linear2.weight, model.linear2.bias)
    projection = (attention.out_proj.weight, attention.out_proj.bias)
    inward = (attention.in_proj_weight, attention.in_proj_bias)
    return Calling(
        lambda x: torch._transformer_encoder_layer_fwd(
            x, 12, 2, *inward, *projection, False, False, 1e-5, *norms, *linears
        )
    )


def test_fused_encoders_cost_what_they_are_made_of() -> None:
    model, x = layer(), torch.randn(2, 7, 12)
    with torch.no_grad():
        assert torch.allclose(fused(model)(x), model(x), atol=1e-5)
        found = dispatcher_counts(fused(model), [x])
    apart = count_model(model, (2, 7, 12), counter="torch")
    assert found.sum("macs") == apart.macs == encoder_macs(2, 7)


def test_fused_attention_costs_what_it_is_made_of() -> None:
    model, x = layer().self_attn, torch.randn(2, 7, 12)
    projections = (model.in_proj_weight, model.in_proj_bias)
    outward = (model.out_proj.weight, model.out_proj.bias)
    call = Calling(
        lambda x: torch._native_multi_head_attention(x, x, x, 12, 2, *projections, *outward)
    )
    with torch.no_grad():
        found = dispatcher_counts(call, [x])
    assert found.sum("macs") == 2 * (4 * 7 * 12 * 12 + 2 * 7 * 7 * 12)


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors:UserWarning")
def test_a_fused_encoder_of_nested_tensors_is_named() -> None:
    """Their lengths differ, and no formula knows them."""
    nested = torch.nested.nested_tensor([torch.zeros(3, 12), torch.zeros(5, 12)])
    with torch.no_grad():
        found = dispatcher_counts(fused(layer()), [nested])
    assert found.unsupported == {"aten::_transformer_encoder_layer_fwd": 1}


PRODUCTS: dict[str, tuple[Callable[..., Any], tuple[tuple[int, ...], ...], int]] = {
    "tensordot": (lambda x, y: torch.tensordot(x, y, 2), ((2, 3, 5), (3, 5, 7)), 2 * 15 * 7),
    "multi_dot": (
        lambda x, y, z: torch.linalg.multi_dot([x, y, z]),
        ((2, 30), (30, 3), (3, 5)),
        2 * 30 * 3 + 2 * 3 * 5,
    ),
    "chain": (
        lambda x, y, z: torch.linalg.multi_dot([x, y, z]),
        ((20, 2), (2, 30), (30, 3)),
        2 * 30 * 3 + 20 * 2 * 3,
    ),
    "matrix_power": (lambda x: torch.linalg.matrix_power(x, 3), ((5, 5),), 2 * 5**3),
    "inner": (torch.inner, ((2, 3, 5), (7, 5)), 2 * 3 * 7 * 5),
    "outer": (torch.outer, ((3,), (5,)), 0),
    "addr": (torch.addr, ((3, 5), (3,), (5,)), 0),
    "cross": (torch.linalg.cross, ((4, 3), (4, 3)), 0),
    "kron": (torch.kron, ((2, 3), (5, 7)), 0),
    "sum of another's index": (lambda x, y: torch.einsum("ij,kl->kl", x, y), ((2, 3), (5, 7)), 0),
    "then a product": (
        lambda x, y: torch.einsum("aij,jk->ik", x, y),
        ((4, 2, 3), (3, 5)),
        2 * 3 * 5,
    ),
    "diagonal": (lambda x, y: torch.einsum("ii,ij->j", x, y), ((3, 3), (3, 5)), 3 * 5),
    "ellipsis": (
        lambda x, y: torch.einsum("...ij,...jk->...ik", x, y),
        ((4, 2, 3), (4, 3, 5)),
        4 * 2 * 3 * 5,
    ),
    "batch in one": (lambda x, y: torch.einsum("bij,jk->bik", x, y), ((4, 2, 3), (3, 5)), 120),
    "three": (
        lambda x, y, z: torch.einsum("ij,jk,kl->il", x, y, z),
        ((2, 3), (3, 5), (5, 7)),
        2 * 3 * 5 + 2 * 5 * 7,
    ),
    "weighed": (lambda x, y: torch.einsum("bij,bij->b", x, y), ((4, 2, 3), (4, 2, 3)), 4 * 6),
    "outer by einsum": (lambda x, y: torch.einsum("i,j->ij", x, y), ((3,), (5,)), 0),
    "bilinear": (
        nn.functional.bilinear,
        ((2, 3), (2, 4), (5, 3, 4)),
        2 * 5 * 3 * 4,
    ),
    "baddbmm": (torch.baddbmm, ((4, 2, 5), (4, 2, 3), (4, 3, 5)), 4 * 2 * 3 * 5),
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_what_is_made_of_products(name: str) -> None:
    """The pair that is multiplied first is torch's choice: with three, what runs is counted."""
    call, shapes, expected = PRODUCTS[name]
    assert macs(call, *shapes) == expected


def test_recurrent_layers() -> None:
    """3 steps of 2 samples: every weight of each matrix once a row; biases are no products."""
    x, weights = meta(3, 2, 5), [meta(28, 5), meta(28, 7), meta(28), meta(28)]
    expected = 2 * (3 * 2) * (28 * 5 + 28 * 7)
    assert OWN["aten::_cudnn_rnn"](x, weights, 4, None) == expected
    assert OWN["aten::mkldnn_rnn_layer"](x, *weights, meta(1), meta(1), False) == expected


def test_a_deformed_convolution_is_a_convolution() -> None:
    """Dai et al. 2017: the same weights at the same positions; offsets say where it looks."""
    formula = OWN["torchvision::deform_conv2d"]
    x, weight, out = meta(2, 6, 9, 8), meta(5, 3, 3, 2), meta(2, 5, 7, 7)
    assert formula(x, weight, meta(2, 12, 7, 7), out_val=out) == 2 * 2 * 7 * 7 * 5 * 3 * 3 * 2


def test_a_formula_that_is_tampered_with_is_seen_by_fvcore(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """torch's ``addmm`` with one column too many: two counters disagree on the layer."""
    mm = torch.ops.aten.addmm
    from bottlecalc.models import operators, registry

    assert count_model(nn.Linear(3, 5), (2, 3)).agrees
    tampered = {**registry.registry(), mm: lambda *_, **__: 2 * 2 * 3 * 6}
    monkeypatch.setattr(operators, "registry", lambda: tampered)
    counted = count_model(nn.Linear(3, 5), (2, 3))
    assert (counted.macs, counted.agrees) == (2 * 3 * 6, False)
    assert "torch counts 36 MACs and fvcore 30; torch's stands" in "\n".join(counted.remarks)


grouped_mm = pytest.mark.skipif(
    not hasattr(torch.ops.aten, "_grouped_mm"), reason="this torch has no grouped products"
)


class Mixture(nn.Module):
    """The experts of Mixtral (Jiang et al. 2024), each token through two of them."""

    def __init__(self, experts: int, width: int, hidden: int, dtype: torch.dtype) -> None:
        super().__init__()
        self.router = nn.Linear(width, experts, bias=False, dtype=dtype)
        self.enter = nn.Parameter(torch.zeros(experts, width, 2 * hidden, dtype=dtype))
        self.leave = nn.Parameter(torch.zeros(experts, hidden, width, dtype=dtype))

    def forward(self, x: Tensor) -> Tensor:
        top = self.router(x).topk(2).indices.flatten()
        order, counts = top.argsort(), torch.zeros(len(self.enter), device=x.device)
        ends = counts.scatter_add(0, top, torch.ones_like(top, dtype=counts.dtype)).cumsum(0)
        offs = ends.to(torch.int32)
        gate, up = torch._grouped_mm(x[order // 2], self.enter, offs=offs).chunk(2, -1)
        out: Tensor = torch._grouped_mm(gate.sigmoid() * up, self.leave, offs=offs)
        return out


@grouped_mm
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_mixture_of_experts_on_meta(dtype: str) -> None:
    """Router, and three matrices of an expert for both choices of each of 9 tokens."""
    model = Mixture(4, 16, 24, getattr(torch, dtype))
    counted = count_model(model, f"9x16:{dtype}", counter="torch")
    assert counted.macs == 9 * 16 * 4 + 9 * 2 * 3 * 16 * 24
    assert not any("run on real tensors" in remark for remark in counted.remarks)


@grouped_mm
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_what_comes_out_of_grouped_products(dtype: torch.dtype) -> None:
    """In all four combinations as on the CPU."""
    offs = torch.tensor([8, 24], dtype=torch.int32)
    shapes = (((24, 8), (2, 8, 16)), ((2, 16, 8), (8, 24)), ((16, 24), (24, 32)),
              ((2, 16, 8), (2, 8, 24)))  # fmt: skip
    for one, other in shapes:
        given: Any = None if len(one) == len(other) == 3 else offs
        a, b = torch.zeros(one, dtype=dtype), torch.zeros(other, dtype=dtype)
        real = torch._grouped_mm(a, b, offs=given)
        ours = output(a.to("meta"), b.to("meta"), given)
        assert (ours.shape, ours.dtype) == (real.shape, real.dtype)
    with pytest.raises(RuntimeError, match="contraction dimension of mat_a"):
        output(meta(3, 5), meta(2, 4, 5), offs)


def test_mixtral() -> None:
    """By hand (Jiang et al. 2024): attention with half the keys, router, two of four experts."""
    transformers: Any = pytest.importorskip("transformers")
    layers, tokens, width, hidden, words, experts = 2, 32, 64, 96, 101, 4
    config = transformers.MixtralConfig(
        vocab_size=words, hidden_size=width, intermediate_size=hidden, num_hidden_layers=layers,
        num_attention_heads=4, num_key_value_heads=2, num_local_experts=experts,
        num_experts_per_tok=2,
    )  # fmt: skip
    attention = 2 * width * width + 2 * width * (width // 2) + 2 * tokens * width
    layer = tokens * (attention + width * experts + 2 * 3 * width * hidden)
    for way in ("grouped_mm", "eager"):
        config._experts_implementation = way
        model = transformers.MixtralForCausalLM(config)
        counted = count_model(model, f"1x{tokens}:int64", counter="torch")
        assert counted.macs == layers * layer + tokens * width * words
