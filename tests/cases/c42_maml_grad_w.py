# SOURCE: pytorch PR#183405: the weight gradient of a grouped convolution is counted groups times
# TARGET: Net
# ARGS: --input 1x8x10x10
# PARAMS: 8*9
# MACS: 8*9*64 + 8*9*64 + 8*9*64
# NOTE: forward 8*9*64; weight gradient of a depthwise conv 8*9*64 (each of the 72 weights sums 64 products); second forward 8*9*64
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    # one inner step of MAML: gradient of the weights inside forward, then a second forward
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(8, 8, 3, groups=8, bias=False)

    def forward(self, x):
        with torch.enable_grad():
            w = self.c.weight.detach().requires_grad_()
            y = F.conv2d(x, w, groups=8)
            (g,) = torch.autograd.grad(y.pow(2).sum(), w)
        return F.conv2d(x, w - 0.1 * g, groups=8)
