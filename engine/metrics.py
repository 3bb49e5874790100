"""How good a classifier is, from its scores on labelled pictures: right, sure, and honestly so."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array
from cnn_loupe.engine.layers.softmax import softmax
from cnn_loupe.engine.loss import cross_entropy

BINS = 10
CUTS = 5  # parts that one held-out part is cut into, so that what is chosen on some is judged on others
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


def accuracy(logits: Array, labels: Array) -> float:
    """The part of the pictures whose highest score is the true class's, 0 to 1."""
    return float((logits.argmax(axis=1) == labels).mean())


def loss(logits: Array, labels: Array) -> float:
    """Mean cross-entropy in nats: −log of the probability given to the true class."""
    target = np.zeros(logits.shape, np.float64)
    target[np.arange(len(labels)), labels] = 1
    return cross_entropy(logits.astype(np.float64), target)[0]


def calibration_error(logits: Array, labels: Array, bins: int = BINS) -> float:
    """Expected calibration error: how far stated certainty and success lie apart, 0 to 1.

    ECE = Σ_b (n_b / n) · |accuracy_b − confidence_b|

    Pictures are put in `bins` equally wide bins by the probability of the class chosen.
    Source: Guo et al., 2017, https://arxiv.org/abs/1706.04599.
    """
    p, _ = softmax(logits.astype(np.float64))
    sure, right = p.max(axis=1), p.argmax(axis=1) == labels
    place = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [(sure[place == b] - right[place == b]).sum() for b in range(bins)]
    return float(np.abs(gaps).sum() / len(labels))


def confusion(logits: Array, labels: Array) -> Array:
    """How often class `row` was taken for class `column`, (K, K), counts."""
    classes = logits.shape[1]
    pairs = labels * classes + logits.argmax(axis=1)
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def standard_error(part: float, count: int) -> float:
    """How far a measured part of `count` pictures would scatter on others: √(p · (1 − p) / n)."""
    return float(np.sqrt(part * (1 - part) / count))


def best_temperature(logits: Array, labels: Array) -> float:
    """The T for which softmax(logits / T) has the smallest loss on these pictures.

    T above 1 makes a network less sure, below 1 more so; which class wins does not change. The
    loss has a single valley in log T, which is searched by golden section from 1/8 to 8.
    """
    low, high = np.log(1 / 8), np.log(8)
    golden = (np.sqrt(5) - 1) / 2
    for _ in range(40):
        left, right = high - golden * (high - low), low + golden * (high - low)
        if loss(logits / np.exp(left), labels) < loss(logits / np.exp(right), labels):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


def report(logits: Array, labels: Array) -> dict[str, Any]:
    """What `cnn-loupe evaluate` prints: accuracy, loss, ece, count and confusion counts."""
    return {
        "accuracy": accuracy(logits, labels),
        "loss": loss(logits, labels),
        "ece": calibration_error(logits, labels),
        "count": len(labels),
        "standard_error": standard_error(accuracy(logits, labels), len(labels)),
        "confusion": confusion(logits, labels).tolist(),
    }


def confidence_quantiles(logits: Array) -> dict[str, Any]:
    """How sure and how excited the network is about familiar pictures, as quantiles.

    A picture whose free energy lies far outside these is unlike what the network has learnt from.
    energy = −log Σ_k e^z[k]; entropy = −Σ_k p[k] log p[k] in nats.
    Source: Liu et al., 2020, https://arxiv.org/abs/2010.03759.
    """
    z = logits.astype(np.float64)
    top = z.max(axis=1, keepdims=True)
    energy = -(top[:, 0] + np.log(np.exp(z - top).sum(axis=1)))
    p, _ = softmax(z)
    entropy = -(p * np.log(np.maximum(p, 1e-300))).sum(axis=1)
    found = {"energy": energy, "entropy": entropy, "top_probability": p.max(axis=1)}
    return {
        "quantiles": list(QUANTILES),
        **{name: [float(q) for q in np.quantile(values, QUANTILES)] for name, values in found.items()},
    }


class Activity:
    """Counts, picture by picture, on how many pixels each unit of a layer is not zero."""

    DEAD, NEAR_DEAD = 0.0, 0.01

    def __init__(self) -> None:
        self._sums: dict[str, Array] = {}
        self._pictures = 0

    def add(self, activations: dict[str, Array]) -> None:
        """Take in one picture's activations: by layer name, maps (C, H, W) each."""
        self._pictures += 1
        for name, maps in activations.items():
            active = (maps != 0).mean(axis=(1, 2))
            self._sums[name] = self._sums.get(name, np.zeros(len(maps))) + active

    def report(self) -> dict[str, Any]:
        """For each layer: the active part of each unit, and how many units are (near) dead."""
        found = {}
        for name, sums in self._sums.items():
            part = sums / self._pictures
            found[name] = {
                "dead": int((part <= self.DEAD).sum()),
                "near_dead": int(((part > self.DEAD) & (part < self.NEAR_DEAD)).sum()),
                "active_fraction": [round(float(p), 4) for p in part.astype(FLOAT)],
            }
        return found
