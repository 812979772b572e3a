# SOURCE: MAML inner step of an ordinary convolution: gradient of w alone
# TARGET: Net
# ARGS: --input 2x3x8x8
# PARAMS: 4*27
# MACS: 3*2*4*27*36
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 4, 3, bias=False)

    def forward(self, x):
        with torch.enable_grad():
            w = self.c.weight.detach().requires_grad_()
            (g,) = torch.autograd.grad(F.conv2d(x, w).pow(2).sum(), w)
        return F.conv2d(x, w - g)
