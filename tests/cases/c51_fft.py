# SOURCE: NVlabs/MambaVision#21, state-spaces/mamba#110: FFT and scans are not seen
# TARGET: Net
# ARGS: --input 1x16x64
# PARAMS: 16*64
# MACS: 0
# SAYS: 0 MACs by convention: fft_irfft ×1, fft_rfft ×2
# NOTE: 0 by the convention; a long convolution of 16*64*64 by hand: is it said that the FFT was not counted?
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.k = nn.Parameter(torch.randn(16, 64))

    def forward(self, x):
        return torch.fft.irfft(torch.fft.rfft(x, 128) * torch.fft.rfft(self.k, 128), 128)[..., :64]
