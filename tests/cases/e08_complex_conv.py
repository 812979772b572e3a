# SOURCE: complex convolution alone
# TARGET: Net
# ARGS: --input 1x2x6x6:complex64
# PARAMS: 3*2*9
# MACS: 3*2*9*16
# NOTE: complex MACs, one each, as the complex matrix products are counted; torch computes it by 3 real ones
import torch
from torch import nn


class Net(nn.Conv2d):
    def __init__(self):
        super().__init__(2, 3, 3, bias=False, dtype=torch.complex64)
