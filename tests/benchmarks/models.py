"""What rivals are measured on: with values, for none of them but one can count without."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.models.resnet import ResNet
from tests.models.vit import ViT

__all__ = ["GPT2", "ViT", "resnet50"]


def resnet50() -> nn.Module:
    """25,557,032 parameters; 4,089,184,256 MACs at 1×3×224×224."""
    return ResNet((3, 4, 6, 3), bottleneck=True)


class Decoder(nn.Module):
    """Masked attention and two linear layers, each behind a layer norm and added."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.parts, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        parts = self.parts(self.norm1(x)).chunk(3, -1)
        query, key, value = (one.unflatten(-1, (self.heads, -1)).transpose(1, 2) for one in parts)
        y = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.out(y.transpose(1, 2).flatten(2))
        z: Tensor = x + self.mlp(self.norm2(x))
        return z


class GPT2(nn.Module):
    """GPT-2 small, its head tied: 124,439,808 parameters (Radford et al. 2019)."""

    def __init__(self, width: int = 768) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(50257, width), nn.Embedding(1024, width)
        self.blocks = nn.Sequential(*(Decoder(width, 12) for _ in range(12)))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 50257, bias=False)
        self.head.weight = self.words.weight

    def forward(self, x: Tensor) -> Tensor:
        places = torch.arange(x.shape[1], device=x.device)
        y: Tensor = self.head(self.norm(self.blocks(self.words(x) + self.places(places))))
        return y
