# SOURCE: discuss.pytorch.org: numpy inside forward
# TARGET: Net
# ARGS: --input 4x32
# PARAMS: 32*16
# MACS: 4*32*16
# SAYS: tensors are read by numpy: what it computes is not counted
# NOTE: numpy's product, 4*32*8, is invisible to any dispatcher
import numpy as np
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(32, 16, bias=False)
        self.n = np.ones((32, 8), "float32")

    def forward(self, x):
        return self.l(x), torch.from_numpy(np.dot(x.cpu().numpy(), self.n))
