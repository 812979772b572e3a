# SOURCE: open-mmlab/mmaction2#1429, detectron2#1101: number of proposals depends on values
# TARGET: Net
# ARGS: --input 1x3x16x16
# PARAMS: 3*8*9+8+8*1*1+1+8*10+10
# MACS: 3*8*9*256 + 8*256 to 3*8*9*256 + 8*256 + 80*256
# SAYS: depends on values
# NOTE: 80 for each of the positions that are kept, 0 to 256 of them
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.b = nn.Conv2d(3, 8, 3, padding=1)
        self.o = nn.Conv2d(8, 1, 1)
        self.h = nn.Linear(8, 10)

    def forward(self, x):
        f = self.b(x).relu()
        s = self.o(f).sigmoid()
        keep = s[0, 0] > 0.5
        return self.h(f[0].permute(1, 2, 0)[keep])
