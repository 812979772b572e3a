# SOURCE: facebookresearch/Mask2Former#117 (PythonOp MSDeformAttnFunction)
# TARGET: Net
# ARGS: --input 4x32
# PARAMS: 32*64
# MACS: 4*32*64
import torch
from torch import nn


class Fn(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return x @ w

    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        return g @ w.T, x.T @ g


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.randn(32, 64))

    def forward(self, x):
        return Fn.apply(x, self.w)
