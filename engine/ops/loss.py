"""From scores to probabilities, and how wrong they are."""

from __future__ import annotations

import numpy as np

from cnn_loupe.engine.arrays import Array


def softmax(z: Array) -> tuple[Array, Array]:
    """Turn logits into probabilities that add up to 1.

    p[k] = e^z[k] / Σ_j e^z[j]

    The largest logit is taken off all of them first: the result is the same, and e^z cannot
    overflow. z and p are (K,), or (N, K) for N pictures. Kept: p.
    """
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    p: Array = powers / powers.sum(axis=-1, keepdims=True)
    return p, p


def softmax_backward(p: Array, dp: Array) -> Array:
    """dz[k] = p[k] · (dp[k] − Σ_j dp[j] · p[j]).

    Every logit moves every probability, hence the sum.
    """
    dz: Array = p * (dp - (dp * p).sum(axis=-1, keepdims=True))
    return dz


def cross_entropy(z: Array, target: Array) -> tuple[float, Array]:
    """How surprised the softmax of these logits is by the target, in nats.

    loss = −Σ_k target[k] · log p[k],  log p[k] = z[k] − max z − log Σ_j e^(z[j] − max z)

    z and target are (K,) or (N, K), target adds up to 1 (a single class, or soft labels); for
    N pictures the loss is their mean. Kept: log p.
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
