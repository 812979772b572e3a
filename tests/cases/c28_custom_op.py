# SOURCE: pytorch/pytorch#131041 #123800 (custom operators silently ignored)
# SINCE: 2.4
# TARGET: Net
# ARGS: --input 4x32
# PARAMS: 32*64
# MACS: 0
# SAYS: torch does not support bottlecalc_case::mul ×1
# NOTE: 4*32*64 by hand; nobody knows what a custom operator does, so that it is named
import torch
from torch import nn


@torch.library.custom_op("bottlecalc_case::mul", mutates_args=())
def mul(x: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
    return x @ w


@mul.register_fake
def _(x, w):
    return x.new_empty(x.shape[0], w.shape[1])


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.randn(32, 64))

    def forward(self, x):
        return mul(x, self.w)
