"""What a parameter is before training: random, but of the right size."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Shape

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


def constant(value: float) -> Start:
    """All the same."""
    return lambda shape, rng: np.full(shape, value, FLOAT)


def _normal(shape: Shape, deviation: float, rng: np.random.Generator) -> Array:
    return (rng.standard_normal(shape) * deviation).astype(FLOAT)
