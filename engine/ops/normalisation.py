"""Batch normalisation as it is after training: each map scaled and shifted by fixed numbers."""

from __future__ import annotations

import numpy as np

from cnn_loupe.engine.arrays import Array


def batch_norm2d(
    x: Array, scale: Array, shift: Array, mean: Array, variance: Array, epsilon: float
) -> tuple[Array, Array]:
    """Bring every map to the mean and spread that training has settled on.

    n[c, i, j] = (x[c, i, j] − mean[c]) / √(variance[c] + ε),  y = scale[c] · n + shift[c]

    x is (C, H, W), the rest (C,). Kept: n. mean and variance are the running statistics of
    the training pictures, so one picture's result does not depend on any other's; during
    training itself the batch's own statistics stand in their place (`cnn_loupe.engine.batch`).
    Source: Ioffe and Szegedy, 2015, https://arxiv.org/abs/1502.03167.
    """
    deviation = np.sqrt(variance + variance.dtype.type(epsilon))
    n = (x - mean[:, None, None]) / deviation[:, None, None]
    return n * scale[:, None, None] + shift[:, None, None], n


def batch_norm2d_backward(
    n: Array, dy: Array, scale: Array, variance: Array, epsilon: float
) -> tuple[Array, Array, Array]:
    """The gradients (dx, dscale, dshift) of `batch_norm2d` with its statistics held fixed.

    dx[c, i, j] = dy[c, i, j] · scale[c] / √(variance[c] + ε)
    dscale[c]   = Σ_{i,j} dy[c, i, j] · n[c, i, j],  dshift[c] = Σ_{i,j} dy[c, i, j]

    n and dy are (C, H, W), the rest (C,).
    """
    deviation = np.sqrt(variance + variance.dtype.type(epsilon))
    dx = dy * (scale / deviation)[:, None, None]
    return dx, (dy * n).sum(axis=(1, 2)), dy.sum(axis=(1, 2))
