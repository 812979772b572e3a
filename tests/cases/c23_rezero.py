# SOURCE: TylerYep/torchinfo#137 #54 (parameters on a container)
# TARGET: Net
# ARGS: --input 1x2
# PARAMS: 14
# MACS: 8
import torch
from torch import nn


class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(2, 2), nn.Linear(2, 2))
        self.register_parameter("w", nn.Parameter(torch.zeros(2)))

    def forward(self, x):
        for k, b in enumerate(self):
            x = x + self.w[k] * b(x)
        return x
