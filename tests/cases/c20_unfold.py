# SOURCE: implus/PytorchInsight#6 (conv written with unfold)
# TARGET: Net
# ARGS: --input 2x3x8x8
# PARAMS: 5*27
# MACS: 2*5*27*36
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.randn(5, 27))

    def forward(self, x):
        return F.fold(self.w @ F.unfold(x, 3), (6, 6), 1)
