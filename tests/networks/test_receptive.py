"""Receptive fields of networks, against google-research/receptive_field's table of TF-Slim's."""

from __future__ import annotations

from itertools import groupby

import pytest

from bottlecalc.agreement.networks import HEAD, count_network
from bottlecalc.layers.receptive import PLANE, Field, Sides, by_axis, fields
from bottlecalc.networks.spec import Network, Stage
from bottlecalc.networks.table import NETWORKS

VGG_A = (
    *((3, 1), (4, 2), (8, 2), (10, 4), (18, 4), (26, 4), (30, 8)),
    *((46, 8), (62, 8), (70, 16), (102, 16), (134, 16), (150, 32)),
)
"""Field and stride of each convolution and pooling."""

MOBILENET_V1 = (
    *((3, 2), (7, 2), (11, 4), (19, 4), (27, 8), (43, 8), (59, 16), (91, 16)),
    *((123, 16), (155, 16), (187, 16), (219, 16), (251, 32), (315, 32)),
)
"""Of ``Conv2d_0`` and of each ``Conv2d_*_pointwise``."""

SLIM = {
    "resnet_v1_50": ((3, 4, 6, 3), (35, 99, 291, 483)),
    "resnet_v1_200": ((3, 24, 36, 3), (35, 419, 1571, 1763)),
    "resnet_v2_50": ((3, 4, 6, 3), (35, 99, 291, 483)),
    "resnet_v2_101": ((3, 4, 23, 3), (35, 99, 835, 1027)),
    "resnet_v2_152": ((3, 8, 36, 3), (35, 163, 1315, 1507)),
    "resnet_v2_200": ((3, 24, 36, 3), (35, 419, 1571, 1763)),
}
"""Depths, and the field of each of the four stages; their strides are 8, 16, 32 and 32."""


def by_block(network: Network) -> list[tuple[Sides, Sides]]:
    """Field and stride of what each block before the head puts out."""
    found: list[tuple[Sides, Sides]] = []
    axes: tuple[Field, ...] = PLANE
    layers = count_network(network).layers
    for (stage, _), block in groupby(layers, lambda layer: layer.name.split(".")[:2]):
        if stage != HEAD:
            axes = fields(block, axes)
            found.append((by_axis(a.size for a in axes), by_axis(a.stride for a in axes)))
    return found


@pytest.mark.parametrize(("name", "rows"), [("vgg11", VGG_A), ("mobilenet_v1", MOBILENET_V1)])
def test_every_layer_of_the_table(name: str, rows: tuple[tuple[int, int], ...]) -> None:
    assert by_block(NETWORKS[name]) == [*rows]
    count = count_network(NETWORKS[name])
    assert (count.receptive_field, count.effective_stride) == rows[-1]


def slim(name: str) -> Network:
    """TF-Slim's ResNet: the last block of a stage has the stride, and the last stage has none."""
    depths, _ = SLIM[name]
    block = "bottleneck" if "v1" in name else "preact-bottleneck"
    stages = [Stage(name="stem", blocks=("conv:out=64,kernel=7,stride=2", "max-pool"))]
    for place, depth in enumerate(depths):
        out, last = 256 << place, 1 if place == 3 else 2
        before = Stage(name=f"block{place}", blocks=(block,), depth=depth - 1, out=out)
        stages += [before, Stage(name=f"end{place}", blocks=(block,), out=out, stride=last)]
    return Network(name=name, stages=tuple(stages))


@pytest.mark.parametrize("name", SLIM)
def test_every_stage_of_slims_resnets(name: str) -> None:
    depths, sizes = SLIM[name]
    rows, ends = by_block(slim(name)), [1]
    for depth in depths:
        ends.append(ends[-1] + depth)
    assert [rows[end] for end in ends[1:]] == [*zip(sizes, (8, 16, 32, 32), strict=True)]


def test_vgg_16() -> None:
    """212 is in Araujo et al., Distill 2019, table of the fields of networks."""
    count = count_network(NETWORKS["vgg16"])
    assert (count.receptive_field, count.effective_stride) == (212, 32)
