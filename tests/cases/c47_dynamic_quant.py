# SOURCE: unslothai/unsloth PR#2855; brief quantized models
# TARGET: Net
# ARGS: --input 1x32
# PARAMS: 32*64+64
# MACS: 32*64
# SAYS: 1 packed layer: 2,112 parameters are read out of packed weights
# NOTE: MACs may be a named omission; parameters are packed, nn.Module.parameters() has none: should be said
import warnings

import torch
from torch import nn

warnings.simplefilter("ignore")
torch.backends.quantized.engine = "fbgemm"


def Net():
    return torch.ao.quantization.quantize_dynamic(nn.Sequential(nn.Linear(32, 64)), {nn.Linear})
