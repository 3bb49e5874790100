"""Activation functions: one value in, one value out, the shape unchanged."""

from __future__ import annotations

import numpy as np

from cnn_loupe.engine.arrays import Array


def relu(x: Array) -> tuple[Array, Array]:
    """y = max(0, x). Kept: where x was positive."""
    return np.maximum(x, 0), x > 0


def relu_backward(kept: Array, dy: Array) -> Array:
    """dx = dy where x was positive, else 0 (at x = 0 too)."""
    return dy * kept


def leaky_relu(x: Array, slope: float) -> tuple[Array, Array]:
    """y = x where x > 0, slope · x elsewhere. Kept: the factor, 1 or slope."""
    factor = np.where(x > 0, 1, slope).astype(x.dtype)
    return x * factor, factor


def leaky_relu_backward(kept: Array, dy: Array) -> Array:
    """dx = dy · factor."""
    return dy * kept


def sigmoid(x: Array) -> tuple[Array, Array]:
    """y = 1 / (1 + e^−x), between 0 and 1. Kept: y.

    Written as (1 + tanh(x / 2)) / 2, which is the same and does not overflow.
    """
    y: Array = 0.5 * (1 + np.tanh(0.5 * x))
    return y, y


def sigmoid_backward(kept: Array, dy: Array) -> Array:
    """dx = dy · y · (1 − y)."""
    dx: Array = dy * kept * (1 - kept)
    return dx


def tanh(x: Array) -> tuple[Array, Array]:
    """y = tanh(x), between −1 and 1. Kept: y."""
    y: Array = np.tanh(x)
    return y, y


def tanh_backward(kept: Array, dy: Array) -> Array:
    """dx = dy · (1 − y²)."""
    dx: Array = dy * (1 - kept * kept)
    return dx
