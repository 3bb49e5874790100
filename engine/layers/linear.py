"""The layers at a network's end: from maps to a vector, to scores, to probabilities."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from cnn_loupe.engine.arrays import Array, Parameters, Shape
from cnn_loupe.engine.layers.base import Layer, expect_vector
from cnn_loupe.engine.ops.linear import dense, dense_backward
from cnn_loupe.engine.ops.loss import softmax, softmax_backward
from cnn_loupe.engine.trace import Trace, check_index, terms
from cnn_loupe.engine.windows import ReceptiveField


@dataclass(frozen=True)
class Flatten(Layer):
    """Write the maps one after the other into one vector: map by map, row by row."""

    kind: ClassVar[str] = "flatten"
    keeps_finite: ClassVar[bool] = True

    def output_shape(self, input_shape: Shape) -> Shape:
        return (math.prod(input_shape),)

    def forward(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        return x.reshape(-1), x.shape

    def backward(self, kept: Any, dy: Array, params: Parameters) -> tuple[Array, dict[str, Array]]:
        return dy.reshape(kept), {}

    def trace(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, (x.size,))
        cell = tuple(int(i) for i in np.unravel_index(at[0], x.shape))
        return Trace("copy", at, terms(x, [cell]))


@dataclass(frozen=True)
class Dense(Layer):
    """`units` neurons, each joined to every input by a weight of its own.

    Parameters: weight (units, I) and bias (units,).
    """

    kind: ClassVar[str] = "dense"

    units: int

    def output_shape(self, input_shape: Shape) -> Shape:
        expect_vector(self, input_shape)
        return (self.units,)

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        return {"weight": (self.units, expect_vector(self, input_shape)), "bias": (self.units,)}

    def receptive_field(self, before: ReceptiveField) -> ReceptiveField:
        return before.whole()

    def forward(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        return dense(x, params["weight"], params["bias"])

    def backward(self, kept: Any, dy: Array, params: Parameters) -> tuple[Array, dict[str, Array]]:
        dx, dw, db = dense_backward(kept, dy, params["weight"])
        return dx, {"weight": dw, "bias": db}

    def trace(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, (self.units,))
        return Trace(
            "weighted_sum",
            at,
            terms(x, [(i,) for i in range(x.size)], params["weight"][at[0]]),
            bias=float(params["bias"][at[0]]),
        )


@dataclass(frozen=True)
class Softmax(Layer):
    """Turn scores into probabilities that add up to 1."""

    kind: ClassVar[str] = "softmax"
    keeps_finite: ClassVar[bool] = True

    def output_shape(self, input_shape: Shape) -> Shape:
        expect_vector(self, input_shape)
        return input_shape

    def receptive_field(self, before: ReceptiveField) -> ReceptiveField:
        return before.whole()

    def forward(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        return softmax(x)

    def backward(self, kept: Any, dy: Array, params: Parameters) -> tuple[Array, dict[str, Array]]:
        return softmax_backward(kept, dy), {}

    def trace(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, x.shape)
        return Trace("softmax", at, terms(x, [(i,) for i in range(x.size)]))
