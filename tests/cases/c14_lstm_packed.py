# SOURCE: ultralytics/thop PR#160 (packed: 11 cells, not 21)
# TARGET: Net
# ARGS: --input 3x7x16
# PARAMS: 4*24*(16+24+2)
# MACS: 11*4*24*(16+24)
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.LSTM(16, 24, batch_first=True)

    def forward(self, x):
        return self.l(pack_padded_sequence(x, [7, 3, 1], batch_first=True))[0].data
