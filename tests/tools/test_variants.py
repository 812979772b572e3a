"""What else a number may be of: each variant is what tools would see were the model built so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bottlecalc import explain
from bottlecalc.layers.calls import Call, Evidence
from bottlecalc.layers.ops import Linear
from bottlecalc.text.shapes import Input
from bottlecalc.tools.predict import prediction
from bottlecalc.tools.subject import read_subject
from bottlecalc.tools.table import FORMER, TOOLS
from bottlecalc.tools.variants import folded, headless
from tests.tools.asking import claim, says

if TYPE_CHECKING:
    from torch import nn

BLOCK = "bottleneck:in=64,out=128"
SHAPE = "2x3x9x9"


def observed(module: nn.Module) -> Evidence:
    inputs = [Input.parse(SHAPE)]
    return read_subject(module.eval(), inputs).observe(inputs)[0]


def predictions(seen: Evidence | None) -> dict[tuple[str, str], int]:
    """What every tool says, but Keras, whose convolutions have biases before batch norm."""
    assert seen is not None
    wanted = (tool for tool in (*TOOLS, *FORMER) if tool.name != "keras")
    return {(tool.name, tool.figure): prediction(tool, seen) for tool in wanted}


@pytest.mark.torch
def test_without_the_last_layer_is_as_if_it_were_not_there() -> None:
    from torch import nn

    body = nn.Sequential(nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5), nn.ReLU())
    pool = (nn.AdaptiveAvgPool2d(1), nn.Flatten())
    whole = nn.Sequential(body, nn.Sequential(*pool, nn.Linear(5, 7)))
    bare = nn.Sequential(body, nn.Sequential(*pool))
    assert predictions(headless(observed(whole))) == predictions(observed(bare))


def test_what_is_all_there_is_is_not_left_out() -> None:
    op = Linear(bias=True)
    only = Call("fc", op, (1, 3), (1, 4), "Linear", "F.linear")
    assert headless(Evidence(calls=(only,), weights=(), macs=12, params=16)) is None


@pytest.mark.torch
def test_fused_is_as_torch_fuses() -> None:
    from torch import nn
    from torch.nn.utils.fusion import fuse_conv_bn_eval

    convs = nn.Conv2d(3, 5, 3), nn.Conv2d(5, 7, 3, bias=False)
    norms = nn.BatchNorm2d(5).eval(), nn.BatchNorm2d(7).eval()
    pairs = list(zip(convs, norms, strict=True))
    whole = nn.Sequential(*(nn.Sequential(conv.eval(), norm, nn.ReLU()) for conv, norm in pairs))
    fused = nn.Sequential(
        *(nn.Sequential(fuse_conv_bn_eval(conv, norm), nn.ReLU()) for conv, norm in pairs)
    )
    fused.requires_grad_(True)  # the biases that torch adds are not trained by themselves
    assert predictions(folded(observed(whole))) == predictions(observed(fused))
    assert folded(observed(fused)) is None


def test_a_block_is_tried_on_usual_maps_and_batches() -> None:
    there = says(BLOCK, "thop", "1x64x28x28")
    (match,) = claim(BLOCK, f"{there:,}", tools=["thop"]).matches
    assert (match.tool, match.input, match.changes) == ("thop", "1×64×28×28", ("another input",))
    several = claim(BLOCK, f"{8 * says(BLOCK, 'thop'):,}", tools=["thop"]).matches
    assert several[0].changes == ("batch of 8",)


def test_of_several_images_no_batch_is_tried_and_none_of_what_divides_by_it() -> None:
    four = f"{4 * explain(BLOCK).macs:,}"
    assert claim(BLOCK, four, tools=["thop"]).matches[0].changes == ("batch of 4",)
    tried = claim(BLOCK, four, "2x64x56x56").matches
    assert not [match for match in tried if any("batch of" in one for one in match.changes)]
    divided = claim(BLOCK, f"{8 * says(BLOCK, 'ptflops-pytorch'):,}", tools=["ptflops-pytorch"])
    assert not [match for match in divided.matches if "batch" in match.why]


@pytest.mark.parametrize("spec", [f"{BLOCK},stride=2", "bottleneck:in=64,out=64,downsample=true"])
def test_version_1_is_tried_where_it_is_another_and_was_not_asked(spec: str) -> None:
    early = claim(spec, f"{explain(f'{spec},v1=true').macs:,}").matches
    assert any("stride on the first 1×1 (ResNet v1)" in match.changes for match in early)
    asked = claim(f"{spec},v1=true", "1M..1G").matches
    assert not [match for match in asked if "stride on the first 1×1 (ResNet v1)" in match.changes]


@pytest.mark.torch
def test_a_model_that_takes_some_other_sizes_is_tried_on_all() -> None:
    from torch import Tensor, nn

    class Halving(nn.Module):
        """Five times, as many networks that join maps of several sizes do."""

        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 2, 1)

        def forward(self, x: Tensor) -> Tensor:
            if x.shape[-1] % 32:
                raise ValueError("maps do not meet")
            y: Tensor = self.conv(x)
            return y

    found = claim(Halving(), f"{6 * 640 * 640:,}", "1x3x64x64", tools=["fvcore"])
    assert "1×3×640×640" in {match.input for match in found.matches}
