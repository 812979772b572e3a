"""The built blocks are usable: shapes, gradients, training, unpooling."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from bottlecalc import BlockError, Bottleneck, Plain, build, count, measure
from bottlecalc.tools import check
from tests.awkward import GRID, Case
from tests.strategies import sampled

MODES = [*{str(case.block): case for case in GRID}.values()]


@pytest.mark.parametrize("case", sampled(MODES, 6), ids=str)
def test_gradients_reach_every_parameter(case: Case) -> None:
    torch.manual_seed(1)
    module = build(case.block).train()
    height, width = case.size
    result = module(torch.randn(3, case.block.in_channels, height + height % 2, width + width % 2))
    output = result[0] if isinstance(result, tuple) else result
    (output * torch.randn_like(output)).sum().backward()
    for name, parameter in module.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name


def test_a_block_learns() -> None:
    torch.manual_seed(1)
    module = build(Bottleneck(5, 12)).train()
    x, target = torch.randn(4, 5, 6, 7), torch.rand(4, 12, 6, 7)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.05)
    losses = []
    for _ in range(30):
        loss = nn.functional.mse_loss(module(x), target)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.75 * losses[0]


@pytest.mark.parametrize("family", [Plain, Bottleneck])
def test_a_decoder_unpools_with_the_indices(family: type[Plain] | type[Bottleneck]) -> None:
    block = family(5, 8, downsample=True)
    x = torch.randn(2, 5, 6, 10)
    output, indices = build(block).eval()(x)
    assert tuple(output.shape) == (2, 8, 3, 5)
    assert tuple(indices.shape) == (2, 5, 3, 5)
    pooled = nn.functional.max_pool2d(x, 2)
    unpooled = nn.MaxUnpool2d(2, 2)(pooled, indices)
    assert unpooled.shape == x.shape
    assert torch.equal(nn.functional.max_pool2d(unpooled, 2), pooled.clamp(min=0))


def test_the_identity_leaves_its_input_alone() -> None:
    module = build(Bottleneck(8, 8)).eval()
    x = torch.randn(1, 8, 5, 4)
    before = x.clone()
    for parameter in module.get_submodule("bn3").parameters():
        nn.init.zeros_(parameter)
    assert torch.equal(module(x), before.clamp(min=0))
    assert torch.equal(x, before)


def test_state_is_named_like_the_layers() -> None:
    layers = count(Bottleneck(3, 8, upsample=True)).layers
    named = {layer.name for layer in layers if layer.params}
    state = build(Bottleneck(3, 8, upsample=True)).state_dict()
    assert {name.rpartition(".")[0] for name in state} == named


SUBJECT = count(Bottleneck(14, 26, groups=3, stride=2, upsample=True), (7, 12), 2)

FAULTS: dict[str, dict[str, nn.Module]] = {
    "bias kept": {"conv1": nn.Conv2d(14, 6, 1)},
    "stride on the 1×1": {
        "conv1": nn.Conv2d(14, 6, 1, stride=2, bias=False),
        "conv2": nn.Conv2d(6, 6, 3, padding=1, groups=3, bias=False),
    },
    "batch norm forgotten": {"bn2": nn.Identity()},
    "no bias at the end": {"upsample": nn.ConvTranspose2d(26, 26, 2, stride=2, bias=False)},
    "norm without scale": {"bn3": nn.BatchNorm2d(26, affine=False)},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_module_is_seen(fault: str) -> None:
    module = build(SUBJECT.block)
    genuine = replace(SUBJECT, others=measure(module, SUBJECT.input).others)
    assert check.agrees([genuine]) is True
    for name, layer in FAULTS[fault].items():
        parent, _, child = name.rpartition(".")
        setattr(module.get_submodule(parent), child, layer)  # torch 2.4 has no set_submodule
    tampered = replace(SUBJECT, others=measure(module, SUBJECT.input).others)
    assert check.agrees([tampered]) is False


@pytest.mark.parametrize("case", MODES, ids=str)
def test_relus_take_no_memory_of_their_own(case: Case) -> None:
    relus = [one for one in build(case.block).modules() if isinstance(one, nn.ReLU)]
    assert relus
    assert all(one.inplace for one in relus)


@pytest.mark.parametrize("size", [(5, 6), (6, 5), (5, 7)])
def test_either_side_that_cannot_be_halved_is_refused(size: tuple[int, int]) -> None:
    text = f"size {size[0]}x{size[1]} is odd, and this block halves it; give an even height"
    with pytest.raises(BlockError, match=text):
        build(Plain(3, 5, downsample=True))(torch.zeros(1, 3, *size))
