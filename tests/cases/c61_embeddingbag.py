# SOURCE: brief: Embedding, EmbeddingBag
# TARGET: Net
# ARGS: --input 12:int64 --input 3:int64
# PARAMS: 50*8 + 8*4
# MACS: 3*8*4
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.EmbeddingBag(50, 8, mode="sum")
        self.l = nn.Linear(8, 4, bias=False)

    def forward(self, i, o):
        return self.l(self.e(i, o))
