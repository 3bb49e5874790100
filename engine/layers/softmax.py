"""From scores to probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from cnn_loupe.engine.arrays import Array, Parameters, Shape
from cnn_loupe.engine.layers.base import Gradients, UnaryLayer, expect_vector
from cnn_loupe.engine.trace import Trace, check_index, operation, terms
from cnn_loupe.engine.windows import ReceptiveField


def softmax(z: Array) -> tuple[Array, Array]:
    """Turn logits into probabilities that add up to 1.

    p[k] = e^z[k] / Σ_j e^z[j]

    The largest logit is taken off all of them first: the result is the same, and e^z cannot
    overflow. z and p are (K,), or (N, K) for N pictures. Cache: p.
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


@operation("softmax")
def _softmax_value(trace: Trace) -> float:
    values = np.array([term.value for term in trace.terms])
    powers = np.exp(values - values.max())
    return float(powers[trace.at[0]] / powers.sum())


@dataclass(frozen=True)
class OverScores(UnaryLayer):
    """What the layers share that make every value of a vector from all of them."""

    def output_shape_of(self, shape: Shape) -> Shape:
        expect_vector(self, shape)
        return shape

    def receptive_field_of(self, before: ReceptiveField) -> ReceptiveField:
        return before.whole()


@dataclass(frozen=True)
class Softmax(OverScores):
    """Turn scores into probabilities that add up to 1."""

    kind: ClassVar[str] = "softmax"
    endings: ClassVar[tuple[str, ...]] = ("softmax",)
    keeps_finite: ClassVar[bool] = True

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        return softmax(x)

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        return softmax_backward(cache, dy), {}

    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, x.shape)
        return Trace("softmax", at, terms(x, [(i,) for i in range(x.size)]))


@operation("log_softmax")
def _log_softmax_value(trace: Trace) -> float:
    values = np.array([term.value for term in trace.terms])
    largest = values.max()
    return float(values[trace.at[0]] - largest - np.log(np.exp(values - largest).sum()))


@dataclass(frozen=True)
class LogSoftmax(OverScores):
    """The logarithms of the probabilities that softmax gives: y[k] = z[k] − ln Σ_j e^z[j].

    dz[k] = dy[k] − p[k] · Σ_j dy[j] with p[k] = e^y[k]. The largest score is taken off all first, as in `softmax`.
    """

    kind: ClassVar[str] = "log_softmax"
    endings: ClassVar[tuple[str, ...]] = ("log_softmax",)

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        shifted = x - x.max()
        y = shifted - np.log(np.exp(shifted).sum())
        return y, y

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        return dy - np.exp(cache) * dy.sum(), {}

    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, x.shape)
        return Trace("log_softmax", at, terms(x, [(i,) for i in range(x.size)]))
