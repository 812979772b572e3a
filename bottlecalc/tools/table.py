"""All tools, in the order in which they are shown."""

from __future__ import annotations

from bottlecalc.tools import (
    calflops,
    former,
    fvcore_calls,
    keras,
    ptflops,
    pycls,
    pytorch,
    thop,
    timm,
    torchinfo,
    torchprofile,
    ultralytics,
)
from bottlecalc.tools.base import (
    Tool,
)

TOOLS: tuple[Tool, ...] = (
    fvcore_calls.EVAL, fvcore_calls.PARAMS, fvcore_calls.TRAIN,
    pytorch.FLOP_COUNTER_MODE, pytorch.PROFILER,
    torchinfo.OPERATIONS, torchinfo.PARAMS,
    ptflops.ATEN, ptflops.PARAMS_ATEN, ptflops.PYTORCH, ptflops.PARAMS_PYTORCH,
    thop.THOP, thop.THOP_PARAMS, ultralytics.OPERATIONS, ultralytics.PARAMS,
    calflops.OPERATIONS, calflops.MACS, calflops.PARAMS,
    calflops.DEEPSPEED, calflops.DEEPSPEED_PARAMS,
    torchprofile.TORCHPROFILE,
    keras.PARAMS,
    pycls.OPERATIONS, pycls.PARAMS, pycls.ACTIVATIONS,
    timm.OPERATIONS, timm.PARAMS,
)  # fmt: skip
"""A tool that counts two figures is there twice."""

FORMER: tuple[Tool, ...] = (
    former.TORCHINFO, former.PTFLOPS, former.THOP_2020, former.THOP_2019,
)  # fmt: skip
"""Rules of versions that nobody installs any more, but whose numbers are still quoted: they are
tried for claims, and shown where they are asked for."""

NAMES = tuple(dict.fromkeys(tool.name for tool in (*TOOLS, *FORMER)))
