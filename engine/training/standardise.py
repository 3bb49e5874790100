"""Learning on standardised pictures, and hiding that in the first layers afterwards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array
from cnn_loupe.engine.errors import TrainingError
from cnn_loupe.engine.graph import INPUT
from cnn_loupe.engine.layers import Conv2D
from cnn_loupe.engine.spec import ModelSpec


@dataclass(frozen=True)
class Standard:
    """What to take off each channel, and what to divide by; both (C,)."""

    mean: Array
    deviation: Array

    def apply(self, x: Array) -> Array:
        """(x − mean) / deviation, in place; x is (N, C, H, W)."""
        x -= self.mean[:, None, None]
        x *= (1 / self.deviation)[:, None, None]
        return x

    def fold(self, spec: ModelSpec, parameters: dict[str, Array]) -> dict[str, Array]:
        """Parameters of a network that takes pictures as they are and gives the same results.

        w · (x − m)/s + b = (w/s) · x + (b − Σ w · m/s). This is exact only where every window of
        the first layers lies within the picture.
        """
        found = dict(parameters)
        for layer in check_foldable(spec):
            names = {key: f"{layer.name}.{key}" for key in ("weight", "bias")}
            weight = parameters[names["weight"]].astype(np.float64)
            scaled = weight / self.deviation[:, None, None]
            bias = parameters[names["bias"]] - (scaled * self.mean[:, None, None]).sum(axis=(1, 2, 3))
            found[names["weight"]], found[names["bias"]] = scaled.astype(FLOAT), bias.astype(FLOAT)
        return found


def check_foldable(spec: ModelSpec) -> tuple[Conv2D, ...]:
    """The layers that read the picture, if standardising can be folded into them.

    Raises TrainingError where it cannot.
    """
    found = []
    for node in spec.graph.consumers[INPUT]:
        layer = node.layer
        if not isinstance(layer, Conv2D) or not layer.bias or layer.groups > 1 or layer.padding != (0, 0):
            raise TrainingError(
                "cannot_standardise",
                f"{layer.name}: standardising can be folded only into a convolution "
                f"at the start of the model that has a bias and neither padding nor groups, and this is "
                f"{layer.kind}; set standardise = false",
                layer=layer.name,
                kind=layer.kind,
            )
        found.append(layer)
    return tuple(found)


def channel_statistics(pictures: Array) -> Standard:
    """Mean and deviation of each channel over all pictures; (N, C, H, W), uint8, as 0 to 1."""
    channels = pictures.shape[1]
    counts = np.stack([np.bincount(pictures[:, c].ravel(), minlength=256) for c in range(channels)])
    values = np.arange(256) / 255
    total = counts.sum(axis=1)
    mean = (counts * values).sum(axis=1) / total
    variance = (counts * (values - mean[:, None]) ** 2).sum(axis=1) / total
    deviation = np.maximum(np.sqrt(variance), 1 / 255)  # a channel without any variation stays finite
    return Standard(mean.astype(FLOAT), deviation.astype(FLOAT))
