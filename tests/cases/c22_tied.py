# SOURCE: pytorch/torchtitan PR#3225 (tied lm_head counted once, its FLOPs stay)
# TARGET: Net
# ARGS: --input 1x16:int64
# PARAMS: 50*8
# MACS: 16*8*50
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.Embedding(50, 8)
        self.h = nn.Linear(8, 50, bias=False)
        self.h.weight = self.e.weight

    def forward(self, x):
        return self.h(self.e(x))
