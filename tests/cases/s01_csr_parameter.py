# SOURCE: sparse weights that are trained: a CSR parameter, dense from the left
# TARGET: Net
# ARGS: --counter torch --input 6x20
# PARAMS: 11
# MACS: 6*11
# SAYS: sparse operands are counted by the elements that they specify
# NOTE: 11 elements of 20 x 7 are specified; dense it would be 6*20*7
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        places = torch.arange(11)
        weight = torch.sparse_coo_tensor(torch.stack((places, places % 7)), torch.ones(11), (20, 7))
        self.weight = nn.Parameter(weight.to_sparse_csr())

    def forward(self, x):
        return x @ self.weight
