"""Models on which tools disagree: attention, recurrence, shared and functional layers, and more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.models.case import Case
from tests.models.unusual import UNUSUAL


class Attention(nn.Module):
    """Multi-head attention as a module, in one call of attention, or of its products."""

    def __init__(self, weights: bool = False) -> None:
        super().__init__()
        self.weights = weights
        self.embed = nn.Linear(12, 24)
        self.attention = nn.MultiheadAttention(24, 4, batch_first=True)
        self.norm = nn.LayerNorm(24)
        self.head = nn.Linear(24, 5, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x = self.embed(x)
        x = self.norm(x + self.attention(x, x, x, need_weights=self.weights)[0])
        y: Tensor = self.head(x.mean(1))
        return y


class OwnAttention(nn.Module):
    """Attention that is written out, by operators or by one function."""

    def __init__(self, fused: bool) -> None:
        super().__init__()
        self.fused = fused
        self.qkv, self.project = nn.Linear(24, 72), nn.Linear(24, 24)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(x).chunk(3, -1)
        if self.fused:
            q, k, v = (one.unsqueeze(1) for one in (q, k, v))
            y = functional.scaled_dot_product_attention(q, k, v).squeeze(1)
        else:
            y = functional.softmax(q @ k.transpose(-2, -1) / 5, -1) @ v
        projected: Tensor = self.project(y)
        return projected


class Recurrent(nn.Module):
    """A recurrent layer over a sequence, its output alone."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.layer(x)[0]
        return y


class Cells(nn.Module):
    """Three cells, one step each."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm, self.gru, self.rnn = nn.LSTMCell(7, 9), nn.GRUCell(7, 9), nn.RNNCell(7, 9)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.lstm(x)[0] + self.gru(x) + self.rnn(x)
        return y


class Transposed(nn.Module):
    """Transposed convolutions, with a bias and in groups."""

    def __init__(self) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(6, 4, 3, stride=2, padding=1, output_padding=1)
        self.grouped = nn.ConvTranspose2d(4, 4, 2, stride=2, groups=2, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.grouped(functional.relu(self.up(x)))
        return y


class Shared(nn.Module):
    """A convolution that is called three times, by two names."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(5, 5, 3, padding=1)
        self.again = self.conv
        self.bn = nn.BatchNorm2d(5)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.bn(self.again(self.conv(self.conv(x))))
        return y


class Functional(nn.Module):
    """Layers that are functions of parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.filters, self.bias = nn.Parameter(torch.randn(9, 5, 3, 3)), nn.Parameter(torch.ones(9))
        self.matrix = nn.Parameter(torch.randn(4, 9))
        self.head = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(functional.conv2d(x, self.filters, self.bias, padding=1))
        x = functional.adaptive_avg_pool2d(x, 1).flatten(1)
        y: Tensor = self.head(functional.linear(x, self.matrix))
        return y


class Products(nn.Module):
    """Matrix products in all the ways in which they are written."""

    def __init__(self) -> None:
        super().__init__()
        self.square, self.vector = nn.Parameter(torch.randn(6, 6)), nn.Parameter(torch.randn(6))
        self.weight = nn.Parameter(torch.randn(6, 6))

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(x @ self.square)
        x = torch.mm(torch.matmul(x, self.square), self.square.matmul(self.square))
        x = torch.addmm(self.vector, x, self.square)
        x = torch.baddbmm(x.unsqueeze(0), x.unsqueeze(0), self.square.unsqueeze(0))
        x = torch.bmm(x, self.square.unsqueeze(0)).squeeze(0)
        x = torch.einsum("bi,io->bo", x, self.square)
        x = torch.mul(torch.add(x, x), x).mul(x).add(self.vector) * self.weight[0] + 1
        return torch.mv(x, self.vector)


class Same(nn.Module):
    """A convolution whose padding is text."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.last = nn.Conv2d(3, 8, 5, padding="same"), nn.Conv2d(8, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.last(self.conv(x))
        return y


class TwoInputs(nn.Module):
    """Two linear layers, each on an input of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.out = nn.Linear(6, 8), nn.Linear(5, 8), nn.Linear(8, 2)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        z: Tensor = self.out(torch.tanh(self.a(x) * self.b(y)))
        return z


class Partly(nn.Module):
    """Weights that are frozen, that never run, and that no layer of PyTorch's holds."""

    def __init__(self) -> None:
        super().__init__()
        self.frozen, self.unused, self.out = nn.Linear(6, 8), nn.Linear(8, 8), nn.Linear(8, 2)
        self.scale = nn.Parameter(torch.ones(8))
        self.frozen.requires_grad_(False)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.out(self.frozen(x) * self.scale)
        return y


class Encoder(nn.Module):
    """An embedding, and PyTorch's own encoder."""

    def __init__(self) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(6, 2, 12, batch_first=True)
        self.embedding, self.head = nn.Embedding(10, 6), nn.Linear(6, 10)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.head(self.encoder(self.embedding(x)))
        return y


class Resized(nn.Module):
    """Interpolation by modules and by functions, by a scale and to a size."""

    def __init__(self) -> None:
        super().__init__()
        modes = ("nearest", "bilinear", "bicubic")
        self.up = nn.Sequential(*(nn.Upsample(scale_factor=2, mode=mode) for mode in modes))
        self.conv = nn.Conv2d(3, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.interpolate(self.up(self.conv(x)), scale_factor=3, mode="nearest")
        return functional.interpolate(y, size=(7, 5))


class Sampled(nn.Module):
    """A map sampled at places of a grid, in every way, and scaled by its mean."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 1)

    def forward(self, x: Tensor, grid: Tensor) -> Tensor:
        x = self.conv(x)
        for mode in ("bilinear", "nearest", "bicubic"):
            x = functional.grid_sample(x, grid, mode, align_corners=False)
        return torch.multiply(x, x.mean((2, 3), keepdim=True))


def _norms() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, bias=False), nn.GroupNorm(2, 8), nn.InstanceNorm2d(8),
        nn.BatchNorm2d(8, affine=False), nn.InstanceNorm2d(8, affine=True),
        nn.GroupNorm(4, 8, affine=False), nn.LayerNorm([8, 7, 6]), nn.LayerNorm(6),
        nn.LayerNorm(6, elementwise_affine=False),
    )  # fmt: skip


def _functions() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.LeakyReLU(), nn.PReLU(8), nn.ELU(), nn.ReLU6(), nn.Hardswish(),
        nn.SiLU(), nn.GELU(), nn.Softmax(dim=1), nn.Dropout(), nn.MaxPool2d(2),
        nn.AdaptiveMaxPool2d(3), nn.AdaptiveAvgPool2d(2), nn.AvgPool2d(2),
    )  # fmt: skip


def _other_dimensions() -> nn.Module:
    return nn.Sequential(
        nn.Conv1d(3, 8, 3), nn.BatchNorm1d(8), nn.ReLU(), nn.ConvTranspose1d(8, 4, 2, stride=2),
        nn.Upsample(scale_factor=2, mode="linear"), nn.AvgPool1d(2), nn.Unflatten(2, (2, 2, -1)),
        nn.Conv3d(4, 4, (1, 1, 3)), nn.Upsample(scale_factor=2, mode="trilinear"),
    )  # fmt: skip


MODELS: Mapping[str, Case] = {
    "attention": Case(Attention, ("2x9x12",)),
    "attention, weights needed": Case(lambda: Attention(weights=True), ("1x9x12",)),
    "attention by operators": Case(lambda: OwnAttention(fused=False), ("1x7x24",)),
    "attention by one function": Case(lambda: OwnAttention(fused=True), ("1x7x24",)),
    "LSTM": Case(
        lambda: Recurrent(nn.LSTM(7, 11, num_layers=2, batch_first=True, bidirectional=True)),
        ("2x5x7",),
    ),
    "GRU": Case(lambda: Recurrent(nn.GRU(7, 11)), ("5x2x7",)),
    "RNN": Case(lambda: Recurrent(nn.RNN(7, 11, bias=False)), ("5x1x7",)),
    "cells": Case(Cells, ("2x7",)),
    "transposed": Case(Transposed, ("1x6x5x7",)),
    "shared": Case(Shared, ("1x5x6x7",)),
    "functional": Case(Functional, ("1x5x6x7",)),
    "products": Case(Products, ("3x6",)),
    "same": Case(Same, ("1x3x9x8",)),
    "two inputs": Case(TwoInputs, ("1x6", "1x5")),
    "partly": Case(Partly, ("1x6",)),
    "rows": Case(lambda: nn.Sequential(nn.Linear(6, 8), nn.GELU(), nn.Linear(8, 3, bias=False)),
                 ("2x5x6",)),
    "encoder": Case(Encoder, ("1x7:int64",)),
    "resized": Case(Resized, ("1x3x7x6",)),
    "sampled": Case(Sampled, ("1x3x7x6", "1x5x4x2")),
    "norms": Case(_norms, ("1x3x9x8",)),
    "functions": Case(_functions, ("1x3x18x18",)),
    "other dimensions": Case(_other_dimensions, ("1x3x14",)),
    **UNUSUAL,
}  # fmt: skip


def build(name: str) -> nn.Module:
    """For a process of its own: the model of that name."""
    return MODELS[name].build()


def zeros(inputs: tuple[str, ...]) -> list[Any]:
    """What a model takes."""
    from bottlecalc.text.shapes import Input

    read = [Input.parse(text) for text in inputs]
    return [torch.zeros(one.dimensions, dtype=getattr(torch, one.dtype)) for one in read]
