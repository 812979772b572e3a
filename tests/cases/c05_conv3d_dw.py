# SOURCE: brief: Conv3d grouped, dilation, depthwise
# TARGET: Net
# ARGS: --input 1x8x6x9x9
# PARAMS: 8*27+8 + 8*16
# MACS: 8*27*6*9*9 + 8*16*6*9*9
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv3d(8, 8, 3, padding=2, dilation=2, groups=8)
        self.b = nn.Conv3d(8, 16, 1, bias=False)

    def forward(self, x):
        return self.b(self.a(x))
