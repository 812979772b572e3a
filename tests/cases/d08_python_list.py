# SOURCE: classic question: layers in a plain Python list are not registered
# TARGET: Net
# ARGS: --input 1x16
# PARAMS: 16*16
# MACS: 3*16*16
# SAYS: 2 layers that run are not registered: 512 parameters beside the 256
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(16, 16, bias=False)
        self.rest = [nn.Linear(16, 16, bias=False) for _ in range(2)]

    def forward(self, x):
        x = self.first(x)
        for l in self.rest:
            x = l(x)
        return x
