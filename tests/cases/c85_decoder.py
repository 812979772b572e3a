# SOURCE: ultralytics/thop PR#157: TransformerDecoderLayer, nn.Transformer
# TARGET: Net
# ARGS: --input 2x5x16 --input 2x7x16
# PARAMS: 2*(4*16*16+4*16)+2*16*32+32+16+6*16
# MACS: 2*(7*4*256+2*49*16) + 2*(7*2*256+5*2*256+2*35*16) + 2*7*2*16*32
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.d = nn.TransformerDecoderLayer(16, 2, 32, batch_first=True)

    def forward(self, mem, tgt):
        return self.d(
            tgt,
            mem,
            tgt_is_causal=True,
            tgt_mask=nn.Transformer.generate_square_subsequent_mask(7, device=tgt.device),
        )
