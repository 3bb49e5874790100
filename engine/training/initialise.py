"""The weights a network starts from: random, but of the right size."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Shape
from cnn_loupe.engine.layers import BatchNorm2D, Conv2D, Dense
from cnn_loupe.engine.spec import ModelSpec

Start = Callable[[Shape, np.random.Generator], Array]


def he_normal(shape: Shape, rng: np.random.Generator) -> Array:
    """Normal numbers with the deviation √(2 / fan_in): ReLU halves the spread, the 2 restores it.

    shape is (out, in, …); fan_in is how many inputs add up to one output.
    Source: He et al., 2015, https://arxiv.org/abs/1502.01852.
    """
    return _normal(shape, math.sqrt(2 / math.prod(shape[1:])), rng)


def small_normal(shape: Shape, rng: np.random.Generator) -> Array:
    """Normal numbers with the deviation ½ · √(1 / fan_in).

    The last layer starts with small scores, so that the first steps do not have to unlearn
    confident guesses.
    """
    return _normal(shape, 0.5 / math.sqrt(math.prod(shape[1:])), rng)


def zeros(shape: Shape, rng: np.random.Generator) -> Array:
    """All 0."""
    return np.zeros(shape, FLOAT)


def ones(shape: Shape, rng: np.random.Generator) -> Array:
    """All 1."""
    return np.ones(shape, FLOAT)


def _normal(shape: Shape, deviation: float, rng: np.random.Generator) -> Array:
    return (rng.standard_normal(shape) * deviation).astype(FLOAT)


# How each kind of layer starts, by its own parameter names.
STARTS: Mapping[str, Mapping[str, Start]] = {
    Conv2D.kind: {"weight": he_normal, "bias": zeros},
    Dense.kind: {"weight": he_normal, "bias": zeros},
    BatchNorm2D.kind: {"weight": ones, "bias": zeros, "mean": zeros, "variance": ones},
}


def initial_parameters(spec: ModelSpec, seed: int) -> dict[str, Array]:
    """Parameters to start training from, by full name (`conv_1.weight`); the same for a seed.

    The last layer that learns starts small.
    """
    rng = np.random.default_rng(seed)
    found = {
        f"{layer.name}.{key}": STARTS[layer.kind][key](shape, rng)
        for layer, before in zip(spec.layers, spec.input_shapes, strict=True)
        for key, shape in layer.parameter_shapes(before).items()
    }
    matrices = [name for name, value in found.items() if value.ndim > 1]
    if matrices:
        found[matrices[-1]] = small_normal(found[matrices[-1]].shape, rng)
    return found
