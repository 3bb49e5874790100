"""How wrong a network's scores are."""

from __future__ import annotations

import numpy as np

from cnn_loupe.engine.arrays import Array


def cross_entropy(z: Array, target: Array) -> tuple[float, Array]:
    """How surprised the softmax of these logits is by the target, in nats.

    loss = −Σ_k target[k] · log p[k],  log p[k] = z[k] − max z − log Σ_j e^(z[j] − max z)

    z and target are (K,) or (N, K), target adds up to 1 (a single class, or soft labels); for
    N pictures the loss is their mean. Cache: log p.
    """
    shifted = z - z.max(axis=-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    count = z.size // z.shape[-1]
    return float(-(target * log_p).sum() / count), log_p


def cross_entropy_backward(log_p: Array, target: Array) -> Array:
    """dz = (p − target) / N: softmax and logarithm together leave a mere difference.

    Taken through softmax and logarithm one after the other the same gradient would divide by
    probabilities that may be 0.
    """
    count = log_p.size // log_p.shape[-1]
    dz: Array = (np.exp(log_p) - target) / count
    return dz


def binary_cross_entropy(z: Array, target: Array) -> tuple[float, Array]:
    """How surprised independent sigmoids of these scores are by the target, in nats.

    loss = −Σ_k target[k] · log p[k] + (1 − target[k]) · log (1 − p[k]),  p[k] = 1 / (1 + e^−z[k])

    z and target are (K,), each target a probability of its own. log(1 + e^−|z|) does not overflow.
    Cache: p.
    """
    loss = np.maximum(z, 0) - z * target + np.log1p(np.exp(-np.abs(z)))
    return float(loss.sum()), 0.5 * (1 + np.tanh(0.5 * z))


def binary_cross_entropy_backward(p: Array, target: Array) -> Array:
    """dz = p − target."""
    dz: Array = p - target
    return dz
