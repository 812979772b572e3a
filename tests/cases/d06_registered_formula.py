# SOURCE: pytorch#131041, SHI-Labs/NATTEN#184 #189: the user registers a formula for a custom operator
# SINCE: 2.4
# TARGET: Net
# ARGS: --input 4x32
# PARAMS: 32*64
# MACS: 4*32*64
import torch
from torch import nn
from torch.utils.flop_counter import register_flop_formula


@torch.library.custom_op("bottlecalc_registered::mul", mutates_args=())
def mul(x: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
    return x @ w


@mul.register_fake
def _(x, w):
    return x.new_empty(x.shape[0], w.shape[1])


@register_flop_formula(torch.ops.bottlecalc_registered.mul)
def _(x, w, *a, out_shape=None, **k):
    return 2 * x[0] * x[1] * w[1]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.randn(32, 64))

    def forward(self, x):
        return mul(x, self.w)
