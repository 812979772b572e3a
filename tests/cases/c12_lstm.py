# SOURCE: TylerYep/torchinfo#32, thop#67
# TARGET: Net
# ARGS: --input 1x100:int64
# PARAMS: 20*300 + 4*512*(300+512+2) + 4*512*(512+512+2) + 512*20+20
# MACS: 100*4*512*(300+512) + 100*4*512*1024 + 100*512*20
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.Embedding(20, 300)
        self.l = nn.LSTM(300, 512, 2, batch_first=True)
        self.d = nn.Linear(512, 20)

    def forward(self, x):
        return self.d(self.l(self.e(x))[0])
