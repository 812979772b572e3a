# SOURCE: diffusion UNet forward(x, t:int); torchinfo#44 non-tensor arguments
# TARGET: Net
# ARGS: --input 1x16 --input steps=3
# PARAMS: 16*16
# MACS: 16*16*3
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(16, 16, bias=False)

    def forward(self, x, steps):
        for _ in range(steps):
            x = self.l(x)
        return x
