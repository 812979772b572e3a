# SOURCE: facebookresearch/fvcore#78, sovrasov/flops-counter.pytorch#57 #149
# TARGET: Net
# ARGS: --input 1x32x1x1
# PARAMS: 32*9+1
# MACS: 32*1*9*1
from torch import nn


class Net(nn.ConvTranspose2d):
    def __init__(self):
        super().__init__(32, 1, 3)
