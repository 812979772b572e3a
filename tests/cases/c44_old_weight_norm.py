# SOURCE: pytorch/pytorch#28594 #102981 (deepcopy fails on weight_norm), locuslab/deq#23
# TARGET: Net
# ARGS: --input 1x3x8x8
# PARAMS: 4*27+4+4
# MACS: 4*27*36
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = torch.nn.utils.weight_norm(nn.Conv2d(3, 4, 3))

    def forward(self, x):
        return self.c(x)
