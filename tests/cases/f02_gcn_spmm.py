# SOURCE: GCN: torch.spmm(adj, x @ W) as in pygcn
# TARGET: Net
# ARGS: --input 20x8
# PARAMS: 8*4
# MACS: 20*8*4+10*4
# NOTE: 20*8*4 = 640 and 10*4 = 40 or named; dense would add 1600
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        i = torch.arange(10)
        self.w = nn.Parameter(torch.randn(8, 4))
        self.adj = torch.sparse_coo_tensor(torch.stack((i, i)), torch.ones(10), (20, 20))

    def forward(self, x):
        return torch.spmm(self.adj, torch.mm(x, self.w))
