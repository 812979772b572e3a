# SOURCE: constructor with positional arguments only
# TARGET: Net
# ARGS: --arg '*=[16, 8, 4]' --input 1x16
# PARAMS: 16*8+8*4
# MACS: 16*8+8*4
from torch import nn


class Net(nn.Sequential):
    def __init__(self, *sizes):
        super().__init__(*(nn.Linear(a, b, bias=False) for a, b in zip(sizes, sizes[1:])))
