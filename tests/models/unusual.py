"""Models whose code is unusual: derived classes, shared modules, functions that are seldom used."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping

import torch
from torch import Tensor, einsum, nn
from torch.nn import functional

from tests.models.case import Case


class SameConv(nn.Conv2d):
    """A convolution that pads what it is given, as TensorFlow does."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.conv2d(functional.pad(x, (0, 1, 0, 1)), self.weight, None, 2)


class StandardConv(nn.Conv2d):
    """A convolution whose weights are standardised."""

    def forward(self, x: Tensor) -> Tensor:
        rows = self.weight.reshape(1, self.out_channels, -1)
        weight = functional.batch_norm(rows, None, None, training=True).reshape_as(self.weight)
        return functional.conv2d(x, weight, self.bias)


class LowRank(nn.Linear):
    """A linear layer that another of low rank is added to."""

    def __init__(self) -> None:
        super().__init__(5, 7)
        self.weight.requires_grad_(False)
        self.down, self.up = nn.Parameter(torch.ones(5, 2)), nn.Parameter(torch.ones(2, 7))

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) + x @ self.down @ self.up * 0.5


class ChannelNorm(nn.LayerNorm):
    """Layer norm over channels."""

    def forward(self, x: Tensor) -> Tensor:
        y = x.permute(0, 2, 3, 1)
        return functional.layer_norm(y, self.normalized_shape, self.weight).permute(0, 3, 1, 2)


class MixingNorm(nn.LayerNorm):
    """Layer norm that mixes what it has normalised, as no layer norm does."""

    def __init__(self) -> None:
        super().__init__(6)
        self.matrix = nn.Parameter(torch.ones(6, 6))

    def forward(self, x: Tensor) -> Tensor:
        y = super().forward(x)
        y = functional.linear(y, self.matrix)
        return functional.scaled_dot_product_attention(y, y, y)


class PlainBatchNorm(nn.BatchNorm2d):
    """Batch norm by another name."""


class DerivedLSTM(nn.LSTM):
    """An LSTM by another name."""


class OwnConv(nn.Module):
    """A convolution as one writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(4, 3, 3, 3)), nn.Parameter(torch.ones(4))

    def forward(self, x: Tensor) -> Tensor:
        return functional.conv2d(x, self.weight, self.bias)


class OwnScale(nn.Module):
    """A scale and a shift, whose names are not quite weight and bias."""

    def __init__(self) -> None:
        super().__init__()
        self.weight_of_it, self.shift = nn.Parameter(torch.ones(5)), nn.Parameter(torch.ones(5))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight_of_it + self.shift


class Tied(nn.Module):
    """An embedding whose table is the last layer's weight."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.head = nn.Embedding(10, 6), nn.Linear(6, 10, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.head(self.embedding(x))
        return y


class SeveralNames(nn.Module):
    """Modules that several others hold."""

    def __init__(self) -> None:
        super().__init__()
        act, convs = nn.ReLU(), [nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1)]
        self.blocks = nn.ModuleList(nn.Sequential(conv, act) for conv in convs)
        self.again = nn.ModuleList(convs[:1])

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        y: Tensor = self.again[0](x)
        return y


class NoName(nn.Module):
    """A layer in a plain list."""

    def __init__(self) -> None:
        super().__init__()
        self.layers, self.head = [nn.Linear(6, 6), nn.Sigmoid()], nn.Linear(6, 2)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        y: Tensor = self.head(x)
        return y


class Cross(nn.Module):
    """Attention to a sequence of another length and width."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, kdim=6, vdim=4)
        self.value = nn.Linear(6, 4)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        z: Tensor = self.attention(x, y, self.value(y))[0]
        return z


class MoreKeys(nn.Module):
    """Attention with keys of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, add_bias_kv=True, add_zero_attn=True)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.attention(x, x, x)[0]
        return y


class AttentionPool(nn.Module):
    """Attention that is a function of other layers' parameters, as CLIP pools."""

    def __init__(self) -> None:
        super().__init__()
        self.q, self.k, self.v = (nn.Linear(8, 8) for _ in range(3))
        self.out = nn.Linear(8, 6)

    def forward(self, x: Tensor) -> Tensor:
        biases = torch.cat([self.q.bias, self.k.bias, self.v.bias])
        return functional.multi_head_attention_forward(
            x[:1], x, x, 8, 2, None, biases, None, None, False, 0.0,
            self.out.weight, self.out.bias, training=False, need_weights=False,
            use_separate_proj_weight=True, q_proj_weight=self.q.weight,
            k_proj_weight=self.k.weight, v_proj_weight=self.v.weight,
        )[0]  # fmt: skip


class BatchFirst(nn.Module):
    """Recurrent layers that turn around what goes in, and a sum of a list."""

    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.GRU(7, 6, 2, batch_first=True)
        self.lstm = nn.LSTM(7, 6, batch_first=True, dtype=torch.float64)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = sum([self.gru(x)[0], self.lstm(x.double())[0]])
        return y


class RecurrentFunctions(nn.Module):
    """Recurrent layers that are functions of parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.taken, self.kept = nn.Parameter(torch.ones(24, 7)), nn.Parameter(torch.ones(24, 6))

    def forward(self, x: Tensor) -> Tensor:
        none = x.new_zeros(1, 2, 6)
        weights: list[Tensor] = [self.taken, self.kept]
        steps = torch.lstm(x, (none, none), weights, False, 1, 0.0, False, False, False)[0]
        return steps[0] + torch.gru_cell(x[0], none[0], self.taken[:18], self.kept[:18])


class Taken(nn.Module):
    """Functions that are taken from their modules as it is built."""

    def __init__(self) -> None:
        super().__init__()
        self.filters, self.matrix = (
            nn.Parameter(torch.ones(4, 3, 1)),
            nn.Parameter(torch.ones(4, 6)),
        )
        self.convolve, self.project = functional.conv1d, functional.linear
        self.attend, self.activation = functional.scaled_dot_product_attention, functional.relu

    def forward(self, x: Tensor) -> Tensor:
        y = self.activation(self.project(self.convolve(x, self.filters), self.matrix))
        y = einsum("bij,bkj->bik", y, y).unsqueeze(0)
        z: Tensor = self.attend(y, y, y)
        return z


class Function(nn.Module):
    """A function of what goes in and of a matrix."""

    def __init__(self, function: Callable[[Tensor, Tensor], object], *shape: int) -> None:
        super().__init__()
        self.function, self.matrix = function, nn.Parameter(torch.ones(*shape))

    def forward(self, x: Tensor) -> object:
        return self.function(x, self.matrix)


def _einsums(x: Tensor, w: Tensor) -> object:
    return (
        torch.einsum("bij,jk->bik", x, w), torch.einsum("...j,kj", x, w),
        torch.einsum("bij,bij->bij", x, x), torch.einsum("bij->b", x),
        torch.einsum("bcd, bce -> bde", x, x), torch.einsum("bij,bij->b", x, x),
        torch.einsum("abc,abd->acd", x, x),
    )  # fmt: skip


def _broadcast(x: Tensor, w: Tensor) -> object:
    return w @ x, torch.matmul(w, x), w.matmul(x[0]), torch.addmm(w, w, w, beta=0)


def _in_place(x: Tensor, w: Tensor) -> object:
    y = torch.add(x, w)
    y += x
    y *= 2
    y.add_(1).mul_(x)
    return torch.multiply(w, y) + w.repeat(1, 2)[:, :4] + functional.linear(y, w)


def _pools(x: Tensor, w: Tensor) -> object:
    y = functional.avg_pool2d(functional.conv2d(x, w), kernel_size=2, stride=(2, 1), padding=1)
    return functional.lp_pool2d(y, 2.0, 2), functional.local_response_norm(y, 2)


def _resized(x: Tensor, w: Tensor) -> object:
    y = functional.conv2d(x, w)
    grid = y.new_zeros(1, 3, 5, 2)
    return (
        functional.interpolate(y, 7), functional.interpolate(y, scale_factor=1.5),
        functional.interpolate(y, scale_factor=0.5, mode="area"),
        functional.interpolate(y.flatten(2), scale_factor=2),
        functional.grid_sample(y, grid, align_corners=False),
        functional.interpolate(y, scale_factor=2, mode="bilinear"),
    )  # fmt: skip


def _norms(x: Tensor, w: Tensor) -> object:
    y = functional.conv2d(x, w)
    mean, variance = y.new_zeros(3), y.new_ones(3)
    shared = functional.batch_norm(y, mean, variance, mean, variance)
    return functional.batch_norm(shared, mean, variance), functional.softsign(y)


class Bilinear(nn.Module):
    """Two vectors at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Bilinear(5, 4, 3)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        z: Tensor = self.layer(x, y)
        return z


def _derived() -> nn.Module:
    return nn.Sequential(
        SameConv(3, 4, 2, bias=False), PlainBatchNorm(4), StandardConv(4, 5, 3), ChannelNorm(5),
        nn.Flatten(2), nn.Linear(12, 5), LowRank(),
    )  # fmt: skip


def _padded_pools() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 4, 1), nn.AvgPool2d(3, 2, 1), nn.AvgPool2d(2, 1, 1, count_include_pad=False),
        nn.AvgPool2d((3, 2), (1, 2), (1, 1), ceil_mode=True), nn.LPPool2d(2, 2),
        nn.AdaptiveAvgPool2d((3, None)), nn.Unflatten(1, (2, 2)),
        nn.AvgPool3d((2, 1, 2), 1, padding=(1, 0, 1), count_include_pad=False),
    )  # fmt: skip


def _uneven() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 4, 4, padding="same"), nn.ConvTranspose2d(4, 6, (3, 2), (2, 3), groups=2),
        nn.Conv2d(6, 4, 3, dilation=(2, 1), padding="same", bias=False),
        nn.ConvTranspose2d(4, 2, 3, (1, 2), (1, 0), (0, 1)),
    )  # fmt: skip


def _statistics() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4, track_running_stats=False),
        nn.BatchNorm2d(4, affine=False, track_running_stats=False),
        nn.InstanceNorm2d(4, track_running_stats=True), nn.SyncBatchNorm(4), nn.RMSNorm(6),
        nn.RMSNorm(6, elementwise_affine=False),
    )  # fmt: skip


def _softmaxes() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 4, 1), nn.Softmax2d(), nn.LogSoftmax(1), nn.Softmin(-1), nn.Softsign(),
        nn.Upsample(scale_factor=2), nn.GLU(1),
    )  # fmt: skip


def _spectral() -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        norm = nn.utils.spectral_norm
        return nn.Sequential(norm(nn.Conv1d(3, 4, 3)), nn.Flatten(), norm(nn.Linear(28, 2)))


def _parametrized() -> nn.Module:
    first = nn.utils.parametrizations.weight_norm(nn.Conv1d(3, 4, 3))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        second = nn.utils.weight_norm(nn.Conv1d(4, 5, 3, bias=False))
    return nn.Sequential(first, nn.ReLU(), second)


UNUSUAL: Mapping[str, Case] = {
    "derived": Case(_derived, ("2x3x9x11",)),
    "mixing norm": Case(MixingNorm, ("2x5x6",)),
    "derived LSTM": Case(lambda: DerivedLSTM(7, 5), ("3x2x7",)),
    "modules of one's own": Case(
        lambda: nn.Sequential(OwnConv(), nn.Linear(5, 5), OwnScale()), ("2x3x6x7",)
    ),
    "tied": Case(Tied, ("2x7:int64",)),
    "several names": Case(SeveralNames, ("2x3x4x5",)),
    "no name": Case(NoName, ("2x6",)),
    "cross attention": Case(Cross, ("5x2x8", "9x2x6")),
    "more keys": Case(MoreKeys, ("5x2x8",)),
    "projected LSTM": Case(lambda: nn.LSTM(7, 6, 2, proj_size=3, bidirectional=True), ("5x2x7",)),
    "recurrent functions": Case(RecurrentFunctions, ("5x2x7",)),
    "einsums": Case(lambda: Function(_einsums, 4, 4), ("2x4x4",)),
    "broadcast": Case(lambda: Function(_broadcast, 4, 4), ("2x4x3",)),
    "in place": Case(lambda: Function(_in_place, 4, 4), ("2x4x4",)),
    "pools": Case(lambda: Function(_pools, 3, 3, 1, 1), ("2x3x9x8",)),
    "padded pools": Case(_padded_pools, ("2x3x15x13",)),
    "resized by functions": Case(lambda: Function(_resized, 3, 3, 1, 1), ("1x3x5x7",)),
    "norms by functions": Case(lambda: Function(_norms, 3, 3, 1, 1), ("2x3x5x7",)),
    "statistics": Case(_statistics, ("2x3x5x6",)),
    "softmaxes": Case(_softmaxes, ("2x3x5x6",)),
    "uneven": Case(_uneven, ("2x3x6x7",)),
    "bilinear": Case(Bilinear, ("2x5", "2x4")),
    "parametrized": Case(_parametrized, ("2x3x9",)),
    "spectral norm": Case(_spectral, ("2x3x9",)),
    "attention pool": Case(AttentionPool, ("5x2x8",)),
    "batch first": Case(BatchFirst, ("2x5x7",)),
    "taken": Case(Taken, ("2x3x6",)),
    "root": Case(lambda: nn.Linear(6, 5), ("6",)),
}
