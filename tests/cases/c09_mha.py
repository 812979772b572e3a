# SOURCE: Lyken17/pytorch-OpCounter#197
# TARGET: Net
# ARGS: --input 1x1000x100 --input 1x1000x100 --input 1x1000x100
# PARAMS: 3*100*100+300+100*100+100
# MACS: 4*1000*100*100+2*1000*1000*100
from torch import nn


class Net(nn.MultiheadAttention):
    def __init__(self):
        super().__init__(100, 1, batch_first=True)
