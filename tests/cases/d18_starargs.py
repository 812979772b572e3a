# SOURCE: forward(*xs)
# TARGET: Net
# ARGS: --input 1x4 --input 1x4 --input 1x4
# PARAMS: 16
# MACS: 48
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(4, 4, bias=False)

    def forward(self, *xs, scale=1):
        return sum(self.l(x) for x in xs) * scale
