"""The weights a network starts from."""

from __future__ import annotations

import numpy as np

from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.layers.starts import small_normal
from cnn_loupe.engine.spec import ModelSpec


def initial_parameters(spec: ModelSpec, seed: int) -> dict[str, Array]:
    """Parameters to start training from, by full name (`conv_1.weight`); the same for a seed.

    The last layer that learns starts small.
    """
    rng = np.random.default_rng(seed)
    found = {
        f"{layer.name}.{key}": layer.initial(key)(shape, rng)
        for layer in spec.layers
        for key, shape in spec.layer_parameters[layer.name].items()
    }
    matrices = [name for name, value in found.items() if value.ndim > 1]
    if matrices:
        found[matrices[-1]] = small_normal(found[matrices[-1]].shape, rng)
    return found
