# SOURCE: brief: data-dependent control flow; conv, conv_transpose, GRU, LSTM, MHA on real tensors
# TARGET: Net
# ARGS: --input 2x8x12
# PARAMS: 8*8*3 + 8*4*3 + 3*24*(12+24+2) + 4*24*(12+24+2) + 4*12*12+4*12
# MACS: 2*8*8*3*10//1 + 2*8*(8//2)*3*12 + 2*8*3*24*36 + 2*8*4*24*36 + 2*(8*4*144+2*64*12)
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv1d(8, 8, 3, bias=False)
        self.t = nn.ConvTranspose1d(8, 8, 3, groups=2, bias=False)
        self.g = nn.GRU(12, 24, batch_first=True)
        self.l = nn.LSTM(12, 24, batch_first=True)
        self.m = nn.MultiheadAttention(12, 3, batch_first=True)

    def forward(self, x):
        if float(x.max()) > 5:
            return x
        return self.c(x), self.t(x), self.g(x), self.l(x), self.m(x, x, x)
