"""Batch normalisation as it is after training: each map scaled and shifted by fixed numbers.

Training uses the layer and `cnn_loupe.engine.fold` removes it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

import numpy as np

from cnn_loupe.engine.arrays import Array, Parameters, Shape
from cnn_loupe.engine.fields import Real
from cnn_loupe.engine.layers.base import Gradients, UnaryLayer, expect_maps
from cnn_loupe.engine.layers.starts import Start, ones
from cnn_loupe.engine.trace import Trace, check_index, operation, terms


def batch_norm2d(
    x: Array, scale: Array, shift: Array, mean: Array, variance: Array, epsilon: float
) -> tuple[Array, Array]:
    """Bring every map to the mean and spread that training has settled on.

    n[c, i, j] = (x[c, i, j] − mean[c]) / √(variance[c] + ε),  y = scale[c] · n + shift[c]

    x is (C, H, W), the rest (C,). Cache: n. mean and variance are the running statistics of
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


@operation("normalise")
def _normalise_value(trace: Trace) -> float:
    c = trace.constants
    deviation = math.sqrt(c["variance"] + c["epsilon"])
    return (trace.terms[0].value - c["mean"]) / deviation * c["scale"] + c["shift"]


@dataclass(frozen=True)
class BatchNorm2D(UnaryLayer):
    """Every map shifted and scaled to the spread that training has settled on.

    Parameters: weight and bias (C,), which are learnt, and mean and variance (C,), which
    training measures. `cnn_loupe.engine.fold` merges the layer into the convolution before it.
    """

    kind: ClassVar[str] = "batch_norm2d"
    buffers: ClassVar[frozenset[str]] = frozenset({"mean", "variance"})
    starts: ClassVar[Mapping[str, Start]] = MappingProxyType({"weight": ones, "variance": ones})

    epsilon: Annotated[float, Real(1e-12, 1)] = 1e-5

    def output_shape_of(self, shape: Shape) -> Shape:
        return expect_maps(self, shape)

    def parameter_shapes_of(self, shape: Shape) -> dict[str, Shape]:
        channels, _, _ = expect_maps(self, shape)
        return dict.fromkeys(("weight", "bias", "mean", "variance"), (channels,))

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        return batch_norm2d(
            x,
            params["weight"],
            params["bias"],
            params["mean"],
            params["variance"],
            self.epsilon,
        )

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        dx, dscale, dshift = batch_norm2d_backward(
            cache, dy, params["weight"], params["variance"], self.epsilon
        )
        return dx, {"weight": dscale, "bias": dshift}

    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, x.shape)
        names = {"scale": "weight", "shift": "bias", "mean": "mean", "variance": "variance"}
        constants = {key: float(params[name][at[0]]) for key, name in names.items()}
        constants["epsilon"] = self.epsilon
        return Trace("normalise", at, terms(x, [at]), constants=constants)
