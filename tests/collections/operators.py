"""torchvision's compiled operators, in plain torch, where its own do not load."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

LIBRARY: Any = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "roi_align(Tensor input, Tensor rois, float spatial_scale, int pooled_height,"
    " int pooled_width, int sampling_ratio, bool aligned) -> Tensor",
)


def register() -> None:
    """Where torchvision is not imported yet; then it is, and believes that they are its own.

    Suppression of boxes is exact; what is cut out of an image has the right shape and no values.
    """
    for schema in SCHEMAS:
        LIBRARY.define(schema)
    LIBRARY.impl("nms", _nms, "CPU")
    LIBRARY.impl("roi_align", _cut_out, "CPU")
    import torchvision.extension

    torchvision.extension._has_ops = lambda: True


def _nms(boxes: Tensor, scores: Tensor, threshold: float) -> Tensor:
    left, top, right, bottom = boxes.unbind(1)
    areas = (right - left) * (bottom - top)
    order, kept = scores.argsort(descending=True), []
    while len(order):
        best, order = order[0], order[1:]
        kept.append(best)
        width = torch.minimum(right[best], right[order]) - torch.maximum(left[best], left[order])
        height = torch.minimum(bottom[best], bottom[order]) - torch.maximum(top[best], top[order])
        common = width.clamp(min=0) * height.clamp(min=0)
        order = order[common / (areas[best] + areas[order] - common) <= threshold]
    return torch.stack(kept) if kept else torch.zeros(0, dtype=torch.int64)


def _cut_out(
    x: Tensor, boxes: Tensor, scale: float, height: int, width: int, samples: int, aligned: bool
) -> Tensor:
    return x.new_zeros(len(boxes), x.shape[1], height, width)
