"""The collections' models, as their figures were published."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from torch import Tensor, nn

IMAGE = 512
"""Side of the image that torchvision counts on, before a weight's own preparation of it."""


class Entry(NamedTuple):
    """A published figure.

    Attributes:
        name: of the model.
        builder: which function below builds it.
        inputs: dimensions of each.
        params: published [parameters].
        gmacs: published [10⁹ MACs].
        digits: of the parameters in millions, where they are rounded.
    """

    name: str
    builder: str
    inputs: tuple[tuple[int, ...], ...]
    params: float
    gmacs: float
    digits: int | None = None


class Listed(nn.Module):
    """A detector takes a list of images."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, image: Tensor) -> Any:
        return self.model([image])


def torchvision_model(name: str, side: int) -> nn.Module:
    """With random weights, and the parts that the published ones have."""
    from torchvision.models import get_model

    kind = _kind(name)
    options: dict[str, Any] = {"weights": None}
    if kind in ("detection", "segmentation"):
        options["weights_backbone"] = None
    if kind == "segmentation" and not name.startswith("lraspp"):
        options["aux_loss"] = True
    if name.startswith("vit"):
        options["image_size"] = side
    if "googlenet" in name:
        options.update(aux_logits=False, init_weights=False)
    if "inception" in name:
        options["init_weights"] = False
    model: nn.Module = get_model(name, **options)
    return Listed(model) if kind == "detection" else model


def timm_model(name: str, side: int = 0) -> nn.Module:
    """Without its weights."""
    import timm

    model: nn.Module = timm.create_model(name, pretrained=False)
    return model


def torchvision_entries() -> Iterator[Entry]:
    """Every model, and each size that one of its weights is published at."""
    from torchvision.models import get_model_weights, list_models

    for name in list_models():
        seen = set()
        for weight in get_model_weights(name):
            figures = weight.meta["num_params"], weight.meta["_ops"]
            if figures not in seen:
                seen.add(figures)
                yield Entry(name, "torchvision_model", _inputs(name, weight), *figures)


def _kind(name: str) -> str:
    from torchvision.models import get_model_builder

    return str(get_model_builder(name).__module__.split(".")[2])


def _inputs(name: str, weight: Any) -> tuple[tuple[int, ...], ...]:
    """What torchvision's own tests count on."""
    kind, preparation = _kind(name), weight.transforms()
    if kind == "detection":
        return ((3, IMAGE, IMAGE),)
    if kind == "optical_flow":
        return ((1, 3, IMAGE, IMAGE),) * 2
    if kind == "segmentation":
        return ((1, 3, *preparation.resize_size * 2),)
    sides = (preparation.crop_size * 2)[:2]
    return ((1, 3, 16, *sides) if kind == "video" else (1, 3, *sides),)


def timm_entries(path: Path) -> Iterator[Entry]:
    """One model a file: the smallest of half a billion MACs or more, or else the largest."""
    os.environ["TIMM_FUSED_ATTN"] = "0"  # as its figures are made: fvcore cannot see it fused
    import timm

    with path.open(encoding="utf-8") as lines:
        rows = {row["model"].partition(".")[0]: row for row in csv.DictReader(lines)}
    for module in timm.list_modules():
        models = [rows[name] for name in timm.list_models(module=module) if name in rows]
        ordered = sorted(models, key=lambda row: float(row["infer_gmacs"]))
        large = [row for row in ordered if float(row["infer_gmacs"]) >= 0.5]
        for row in large[:1] or ordered[-1:]:
            side = int(row["infer_img_size"])
            yield Entry(
                row["model"].partition(".")[0], "timm_model", ((1, 3, side, side),),
                float(row["param_count"]), float(row["infer_gmacs"]), 2,
            )  # fmt: skip
