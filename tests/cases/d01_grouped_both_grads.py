# SOURCE: pytorch/pytorch PR#183405: weight gradient of a grouped convolution
# TARGET: Net
# ARGS: --input 1x8x10x10
# PARAMS: 8*9
# MACS: 3*8*9*64
# NOTE: forward, gradient of x, gradient of w: 8*9*64 each
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(8, 8, 3, groups=8, bias=False)

    def forward(self, x):
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            w = self.c.weight.detach().requires_grad_()
            return torch.autograd.grad(F.conv2d(x, w, groups=8).sum(), (x, w))
