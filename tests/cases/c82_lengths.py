# SOURCE: ASR models forward(x, lengths) with pack_padded_sequence; zeros are no lengths
# TARGET: Net
# ARGS: --input 2x10x8 --input '2:int64=full(10)'
# PARAMS: 4*16*(8+16+2)
# MACS: 2*10*4*16*24
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.LSTM(8, 16, batch_first=True)

    def forward(self, x, n):
        return self.l(pack_padded_sequence(x, n.cpu(), batch_first=True, enforce_sorted=False))[
            0
        ].data
