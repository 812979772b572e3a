# SOURCE: DeepSpeed#1467, fvcore einsum handlers; brief einsum/tensordot/bmm
# TARGET: Net
# ARGS: --input 2x3x4x8 --input 2x3x5x8
# PARAMS: 0
# MACS: 2*3*4*5*8 + 2*3*4*8*8*0 + 2*3*4*5*8 + 12*10*16 + 2*3*4*5*8
import torch
from torch import nn


class Net(nn.Module):
    def forward(self, q, k):
        a = torch.einsum("bhqd,bhkd->bhqk", q, k)  # 2*3*4*5*8
        b = torch.einsum("bhqk,bhkd->bhqd", a, k)  # 2*3*4*5*8
        c = torch.tensordot(
            q.permute(1, 2, 0, 3).reshape(12, 16), k.permute(0, 3, 1, 2).reshape(16, 15)[:, :10], 1
        )  # 12*16*10
        d = torch.baddbmm(
            a.reshape(6, 4, 5), q.reshape(6, 4, 8), k.reshape(6, 5, 8).transpose(1, 2)
        )  # 2*3*4*5*8
        return a, b, c, d
