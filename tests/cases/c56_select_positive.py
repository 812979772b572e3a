# SOURCE: detectron2 (proposals): rows chosen by value; zeros choose none
# TARGET: Net
# ARGS: --input 16x32
# PARAMS: 32*64
# MACS: 16*32*64
# NOTE: 0..16 rows; with the zeros input 0: does anything say that values decide?
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(32, 64, bias=False)

    def forward(self, x):
        return self.l(x[x.sum(1) > 0])
