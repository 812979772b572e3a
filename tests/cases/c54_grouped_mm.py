# SOURCE: maxtext PR#678, mixture of experts by torch._grouped_mm
# SINCE: 2.8
# TARGET: Net
# ARGS: --input 16x32:bfloat16
# PARAMS: 4*32*64
# MACS: 16*32*64
# NOTE: 16 tokens each through one expert; or a named omission
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.randn(4, 32, 64, dtype=torch.bfloat16))

    def forward(self, x):
        return torch._grouped_mm(
            x, self.w, offs=torch.tensor([4, 8, 12, 16], dtype=torch.int32, device=x.device)
        )
