"""What operators of torch cost: formulas of those that multiply, and what is to be said of others.

Source: ``torch.utils.flop_counter``, whose public ``flop_registry`` has 2 for every MAC of a
convolution, matrix product or attention; what it lacks is in ``products``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Literal

import torch

from bottlecalc.models import nested_products, products, varlen
from bottlecalc.models.elementwise import ELEMENTWISE, LIBRARIES
from bottlecalc.models.gradients import convolution_backward_flops
from bottlecalc.models.multiplying import FREE, MULTIPLYING
from bottlecalc.models.products import Formula
from bottlecalc.models.quantized_products import QUANTIZED
from bottlecalc.models.registry import is_torchs, registry
from bottlecalc.models.sparse_products import SPARSE, guarded

Kind = Literal["multiplies", "free", "nothing"]
"""What an operator without a formula does: products that are passed over, what has 0 MACs by the
convention, and what contracts nothing."""


def _aten(names: str, formula: Formula) -> dict[str, Formula]:
    return {f"aten::{name}": formula for name in names.split()}


OWN: dict[str, Formula] = {
    **_aten("mv dot vdot", products.vector),
    **_aten("addmv addmv_", products.added_vector),
    **_aten("_trilinear", products.trilinear),
    **_aten("_int_mm _scaled_mm _scaled_mm_v2", products.matrices),
    **_aten("addmm_ _addmm_activation baddbmm_ addbmm addbmm_", products.added_matrices),
    **_aten("_grouped_mm _scaled_grouped_mm _scaled_grouped_mm_v2", products.grouped),
    **_aten("_dyn_quant_matmul_4bit", products.int4_dynamic),
    **_aten("conv_tbc", products.convolution_by_time),
    **_aten(
        "_conv_depthwise2d conv_depthwise3d slow_conv3d_forward slow_conv_dilated2d"
        " slow_conv_dilated3d cudnn_convolution_relu cudnn_convolution_add_relu"
        " miopen_convolution miopen_convolution_relu miopen_convolution_add_relu"
        " miopen_depthwise_convolution mkldnn_convolution _mps_convolution"
        " _nnpack_spatial_convolution",
        products.convolution,
    ),
    **_aten(
        "slow_conv_transpose2d slow_conv_transpose3d cudnn_convolution_transpose"
        " miopen_convolution_transpose _mps_convolution_transpose",
        products.transposed,
    ),
    **_aten("mkldnn_rnn_layer", products.recurrent_layer),
    **_aten("_cudnn_rnn miopen_rnn", products.recurrent_layers),
    **_aten("_native_multi_head_attention", products.multi_head),
    **_aten("_transformer_encoder_layer_fwd", products.encoder_layer),
    "inductor::_mm_plus_mm": products.two_products,
    "torchvision::deform_conv2d": products.deformed,
    "transformers::grouped_mm_fallback": products.grouped,
    **QUANTIZED,
}
"""Formulas of products that torch's own registry lacks, by operator."""

ALIKE = {
    "_scaled_dot_product_flash_attention_for_cpu": "_scaled_dot_product_flash_attention",
    "_scaled_dot_product_flash_attention_for_cpu_backward": (
        "_scaled_dot_product_flash_attention_backward"
    ),
}
"""Operators of aten that cost what others cost that the registry knows."""

TENSORS: dict[str, Formula] = {
    **_aten("mm bmm", products.matrices),
    **_aten("addmm baddbmm", products.added_matrices),
    **_aten("convolution", products.either_convolution),
    **_aten(
        "_scaled_dot_product_flash_attention _scaled_dot_product_efficient_attention"
        " _scaled_dot_product_cudnn_attention",
        products.attention,
    ),
}
"""What torch's own formulas say of the most frequent products, asked of tensors.

Torch's look for shapes in all that an operator is given, which takes longer than a small product.
"""


def formulas() -> dict[Any, Formula]:
    """What torch's own registry knows, what its users registered, and what it lacks."""
    aten, known = torch.ops.aten, {**registry(), **_of_tensors()}
    alike = {
        getattr(aten, one): known[getattr(aten, other)]
        for one, other in ALIKE.items()
        if hasattr(aten, one) and getattr(aten, other) in known
    }
    own = {packet: OWN[name] for name in OWN if (packet := _packet(name)) is not None}
    corrected: dict[Any, Formula] = {aten.convolution_backward: convolution_backward_flops}
    if (packet := _packet(varlen.NAME)) is not None:
        corrected[packet] = varlen.attention
    dense = {**alike, **own, **known, **corrected}
    sparse = {packet: None for name in SPARSE if (packet := _packet(name)) is not None}
    nested = dict.fromkeys(nested_products.NESTED)
    return {
        packet: nested_products.guarded(packet, guarded(qualified(packet), formula))
        for packet, formula in {**nested, **sparse, **dense}.items()
    }


def _of_tensors() -> dict[Any, Formula]:
    """Those of torch's own formulas that nobody put one of theirs in place of."""
    own = registry()
    packets = {_packet(name): formula for name, formula in TENSORS.items()}
    return {packet: formula for packet, formula in packets.items() if is_torchs(own.get(packet))}


def late_formula(packet: Any) -> Formula | None:
    """Of an operator that came with what the forward pass itself imports; None where none did."""
    return formulas().get(packet) if kind(qualified(packet)) == "multiplies" else None


def _packet(name: str) -> Any:
    """An operator by its name; None where this torch, or this process, has none."""
    library, _, operator = name.partition("::")
    return getattr(getattr(torch.ops, library), operator, None)


@cache
def qualified(packet: Any) -> str:
    """An operator's name: ``aten::mm``."""
    return str(packet).replace(".", "::", 1)


@cache
def kind(name: str) -> Kind:
    """Of an operator that has no formula.

    One that nobody has sorted may multiply where it is of a library of somebody's, or takes two
    tensors: a product needs two.
    """
    if name in FREE:
        return "free"
    library = name.partition("::")[0]
    if name in ELEMENTWISE or (library in LIBRARIES and name not in MULTIPLYING):
        return "nothing"
    if library == "aten" and name not in MULTIPLYING and not takes_two(name):
        return "nothing"
    return "multiplies"


def takes_two(name: str) -> bool:
    """Whether some form of an operator takes two tensors, or a list of them."""
    packet = _packet(name)
    if packet is None:
        return True
    schemas = (getattr(packet, overload)._schema for overload in packet.overloads())
    return any(_tensors(schema) > 1 for schema in schemas)


def _tensors(schema: Any) -> int:
    """How many tensors it takes, but for those that it writes to; a list counts as two."""
    given = (str(one.type) for one in schema.arguments if not one.is_out)
    return sum(2 if "[]" in text or "List" in text else 1 for text in given if "Tensor" in text)


def free_name(name: str, *given: Any, **keywords: Any) -> str:
    """What the user calls an operator that has 0 MACs by the convention."""
    called: str | Callable[..., str] = FREE[name]
    return called if isinstance(called, str) else called(*given, **keywords)
