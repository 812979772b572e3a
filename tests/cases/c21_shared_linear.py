# SOURCE: sovrasov/flops-counter.pytorch#106; deepspeedai/DeepSpeed#7256
# TARGET: Net
# ARGS: --input 1x300
# PARAMS: 100*100
# MACS: 3*100*100
from torch import nn


class Block(nn.Module):
    def __init__(self, l):
        super().__init__()
        self.l = l

    def forward(self, x):
        return self.l(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(100, 100, bias=False)
        self.b = Block(self.l)
        self.c = Block(self.l)

    def forward(self, x):
        a, b, c = x.split(100, 1)
        return self.l(a) + self.b(b) + self.c(c)
