# SOURCE: pytorch#123800 (sparse operands)
# TARGET: Net
# ARGS: --input 20x8
# PARAMS: 0
# MACS: 10*8
# SAYS: sparse operands are counted by the elements that they specify
# NOTE: 80 MACs (10 nonzeros x 8), or a named omission
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        i = torch.arange(10)
        self.register_buffer(
            "A", torch.sparse_coo_tensor(torch.stack((i, i)), torch.ones(10), (20, 20))
        )

    def forward(self, x):
        return torch.sparse.mm(self.A, x)
