# SOURCE: brief: ScriptModule
# TARGET: Net
# ARGS: --input 1x3x8x8
# PARAMS: 3*4*9+40
# MACS: 4*27*36+40
import torch
from torch import nn


class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 4, 3, bias=False)
        self.l = nn.Linear(4, 10, bias=False)

    def forward(self, x):
        return self.l(self.c(x).mean([2, 3]))


def Net():
    return torch.jit.script(M())
