# SOURCE: pytorch/pytorch#134385 (higher-order operators)
# SINCE: 2.5
# TARGET: Net
# ARGS: --input 4x32
# PARAMS: 32*32+32*32
# MACS: 4*32*32
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(32, 32, bias=False)
        self.b = nn.Linear(32, 32, bias=False)

    def forward(self, x):
        return torch.cond(x.sum() > 0, lambda t: self.a(t), lambda t: self.b(t), (x,))
