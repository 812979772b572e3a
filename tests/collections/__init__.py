"""Whole collections counted, against the figures that their authors publish. Not run by pytest.

Environment: Python 3.11 with bottlecalc, torch 2.13.0 (CPU) and, both installed with ``--no-deps``,
torchvision 0.28.0 and timm 1.0.31; they need pillow, pyyaml, huggingface_hub and safetensors.
torchvision's compiled operators do not load beside a torch for the CPU alone: the three that its
models call are registered here (``operators``). Nothing is downloaded; weights are random.

timm's figures are a file of its repository, ``results/benchmark-infer-amp-nchw-….csv``, which is
given by its path::

    python -m tests.collections torchvision
    python -m tests.collections timm PATH.csv
    python -m tests.collections timm PATH.csv fvcore

The last asks fvcore too, which does the arithmetic (some ten minutes).
Each writes its table into ``docs/collections.md``, in the place of its last one.
"""
