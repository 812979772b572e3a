# SOURCE: fairseq ConvTBC (torch.conv_tbc): the whole model is one
# TARGET: Net
# ARGS: --input 10x2x3
# PARAMS: 3*3*4+4
# MACS: 8*2*3*3*4
# NOTE: 8 output steps x 2 x 3 taps x 3 in x 4 out; or a named omission
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(3, 3, 4))
        self.bias = nn.Parameter(torch.zeros(4))

    def forward(self, x):
        return torch.conv_tbc(x, self.weight, self.bias)
