"""Dense layers: every input to every unit, each with a weight of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from cnn_loupe.engine.arrays import Array, Parameters, Shape
from cnn_loupe.engine.fields import Flag, Whole
from cnn_loupe.engine.layers.base import Gradients, UnaryLayer, expect_vector
from cnn_loupe.engine.trace import Trace, check_index, terms
from cnn_loupe.engine.windows import ReceptiveField


def dense(x: Array, w: Array, b: Array | None) -> tuple[Array, Array]:
    """y[o] = b[o] + Σ_i w[o, i] · x[i].

    x is (I,), w is (O, I), b is (O,) or None, the result is (O,). Cache: x.
    """
    return w @ x if b is None else w @ x + b, x


def dense_backward(x: Array, dy: Array, w: Array) -> tuple[Array, Array, Array]:
    """The gradients (dx, dw, db) of `dense`.

    dx[i] = Σ_o w[o, i] · dy[o],  dw[o, i] = dy[o] · x[i],  db = dy

    dy is (O,); dx, dw and db have the shapes of x, w and b.
    """
    return w.T @ dy, np.outer(dy, x), dy


@dataclass(frozen=True)
class Dense(UnaryLayer):
    """`units` neurons, each joined to every input by a weight of its own.

    Parameters: weight (units, I) and, with `bias`, bias (units,).
    """

    kind: ClassVar[str] = "dense"

    units: Annotated[int, Whole(1, 65536)]
    bias: Annotated[bool, Flag()] = True

    def output_shape_of(self, shape: Shape) -> Shape:
        expect_vector(self, shape)
        return (self.units,)

    def parameter_shapes_of(self, shape: Shape) -> dict[str, Shape]:
        found: dict[str, Shape] = {"weight": (self.units, expect_vector(self, shape))}
        return {**found, "bias": (self.units,)} if self.bias else found

    def multiplications_of(self, shape: Shape) -> int:
        return self.units * expect_vector(self, shape)

    def receptive_field_of(self, before: ReceptiveField) -> ReceptiveField:
        return before.whole()

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        return dense(x, params["weight"], params.get("bias"))

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        dx, dw, db = dense_backward(cache, dy, params["weight"])
        return dx, {"weight": dw, "bias": db} if self.bias else {"weight": dw}

    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, (self.units,))
        return Trace(
            "weighted_sum",
            at,
            terms(x, [(i,) for i in range(x.size)], params["weight"][at[0]]),
            bias=float(params["bias"][at[0]]) if self.bias else None,
        )
