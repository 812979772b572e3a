"""The networks that have names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from bottlecalc.networks.spec import Network, Stage

CLASSIFIER = ("global-pool", "linear")
HEAD = Stage(name="head", blocks=CLASSIFIER)
CIFAR = (Fraction(1), Fraction(1), 10)
POOL = "max-pool:padding=0,ceil=true"
"""SqueezeNet's."""

ACTIVATED = "norm:activation=ReLU"
"""What ends a network whose blocks begin with their activation."""


def _stem(*blocks: str) -> Stage:
    return Stage(name="stem", blocks=blocks)


def _stages(
    blocks: Iterable[str], depths: Sequence[int], widths: Sequence[int], strides: Sequence[int]
) -> list[Stage]:
    return [
        Stage(name=f"stage{place + 1}", blocks=(block,), depth=depth, out=out, stride=stride)
        for place, (block, depth, out, stride) in enumerate(
            zip(blocks, depths, widths, strides, strict=True)
        )
    ]


def _resnet(name: str, block: str, depths: Sequence[int], mid: int = 0) -> Network:
    """He et al., arXiv:1512.03385, table 1, and what follows its stages.

    Wide: Zagoruyko and Komodakis, arXiv:1605.07146; in groups: Xie et al., arXiv:1611.05431, table
    1; with squeeze and excitation: Hu et al., arXiv:1709.01507, table 1.

    Args:
        name: of the network.
        block: of every stage.
        depths: of the stages.
        mid: of the first stage's blocks, twice as much in each further one; 0 for what follows.
    """
    widths = [(64 if block.startswith("basic") else 256) << place for place in range(4)]
    sign = "," if ":" in block else ":"
    blocks = [f"{block}{sign}mid={mid << place}" if mid else block for place in range(4)]
    stem = _stem("conv:out=64,kernel=7,stride=2", "max-pool")
    stages = _stages(blocks, depths, widths, (1, 2, 2, 2))
    return Network(name=name, stages=(stem, *stages, HEAD))


def _preact(name: str, block: str, depths: Sequence[int]) -> Network:
    """He et al., arXiv:1603.05027; as timm's resnetv2."""
    widths = [(64 if block.endswith("basic") else 256) << place for place in range(4)]
    stem = _stem("conv:out=64,kernel=7,stride=2,norm=none,activation=none", "max-pool")
    stages = _stages([block] * 4, depths, widths, (1, 2, 2, 2))
    head = Stage(name="head", blocks=(ACTIVATED, *CLASSIFIER))
    return Network(name=name, stages=(stem, *stages, head))


def _cifar(name: str, depth: int) -> Network:
    """He et al., arXiv:1512.03385, section 4.2, with projections, as pycls' R-110."""
    stages = _stages(["basic"] * 3, [depth] * 3, (16, 32, 64), (1, 2, 2))
    return Network(
        name=name, stages=(_stem("conv:out=16"), *stages, HEAD), size=32, classes=10, usual=CIFAR
    )


def _wide(name: str, depth: int, widen: int) -> Network:
    """Zagoruyko and Komodakis, Wide Residual Networks, arXiv:1605.07146, table 1."""
    widths = [16 * widen, 32 * widen, 64 * widen]
    stem = _stem("conv:out=16,norm=none,activation=none")
    stages = _stages(["preact-basic"] * 3, [depth] * 3, widths, (1, 2, 2))
    head = Stage(name="head", blocks=(ACTIVATED, *CLASSIFIER))
    return Network(name=name, stages=(stem, *stages, head), size=32, classes=10, usual=CIFAR)


def _vgg(name: str, depths: Sequence[int], norm: str) -> Network:
    """Simonyan and Zisserman, arXiv:1409.1556, table 1."""
    conv = f"conv:bias=true,norm={norm}"
    stages = (
        Stage(
            name=f"stage{place + 1}",
            blocks=(*[conv] * depth, "max-pool:kernel=2"),
            out=min(64 << place, 512),
        )
        for place, depth in enumerate(depths)
    )
    hidden = "linear:out=4096,activation=ReLU"
    head = Stage(name="head", blocks=("global-pool:size=7", hidden, hidden, "linear"))
    return Network(name=name, stages=(*stages, head))


def _densenet(name: str, depths: Sequence[int], growth: int, first: int) -> Network:
    """Huang et al., arXiv:1608.06993, table 1: between stages the channels are halved."""
    stages = [_stem(f"conv:out={first},kernel=7,stride=2", "max-pool")]
    halving = (ACTIVATED, "conv:reduce=2,kernel=1,norm=none,activation=none", "average-pool")
    for place, depth in enumerate(depths):
        if place:
            stages.append(Stage(name=f"transition{place}", blocks=halving))
        dense = (f"dense:growth={growth}",)
        stages.append(Stage(name=f"stage{place + 1}", blocks=dense, depth=depth))
    head = Stage(name="head", blocks=(ACTIVATED, *CLASSIFIER))
    return Network(name=name, stages=(*stages, head))


def _mobilenet_v1() -> Network:
    """Howard et al., arXiv:1704.04861, table 1."""
    depths, widths, strides = (1, 2, 2, 6, 2), (64, 128, 256, 512, 1024), (1, 2, 2, 2, 2)
    stages = _stages(["separable"] * 5, depths, widths, strides)
    return Network(name="mobilenet_v1", stages=(_stem("conv:out=32,stride=2"), *stages, HEAD))


def _mobilenet_v2() -> Network:
    """Sandler et al., arXiv:1801.04381, table 2."""
    blocks = ["inverted:expand=1", *["inverted"] * 6]
    widths, strides = (16, 24, 32, 64, 96, 160, 320), (1, 2, 2, 2, 1, 2, 1)
    stages = _stages(blocks, (1, 2, 3, 4, 3, 3, 1), widths, strides)
    last = "conv:out=1280,kernel=1,narrow=false,activation=ReLU6"
    return Network(
        name="mobilenet_v2",
        stages=(
            _stem("conv:out=32,stride=2,activation=ReLU6"), *stages,
            Stage(name="head", blocks=(last, *CLASSIFIER)),
        ),
        divisor=8,
    )  # fmt: skip


def _efficientnet(name: str, width: str, depth: str) -> Network:
    """Tan and Le, arXiv:1905.11946, table 1; its coefficients are those of the authors' code."""
    kernels, expands = (3, 3, 5, 3, 5, 5, 3), (1, 6, 6, 6, 6, 6, 6)
    blocks = [f"mbconv:kernel={k},expand={e}" for k, e in zip(kernels, expands, strict=True)]
    widths, strides = (16, 24, 40, 80, 112, 192, 320), (1, 2, 2, 2, 1, 2, 1)
    stages = _stages(blocks, (1, 2, 2, 3, 3, 4, 1), widths, strides)
    last = "conv:out=1280,kernel=1,activation=SiLU"
    return Network(
        name=name,
        stages=(
            _stem("conv:out=32,stride=2,activation=SiLU"), *stages,
            Stage(name="head", blocks=(last, *CLASSIFIER)),
        ),
        width=Fraction(width), depth=Fraction(depth), divisor=8,
        usual=(Fraction(width), Fraction(depth), 1000),
    )  # fmt: skip


def _efficientnet_v2(name: str, depths: Sequence[int], widths: Sequence[int]) -> Network:
    """Tan and Le, arXiv:2104.00298, table 4; M and L as torchvision has them."""
    fused, inverted = "fused-mbconv:expand={}", "mbconv:expand={}"
    blocks = [fused.format(e) for e in (1, 4, 4)] + [inverted.format(e) for e in (4, 6, 6, 6)]
    count = len(depths)
    stages = _stages(blocks[:count], depths, widths, (1, 2, 2, 2, 1, 2, 1)[:count])
    last = "conv:out=1280,kernel=1,activation=SiLU"
    return Network(
        name=name,
        stages=(
            _stem(f"conv:out={widths[0]},stride=2,activation=SiLU"), *stages,
            Stage(name="head", blocks=(last, *CLASSIFIER)),
        ),
        divisor=8,
    )  # fmt: skip


def _squeezenet(name: str, stem: str, groups: Sequence[Sequence[int]]) -> Network:
    """Iandola et al., arXiv:1602.07360, table 1; version 1.1 is the authors' repository's.

    Args:
        name: of the network.
        stem: its first convolution.
        groups: what the fires squeeze to, pooling between groups.
    """
    stages = [_stem(stem, POOL)]
    for place, squeezes in enumerate(groups):
        fires = [f"fire:squeeze={squeeze},out={8 * squeeze}" for squeeze in squeezes]
        pool = [POOL] if place < len(groups) - 1 else []
        stages.append(Stage(name=f"stage{place + 1}", blocks=(*fires, *pool)))
    head = ("conv:kernel=1,bias=true,norm=none", "global-pool")
    return Network(name=name, stages=(*stages, Stage(name="head", blocks=head)))


def _shufflenet(name: str, widths: Sequence[int], last: int) -> Network:
    """Ma et al., arXiv:1807.11164, table 5."""
    stem = _stem("conv:out=24,stride=2", "max-pool")
    stages = _stages(["shuffle"] * 3, (4, 8, 4), widths, (2, 2, 2))
    head = Stage(name="head", blocks=(f"conv:out={last},kernel=1", *CLASSIFIER))
    return Network(name=name, stages=(stem, *stages, head), divisor=2)  # both branches have half


def _convnext(name: str, depths: Sequence[int], first: int) -> Network:
    """Liu et al., arXiv:2201.03545, section 2 and appendix A.1."""
    bare = "bias=true,padding=0,activation=none"
    stages = [_stem(f"conv:out={first},kernel=4,stride=4,norm=layer,{bare}")]
    for place, depth in enumerate(depths):
        if place:
            halving = ("norm:norm=layer", f"conv:kernel=2,stride=2,norm=none,{bare}")
            between = f"downsampling{place}"
            stages.append(Stage(name=between, blocks=halving, out=first << place))
        stages.append(Stage(name=f"stage{place + 1}", blocks=("convnext",), depth=depth))
    head = Stage(name="head", blocks=("global-pool", "norm:norm=layer", "linear"))
    return Network(name=name, stages=(*stages, head))


def _repvgg(name: str, depths: Sequence[int], widths: Sequence[int]) -> Network:
    """Ding et al., arXiv:2101.03697, tables 2 and 3; in training form."""
    first = min(64, widths[0])
    stages = _stages(["repvgg"] * 5, (1, *depths), (first, *widths), (2, 2, 2, 2, 2))
    return Network(name=name, stages=(*stages, HEAD))


def _regnet(name: str, depths: Sequence[int], widths: Sequence[int], group: int) -> Network:
    """Radosavovic et al., arXiv:2003.13678, tables of X and Y models.

    Widths are those of equations 2 to 4, then rounded half up to multiples of the group's width,
    as torchvision does.
    """
    squeezes = ",se=true" if name.startswith("y") else ""
    blocks = [f"regnet:width={min(group, width)}{squeezes}" for width in widths]
    stages = _stages(blocks, depths, widths, (2, 2, 2, 2))
    stem = _stem("conv:out=32,stride=2")
    return Network(name=f"regnet_{name}", stages=(stem, *stages, HEAD))


REGNETS = {
    "x_400mf": ((1, 2, 7, 12), (32, 64, 160, 400), 16),
    "x_800mf": ((1, 3, 7, 5), (64, 128, 288, 672), 16),
    "x_1_6gf": ((2, 4, 10, 2), (72, 168, 408, 912), 24),
    "x_3_2gf": ((2, 6, 15, 2), (96, 192, 432, 1008), 48),
    "x_8gf": ((2, 5, 15, 1), (80, 240, 720, 1920), 120),
    "x_16gf": ((2, 6, 13, 1), (256, 512, 896, 2048), 128),
    "x_32gf": ((2, 7, 13, 1), (336, 672, 1344, 2520), 168),
    "y_400mf": ((1, 3, 6, 6), (48, 104, 208, 440), 8),
    "y_800mf": ((1, 3, 8, 2), (64, 144, 320, 784), 16),
    "y_1_6gf": ((2, 6, 17, 2), (48, 120, 336, 888), 24),
    "y_3_2gf": ((2, 5, 13, 1), (72, 216, 576, 1512), 24),
    "y_8gf": ((2, 4, 10, 1), (224, 448, 896, 2016), 56),
    "y_16gf": ((2, 4, 11, 1), (224, 448, 1232, 3024), 112),
    "y_32gf": ((2, 5, 12, 1), (232, 696, 1392, 3712), 232),
    "y_128gf": ((2, 7, 17, 1), (528, 1056, 2904, 7392), 264),
}


def _enet() -> Network:
    """Paszke et al., arXiv:1606.02147, table 1."""
    mixed = (
        *("enet", "enet:dilation=2", "enet-asymmetric", "enet:dilation=4"),
        *("enet", "enet:dilation=8", "enet-asymmetric", "enet:dilation=16"),
    )
    decoder = "enet:relu=true"
    blocks = {
        "initial": ("enet-initial",),
        "stage1": ("enet-down:out=64", *["enet"] * 4),
        "stage2": ("enet-down:out=128", *mixed),
        "stage3": mixed,
        "stage4": ("enet-up:out=64", decoder, decoder),
        "stage5": ("enet-up:out=16", decoder),
        "head": ("conv-transpose",),
    }
    stages = tuple(Stage(name=name, blocks=texts) for name, texts in blocks.items())
    return Network(name="enet", stages=stages, classes=19, usual=(Fraction(1), Fraction(1), 19))


RESNETS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3),
           152: (3, 8, 36, 3)}  # fmt: skip
VGGS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
DENSENETS = {121: (6, 12, 24, 16), 169: (6, 12, 32, 32), 201: (6, 12, 48, 32)}
EFFICIENTNETS = {
    "b0": ("1.0", "1.0"), "b1": ("1.0", "1.1"), "b2": ("1.1", "1.2"), "b3": ("1.2", "1.4"),
    "b4": ("1.4", "1.8"), "b5": ("1.6", "2.2"), "b6": ("1.8", "2.6"), "b7": ("2.0", "3.1"),
}  # fmt: skip
EFFICIENTNETS_V2 = {
    "s": ((2, 4, 4, 6, 9, 15), (24, 48, 64, 128, 160, 256)),
    "m": ((3, 5, 5, 7, 14, 18, 5), (24, 48, 80, 160, 176, 304, 512)),
    "l": ((4, 7, 7, 10, 19, 25, 7), (32, 64, 96, 192, 224, 384, 640)),
}
REPVGG_A, REPVGG_B = (2, 4, 14, 1), (4, 6, 16, 1)
REPVGGS = {
    "a0": (REPVGG_A, (48, 96, 192, 1280)), "a1": (REPVGG_A, (64, 128, 256, 1280)),
    "a2": (REPVGG_A, (96, 192, 384, 1408)), "b0": (REPVGG_B, (64, 128, 256, 1280)),
    "b1": (REPVGG_B, (128, 256, 512, 2048)), "b2": (REPVGG_B, (160, 320, 640, 2560)),
    "b3": (REPVGG_B, (192, 384, 768, 2560)),
}  # fmt: skip
SHUFFLENETS = {
    "x0_5": ((48, 96, 192), 1024), "x1_0": ((116, 232, 464), 1024),
    "x1_5": ((176, 352, 704), 1024), "x2_0": ((244, 488, 976), 2048),
}  # fmt: skip

NETWORKS: Mapping[str, Network] = {
    network.name: network
    for network in (
        *(_resnet(f"resnet{n}", "basic", RESNETS[n]) for n in (18, 34)),
        *(_resnet(f"resnet{n}", "bottleneck", RESNETS[n]) for n in (50, 101, 152)),
        *(_cifar(f"resnet{6 * n + 2}", n) for n in (3, 5, 7, 9, 18, 200)),
        *(_resnet(f"wide_resnet{n}_2", "bottleneck", RESNETS[n], 128) for n in (50, 101)),
        *(_wide(f"wrn_{6 * n + 4}_{k}", n, k) for n, k in ((2, 8), (4, 10), (6, 2), (6, 4))),
        _resnet("resnext50_32x4d", "bottleneck:groups=32", RESNETS[50], 128),
        _resnet("resnext101_32x8d", "bottleneck:groups=32", RESNETS[101], 256),
        _resnet("resnext101_64x4d", "bottleneck:groups=64", RESNETS[101], 256),
        *(_preact(f"preact_resnet{n}", "preact-basic", RESNETS[n]) for n in (18, 34)),
        *(_preact(f"preact_resnet{n}", "preact-bottleneck", RESNETS[n]) for n in (50, 101, 152)),
        *(_resnet(f"se_resnet{n}", "basic:se=16", RESNETS[n]) for n in (18, 34)),
        *(_resnet(f"se_resnet{n}", "bottleneck:se=16", RESNETS[n]) for n in (50, 101, 152)),
        *(_densenet(f"densenet{n}", depths, 32, 64) for n, depths in DENSENETS.items()),
        _densenet("densenet161", (6, 12, 36, 24), 48, 96),
        _mobilenet_v1(),
        _mobilenet_v2(),
        *(_efficientnet(f"efficientnet_{n}", *scale) for n, scale in EFFICIENTNETS.items()),
        *(_efficientnet_v2(f"efficientnet_v2_{n}", *one) for n, one in EFFICIENTNETS_V2.items()),
        _squeezenet("squeezenet1_0", "conv:out=96,kernel=7,stride=2,padding=0,bias=true,norm=none",
                    ((16, 16, 32), (32, 48, 48, 64), (64,))),
        _squeezenet("squeezenet1_1", "conv:out=64,stride=2,padding=0,bias=true,norm=none",
                    ((16, 16), (32, 32), (48, 48, 64, 64))),
        *(_shufflenet(f"shufflenet_v2_{n}", *rest) for n, rest in SHUFFLENETS.items()),
        _convnext("convnext_tiny", (3, 3, 9, 3), 96),
        _convnext("convnext_small", (3, 3, 27, 3), 96),
        _convnext("convnext_base", (3, 3, 27, 3), 128),
        _convnext("convnext_large", (3, 3, 27, 3), 192),
        *(_repvgg(f"repvgg_{n}", *one) for n, one in REPVGGS.items()),
        _enet(),
        *(_regnet(name, *rest) for name, rest in REGNETS.items()),
        *(
            _vgg(f"vgg{n}{'_bn' if norm == 'batch' else ''}", depths, norm)
            for norm in ("none", "batch")
            for n, depths in VGGS.items()
        ),
    )
}  # fmt: skip
