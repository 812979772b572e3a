# SOURCE: sparse CSR weight @ dense (GNN adjacency)
# TARGET: Net
# ARGS: --input 20x8
# PARAMS: 0
# MACS: 10*8
# SAYS: sparse operands are counted by the elements that they specify
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        i = torch.arange(10)
        self.register_buffer(
            "A",
            torch.sparse_coo_tensor(torch.stack((i, i)), torch.ones(10), (20, 20)).to_sparse_csr(),
        )

    def forward(self, x):
        return self.A @ x
