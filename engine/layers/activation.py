"""Activation functions: one value in, one value out, the shape unchanged."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from cnn_loupe.engine.arrays import Array, Parameters
from cnn_loupe.engine.fields import Real
from cnn_loupe.engine.layers.base import Gradients, UnaryLayer
from cnn_loupe.engine.trace import Trace, check_index, operation, terms


@dataclass(frozen=True)
class Activation(UnaryLayer):
    """What the activation layers share: the trace, a function of the one value at `at`."""

    def constants(self) -> dict[str, float]:
        """The fixed numbers of the function."""
        return {}

    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, x.shape)
        return Trace(self.kind, at, terms(x, [at]), constants=self.constants())


def relu(x: Array) -> tuple[Array, Array]:
    """y = max(0, x). Cache: where x was positive."""
    return np.maximum(x, 0), x > 0


def relu_backward(positive: Array, dy: Array) -> Array:
    """dx = dy where x was positive, else 0 (at x = 0 too)."""
    return dy * positive


@operation("relu")
def _relu_value(trace: Trace) -> float:
    return max(0.0, trace.terms[0].value)


@dataclass(frozen=True)
class ReLU(Activation):
    """y = max(0, x)."""

    kind: ClassVar[str] = "relu"
    keeps_finite: ClassVar[bool] = True

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        return relu(x)

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        return relu_backward(cache, dy), {}


def leaky_relu(x: Array, slope: float) -> tuple[Array, Array]:
    """y = x where x > 0, slope · x elsewhere. Cache: the factor, 1 or slope."""
    factor = np.where(x > 0, 1, slope).astype(x.dtype)
    return x * factor, factor


def leaky_relu_backward(factor: Array, dy: Array) -> Array:
    """dx = dy · factor."""
    return dy * factor


@operation("leaky_relu")
def _leaky_relu_value(trace: Trace) -> float:
    x = trace.terms[0].value
    return x if x > 0 else trace.constants["slope"] * x


@dataclass(frozen=True)
class LeakyReLU(Activation):
    """y = x where x > 0, slope · x elsewhere."""

    kind: ClassVar[str] = "leaky_relu"

    slope: Annotated[float, Real(0, 1)] = 0.01

    def constants(self) -> dict[str, float]:
        return {"slope": self.slope}

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        return leaky_relu(x, self.slope)

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        return leaky_relu_backward(cache, dy), {}


def sigmoid(x: Array) -> tuple[Array, Array]:
    """y = 1 / (1 + e^−x), between 0 and 1. Cache: y.

    Written as (1 + tanh(x / 2)) / 2, which is the same and does not overflow.
    """
    y: Array = 0.5 * (1 + np.tanh(0.5 * x))
    return y, y


def sigmoid_backward(y: Array, dy: Array) -> Array:
    """dx = dy · y · (1 − y)."""
    dx: Array = dy * y * (1 - y)
    return dx


@operation("sigmoid")
def _sigmoid_value(trace: Trace) -> float:
    return 0.5 * (1 + math.tanh(trace.terms[0].value / 2))


@dataclass(frozen=True)
class Sigmoid(Activation):
    """y = 1 / (1 + e^−x)."""

    kind: ClassVar[str] = "sigmoid"
    endings: ClassVar[tuple[str, ...]] = ("logits", "sigmoid", "binary")
    keeps_finite: ClassVar[bool] = True

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        return sigmoid(x)

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        return sigmoid_backward(cache, dy), {}


def tanh(x: Array) -> tuple[Array, Array]:
    """y = tanh(x), between −1 and 1. Cache: y."""
    y: Array = np.tanh(x)
    return y, y


def tanh_backward(y: Array, dy: Array) -> Array:
    """dx = dy · (1 − y²)."""
    dx: Array = dy * (1 - y * y)
    return dx


@operation("tanh")
def _tanh_value(trace: Trace) -> float:
    return math.tanh(trace.terms[0].value)


@dataclass(frozen=True)
class Tanh(Activation):
    """y = tanh(x)."""

    kind: ClassVar[str] = "tanh"
    keeps_finite: ClassVar[bool] = True

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        return tanh(x)

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        return tanh_backward(cache, dy), {}
