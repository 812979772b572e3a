# SOURCE: linear algebra alone: silent?
# TARGET: Net
# ARGS: --counter torch --input 3x8x8
# PARAMS: 0
# MACS: 0
# SAYS: 0 MACs by convention: linalg_inv ×1, linalg_matrix_exp ×1
# NOTE: matrix_exp is made of products; inv is 8^3-ish: does anything say that they were passed over?
import torch
from torch import nn


class Net(nn.Module):
    def forward(self, x):
        return torch.linalg.matrix_exp(x), torch.linalg.inv(x + torch.eye(8, device=x.device))
