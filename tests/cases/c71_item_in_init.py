# SOURCE: Swin/ConvNeXt drop-path rates: [r.item() for r in torch.linspace(...)] in the constructor
# TARGET: Net
# ARGS: --input 1x3x8x8
# PARAMS: 2*(3*3*9+3)
# MACS: 2*3*3*9*64
import torch
from torch import nn


class Net(nn.Sequential):
    def __init__(self):
        r = [x.item() for x in torch.linspace(0, 0.1, 2)]
        super().__init__(*(nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), nn.Dropout(p)) for p in r))
