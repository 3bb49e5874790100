"""Normalisation: each map scaled and shifted by fixed numbers, or divided by its neighbours.

Batch normalisation is here as it is after training, which uses the layer; `cnn_loupe.engine.fold` removes it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

import numpy as np

from cnn_loupe.engine.arrays import Array, Parameters, Shape
from cnn_loupe.engine.fields import Real, Whole
from cnn_loupe.engine.layers.base import Gradients, UnaryLayer, expect_maps
from cnn_loupe.engine.layers.starts import Start, ones
from cnn_loupe.engine.trace import Trace, check_index, operation, terms


def per_channel(numbers: Array, x: Array) -> Array:
    """One number a channel (or unit) of x, shaped so that it meets all values of that channel."""
    return numbers.reshape(-1, *[1] * (x.ndim - 1))


def over_channel(x: Array) -> Array:
    """The sum of all values of each channel, (C,)."""
    total: Array = x.sum(axis=tuple(range(1, x.ndim)))
    return total


def batch_norm(
    x: Array, scale: Array, shift: Array, mean: Array, variance: Array, epsilon: float
) -> tuple[Array, Array]:
    """Bring every map to the mean and spread that training has settled on.

    n[c, i, j] = (x[c, i, j] − mean[c]) / √(variance[c] + ε),  y = scale[c] · n + shift[c]

    x is (C, H, W) or (C,), the rest (C,). Cache: n. mean and variance are the running statistics of
    the training pictures, so one picture's result does not depend on any other's; during
    training itself the batch's own statistics stand in their place (`cnn_loupe.engine.batch`).
    Source: Ioffe and Szegedy, 2015, https://arxiv.org/abs/1502.03167.
    """
    deviation = np.sqrt(variance + variance.dtype.type(epsilon))
    n = (x - per_channel(mean, x)) / per_channel(deviation, x)
    return n * per_channel(scale, x) + per_channel(shift, x), n


def batch_norm_backward(
    n: Array, dy: Array, scale: Array, variance: Array, epsilon: float
) -> tuple[Array, Array, Array]:
    """The gradients (dx, dscale, dshift) of `batch_norm` with its statistics held fixed.

    dx[c, i, j] = dy[c, i, j] · scale[c] / √(variance[c] + ε)
    dscale[c]   = Σ_{i,j} dy[c, i, j] · n[c, i, j],  dshift[c] = Σ_{i,j} dy[c, i, j]

    n and dy are (C, H, W) or (C,), the rest (C,).
    """
    deviation = np.sqrt(variance + variance.dtype.type(epsilon))
    dx = dy * per_channel(scale / deviation, dy)
    return dx, over_channel(dy * n), over_channel(dy)


@operation("normalise")
def _normalise_value(trace: Trace) -> float:
    c = trace.constants
    deviation = math.sqrt(c["variance"] + c["epsilon"])
    return (trace.terms[0].value - c["mean"]) / deviation * c["scale"] + c["shift"]


@dataclass(frozen=True)
class BatchNorm(UnaryLayer):
    """Every map (or unit of a vector) shifted and scaled to the spread that training has settled on.

    Parameters: weight and bias (C,), which are learnt, and mean and variance (C,), which
    training measures. `cnn_loupe.engine.fold` merges the layer into the convolution before it.
    """

    kind: ClassVar[str] = "batch_norm"
    buffers: ClassVar[frozenset[str]] = frozenset({"mean", "variance"})
    starts: ClassVar[Mapping[str, Start]] = MappingProxyType({"weight": ones, "variance": ones})

    epsilon: Annotated[float, Real(1e-12, 1)] = 1e-5

    def parameter_shapes_of(self, shape: Shape) -> dict[str, Shape]:
        return dict.fromkeys(("weight", "bias", "mean", "variance"), shape[:1])

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        weight, bias, mean, variance = (params[key] for key in ("weight", "bias", "mean", "variance"))
        return batch_norm(x, weight, bias, mean, variance, self.epsilon)

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        dx, dscale, dshift = batch_norm_backward(cache, dy, params["weight"], params["variance"], self.epsilon)
        return dx, {"weight": dscale, "bias": dshift}

    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, x.shape)
        names = {"scale": "weight", "shift": "bias", "mean": "mean", "variance": "variance"}
        constants = {key: float(params[name][at[0]]) for key, name in names.items()}
        constants["epsilon"] = self.epsilon
        return Trace("normalise", at, terms(x, [at]), constants=constants)


@dataclass(frozen=True)
class BatchNorm2D(BatchNorm):
    """Batch normalisation of maps, as training with batches has it."""

    kind: ClassVar[str] = "batch_norm2d"

    def output_shape_of(self, shape: Shape) -> Shape:
        return expect_maps(self, shape)

    def parameter_shapes_of(self, shape: Shape) -> dict[str, Shape]:
        return super().parameter_shapes_of(expect_maps(self, shape))


@operation("scale_shift")
def _scale_shift_value(trace: Trace) -> float:
    return trace.terms[0].value * trace.constants["scale"] + trace.constants["shift"]


@dataclass(frozen=True)
class ScaleShift(UnaryLayer):
    """y[c] = x[c] · scale[c] + shift[c]: every map (or unit of a vector) times a number, plus another.

    Parameters: weight (scale) and bias (shift), (C,). dscale[c] = Σ dy · x, dshift[c] = Σ dy.
    """

    kind: ClassVar[str] = "scale_shift"
    starts: ClassVar[Mapping[str, Start]] = MappingProxyType({"weight": ones})

    def parameter_shapes_of(self, shape: Shape) -> dict[str, Shape]:
        return dict.fromkeys(("weight", "bias"), shape[:1])

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        return x * per_channel(params["weight"], x) + per_channel(params["bias"], x), x

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        gradients = {"weight": over_channel(dy * cache), "bias": over_channel(dy)}
        return dy * per_channel(params["weight"], dy), gradients

    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, x.shape)
        names = {"scale": "weight", "shift": "bias"}
        constants = {key: float(params[name][at[0]]) for key, name in names.items()}
        return Trace("scale_shift", at, terms(x, [at]), constants=constants)


def neighbours(squares: Array, before: int, after: int) -> Array:
    """s[c] = Σ squares[c'] over c − before ≤ c' ≤ c + after: sums along the channels."""
    channels = len(squares)
    padded = np.zeros((channels + before + after + 1, *squares.shape[1:]), squares.dtype)
    padded[before + 1 : before + 1 + channels] = squares
    total = np.zeros_like(squares)
    for shift in range(before + after + 1):
        total += padded[shift + 1 : shift + 1 + channels]
    return total


@operation("lrn")
def _lrn_value(trace: Trace) -> float:
    c = trace.constants
    (centre,) = (term.value for term in trace.terms if term.at == trace.at)
    squares = math.fsum(term.value**2 for term in trace.terms)
    return float(centre / (c["bias"] + c["alpha"] / c["size"] * squares) ** c["beta"])


@dataclass(frozen=True)
class LRN(UnaryLayer):
    """Local response normalisation: a value divided by the strength of its neighbours in other maps.

    y[c] = x[c] / S[c]^β,  S[c] = bias + α/size · Σ x[c']² over c − ⌊(size − 1)/2⌋ ≤ c' ≤ c + ⌈(size − 1)/2⌉

    dx[c] = dy[c] / S[c]^β − 2·α/size·β · x[c] · Σ dy[c'] · x[c'] / S[c']^(β + 1) over all c' that have c
    among their neighbours. As in ONNX and PyTorch α is shared out over the neighbours.
    Source: Krizhevsky, Sutskever and Hinton, 2012, §3.3.
    """

    kind: ClassVar[str] = "lrn"

    size: Annotated[int, Whole(1, 4096)] = 5
    alpha: Annotated[float, Real(0, 1e6)] = 1e-4
    beta: Annotated[float, Real(0, 100)] = 0.75
    bias: Annotated[float, Real(1e-6, 1e6)] = 1.0

    @property
    def reach(self) -> tuple[int, int]:
        """How many maps before and after a map take part."""
        return (self.size - 1) // 2, self.size // 2

    def output_shape_of(self, shape: Shape) -> Shape:
        return expect_maps(self, shape)

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        strength = self.bias + self.alpha / self.size * neighbours(x * x, *self.reach)
        return x * strength**-self.beta, (x, strength)

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        x, strength = cache
        before, after = self.reach
        shared = neighbours(dy * x * strength ** (-self.beta - 1), after, before)
        dx = dy * strength**-self.beta - 2 * self.alpha / self.size * self.beta * x * shared
        return dx, {}

    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, x.shape)
        channel, *place = at
        before, after = self.reach
        near = range(max(0, channel - before), min(len(x), channel + after + 1))
        constants = {"size": float(self.size), "alpha": self.alpha, "beta": self.beta, "bias": self.bias}
        return Trace("lrn", at, terms(x, [(c, *place) for c in near]), constants=constants)
