# SOURCE: position ids beyond the table (real tensors refuse, meta does not)
# TARGET: Net
# ARGS: --input 1x64:int64
# PARAMS: 50*8+32*8
# MACS: 0
# NOTE: the model itself fails on 64 tokens
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.Embedding(50, 8)
        self.p = nn.Embedding(32, 8)

    def forward(self, i):
        return self.e(i) + self.p(torch.arange(i.shape[1], device=i.device))
