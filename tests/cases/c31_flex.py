# SOURCE: pytorch/pytorch#134385, PR#149366
# SINCE: 2.5
# TARGET: Net
# ARGS: --input 1x4x128x16
# PARAMS: 0
# MACS: 2*4*128*128*16
from torch import nn
from torch.nn.attention.flex_attention import flex_attention


class Net(nn.Module):
    def forward(self, q):
        return flex_attention(q, q, q)
