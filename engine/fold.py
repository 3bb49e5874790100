"""Folding: batch normalisation after training is a fixed scale and shift, so it can go.

n = (conv(x) − mean) · scale / √(variance + ε) + shift is again a convolution, with
w' = w · factor and b' = (b − mean) · factor + shift, where factor = scale / √(variance + ε).
The folded model computes the same with fewer layers and fewer numbers.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Parameters
from cnn_loupe.engine.errors import SpecError
from cnn_loupe.engine.layers import BatchNorm2D, Conv2D, Layer
from cnn_loupe.engine.spec import ModelSpec


def fold_batch_norm(spec: ModelSpec, parameters: Parameters) -> tuple[ModelSpec, dict[str, Array]]:
    """The model and its parameters with every batch normalisation merged into its convolution.

    Raises SpecError for one that does not stand right after a convolution.
    """
    found = dict(parameters)
    kept: list[Layer] = []
    for layer in spec.layers:
        if not isinstance(layer, BatchNorm2D):
            kept.append(layer)
            continue
        if not kept or not isinstance(kept[-1], Conv2D):
            before = kept[-1].name if kept else "the input"
            raise SpecError(
                "batch_norm_not_foldable",
                f"{layer.name} stands after {before}; only a batch normalisation right after a "
                f"convolution can be folded into it",
                layer=layer.name,
                before=before,
            )
        own = {key: found.pop(f"{layer.name}.{key}").astype(np.float64) for key in _NUMBERS}
        factor = own["weight"] / np.sqrt(own["variance"] + layer.epsilon)
        weight, bias = f"{kept[-1].name}.weight", f"{kept[-1].name}.bias"
        found[weight] = (found[weight] * factor[:, None, None, None]).astype(FLOAT)
        found[bias] = ((found[bias] - own["mean"]) * factor + own["bias"]).astype(FLOAT)
    return replace(spec, layers=tuple(kept)), found


_NUMBERS = ("weight", "bias", "mean", "variance")
