# SOURCE: ultralytics/thop PR#157 (kdim, vdim, bias_kv, zero_attn, unbatched)
# TARGET: Net
# ARGS: --input 10x32 --input 7x24 --input 7x20
# PARAMS: 32*32+32*24+32*20+3*32+32*32+32+2*32
# MACS: 10*32*32+7*24*32+7*20*32 + 2*10*9*32 + 10*32*32
from torch import nn


class Net(nn.MultiheadAttention):
    # unbatched; add_bias_kv and add_zero_attn lengthen the keys by 2
    def __init__(self):
        super().__init__(32, 4, kdim=24, vdim=20, add_bias_kv=True, add_zero_attn=True)
