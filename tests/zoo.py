"""Models written from their papers, with torchvision's choices where it has published figures."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn


def conv(i: int, o: int, k: int, stride: int = 1, groups: int = 1) -> list[nn.Module]:
    """Convolution and batch norm."""
    padding = (k - 1) // 2
    return [nn.Conv2d(i, o, k, stride, padding, groups=groups, bias=False), nn.BatchNorm2d(o)]


class Residual(nn.Module):
    def __init__(self, main: list[nn.Module], i: int, o: int, stride: int) -> None:
        super().__init__()
        self.main = nn.Sequential(*main)
        same = i == o and stride == 1
        self.shortcut = nn.Identity() if same else nn.Sequential(*conv(i, o, 1, stride))

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.main(x) + self.shortcut(x))


def basic(i: int, width: int, stride: int) -> Residual:
    """Two 3×3 (He et al. 2015, figure 5, left)."""
    main = [*conv(i, width, 3, stride), nn.ReLU(), *conv(width, width, 3)]
    return Residual(main, i, width, stride)


def bottleneck(
    i: int, width: int, stride: int, groups: int = 1, base: int = 64, first: bool = False
) -> Residual:
    """1×1, 3×3, 1×1; the stride on the 3×3, or with ``first`` on the first 1×1 (v1)."""
    mid, o = width * base // 64 * groups, 4 * width
    strides = (stride, 1) if first else (1, stride)
    main = [
        *(*conv(i, mid, 1, strides[0]), nn.ReLU()),
        *(*conv(mid, mid, 3, strides[1], groups), nn.ReLU()),
        *conv(mid, o, 1),
    ]
    return Residual(main, i, o, stride)


def resnet(kind: str, *depths: int, **options: Any) -> nn.Sequential:
    """He et al. 2015, arXiv:1512.03385, table 1; ResNeXt: Xie et al., arXiv:1611.05431."""
    layers: list[nn.Module] = [*conv(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    channels = 64
    for stage, depth in enumerate(depths):
        width = 64 * 2**stage
        for place in range(depth):
            stride = 2 if stage and not place else 1
            if kind == "basic":
                layers.append(basic(channels, width, stride))
            else:
                layers.append(bottleneck(channels, width, stride, **options))
            channels = width if kind == "basic" else 4 * width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 1000))


def resnet18() -> nn.Module:
    return resnet("basic", 2, 2, 2, 2)


def resnet34() -> nn.Module:
    return resnet("basic", 3, 4, 6, 3)


def resnet50() -> nn.Module:
    """v1.5, as in torchvision."""
    return resnet("bottleneck", 3, 4, 6, 3)


def resnet50_v1() -> nn.Module:
    return resnet("bottleneck", 3, 4, 6, 3, first=True)


def resnext50() -> nn.Module:
    return resnet("bottleneck", 3, 4, 6, 3, groups=32, base=4)


class InvertedResidual(nn.Module):
    def __init__(self, i: int, o: int, stride: int, expand: int) -> None:
        super().__init__()
        mid = i * expand
        wide = [*conv(i, mid, 1), nn.ReLU6()] if expand > 1 else []
        self.add = i == o and stride == 1
        self.main = nn.Sequential(
            *wide, *conv(mid, mid, 3, stride, mid), nn.ReLU6(), *conv(mid, o, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.main(x)
        return x + y if self.add else y


def mobilenet_v2() -> nn.Module:
    """Sandler et al., arXiv:1801.04381, table 2."""
    layers: list[nn.Module] = [*conv(3, 32, 3, 2), nn.ReLU6()]
    channels = 32
    for expand, o, times, stride in (
        *((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2)),
        *((6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)),
    ):
        for place in range(times):
            layers.append(InvertedResidual(channels, o, 1 if place else stride, expand))
            channels = o
    head = [*conv(320, 1280, 1), nn.ReLU6(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*layers, *head, nn.Dropout(0.2), nn.Linear(1280, 1000))


def vgg16() -> nn.Module:
    """Simonyan and Zisserman, arXiv:1409.1556, table 1, column D."""
    layers: list[nn.Module] = []
    channels = 3
    for width, times in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(times):
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
            channels = width
        layers.append(nn.MaxPool2d(2))
    dense = [nn.Linear(512 * 49, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU()]
    return nn.Sequential(*layers, nn.Flatten(), *dense, nn.Linear(4096, 1000))


class Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        n, length, width = x.shape
        q, k, v = self.qkv(x).view(n, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v)
        mixed: Tensor = self.out(y.transpose(1, 2).reshape(n, length, width))
        return mixed


class Encoder(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.norm1(x))
        y: Tensor = x + self.mlp(self.norm2(x))
        return y


class ViT(nn.Module):
    """ViT-B/16 (Dosovitskiy et al., arXiv:2010.11929, table 1)."""

    def __init__(self, width: int = 768, depth: int = 12, heads: int = 12) -> None:
        super().__init__()
        self.patch = nn.Conv2d(3, width, 16, 16)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.position = nn.Parameter(torch.zeros(1, 197, width))
        self.blocks = nn.Sequential(*(Encoder(width, heads) for _ in range(depth)))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 1000)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(len(x), -1, -1), x], 1) + self.position
        y: Tensor = self.head(self.norm(self.blocks(x))[:, 0])
        return y


class LSTMClassifier(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(1009, 13)
        self.lstm = nn.LSTM(13, 17, num_layers=2, batch_first=True)
        self.head = nn.Linear(17, 3)

    def forward(self, tokens: Tensor) -> Tensor:
        y: Tensor = self.head(self.lstm(self.embedding(tokens))[0][:, -1])
        return y


class Tied(nn.Module):
    """One matrix for embedding and output (Press and Wolf, arXiv:1608.05859)."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(101, 7)
        self.head = nn.Linear(7, 101, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, tokens: Tensor) -> Tensor:
        y: Tensor = self.head(self.embedding(tokens))
        return y


class Twice(nn.Module):
    """One module under two names, called through both."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Sequential(nn.Linear(5, 5))
        self.b = self.a

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.b(self.a(x))
        return y


class Same(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 5, 3, padding="same")

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv(x)
        return y


class TwoInputs(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.image = nn.Conv2d(3, 4, 3)
        self.tokens = nn.Embedding(11, 4)

    def forward(self, image: Tensor, tokens: Tensor) -> Tensor:
        y: Tensor = self.image(image).mean((2, 3)) + self.tokens(tokens).mean(1)
        return y


class Loud(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(3, 2)

    def forward(self, x: Tensor) -> Tensor:
        print("a forward that prints")
        y: Tensor = self.head(x)
        return y


class Peeking(nn.Module):
    """Its forward looks at values, which there are none of on the meta device."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = Encoder(8, 2)
        self.lstm = nn.LSTM(8, 5, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        if float(x.sum()) > 1e9:
            return x
        y: Tensor = self.lstm(self.attention(x))[0]
        return y


class Stubborn(nn.Module):
    """Cannot be built on the meta device: its constructor looks at values."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(3, int(torch.ones(4).sum()))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.head(x)
        return y


class Decoder(nn.Module):
    """One layer of a decoder with grouped queries and a gated MLP (Touvron et al., 2307.09288)."""

    def __init__(self, width: int, heads: int, kv_heads: int, hidden: int) -> None:
        super().__init__()
        self.heads, self.kv_heads = heads, kv_heads
        side = width // heads
        self.norm1, self.norm2 = nn.RMSNorm(width), nn.RMSNorm(width)
        self.q = nn.Linear(width, width, bias=False)
        self.k = nn.Linear(width, kv_heads * side, bias=False)
        self.v = nn.Linear(width, kv_heads * side, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.gate = nn.Linear(width, hidden, bias=False)
        self.up = nn.Linear(width, hidden, bias=False)
        self.down = nn.Linear(hidden, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        n, length, width = x.shape
        y = self.norm1(x)
        q = self.q(y).view(n, length, self.heads, -1).transpose(1, 2)
        k, v = (
            part(y).view(n, length, self.kv_heads, -1).transpose(1, 2) for part in (self.k, self.v)
        )
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        x = x + self.out(mixed.transpose(1, 2).reshape(n, length, width))
        y = self.norm2(x)
        z: Tensor = x + self.down(F.silu(self.gate(y)) * self.up(y))
        return z


class Llama70B(nn.Module):
    """Llama 2 70B: 68,976,648,192 parameters, as published with its weights."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(32_000, 8192)
        self.layers = nn.ModuleList(Decoder(8192, 64, 8, 28_672) for _ in range(80))
        self.norm = nn.RMSNorm(8192)
        self.head = nn.Linear(8192, 32_000, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.embedding(tokens)
        for layer in self.layers:
            x = layer(x)
        y: Tensor = self.head(self.norm(x))
        return y


def mlp(*widths: int) -> nn.Sequential:
    return nn.Sequential(*(nn.Linear(i, o) for i, o in pairwise(widths)))
