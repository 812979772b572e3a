# SOURCE: ultralytics/thop PR#160 (proj_size, bidirectional)
# TARGET: Net
# ARGS: --input 2x9x16
# PARAMS: 2*(4*24*16+4*24*8+8*24+8*24) + 2*(4*24*16+4*24*8+8*24+8*24)
# MACS: 2*9*2*(4*24*16+4*24*8+8*24) + 2*9*2*(4*24*16+4*24*8+8*24)
from torch import nn


class Net(nn.LSTM):
    def __init__(self):
        super().__init__(16, 24, 2, batch_first=True, bidirectional=True, proj_size=8)
