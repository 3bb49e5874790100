"""Dense layers: every input to every unit, each with a weight of its own."""

from __future__ import annotations

import numpy as np

from cnn_loupe.engine.arrays import Array


def dense(x: Array, w: Array, b: Array) -> tuple[Array, Array]:
    """y[o] = b[o] + Σ_i w[o, i] · x[i].

    x is (I,), w is (O, I), b is (O,), the result is (O,). Kept: x.
    """
    return w @ x + b, x


def dense_backward(x: Array, dy: Array, w: Array) -> tuple[Array, Array, Array]:
    """The gradients (dx, dw, db) of `dense`.

    dx[i] = Σ_o w[o, i] · dy[o],  dw[o, i] = dy[o] · x[i],  db = dy

    dy is (O,); dx, dw and db have the shapes of x, w and b.
    """
    return w.T @ dy, np.outer(dy, x), dy
