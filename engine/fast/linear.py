"""From maps to vectors to scores, for a block of pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Shape
from cnn_loupe.engine.fast.step import Lent, UnaryStep, block_shape, from_rows
from cnn_loupe.engine.layers import Dense, Flatten, Softmax
from cnn_loupe.engine.layers.softmax import softmax, softmax_backward


class FlattenStep(UnaryStep):
    """(H, C, n, W) becomes (n, C·H·W)."""

    def __init__(self, layer: Flatten, shapes: Sequence[Shape], count: int) -> None:
        super().__init__(layer.name, count)
        (input_shape,) = shapes
        self.shape = input_shape
        self.y = np.empty((count, *layer.output_shape(input_shape)), dtype=FLOAT)
        self.dx = np.empty(block_shape(input_shape, count), dtype=FLOAT)

    def forward_of(self, x: Array, lent: Lent) -> Array:
        pictures = self.y.reshape(self.count, *self.shape)
        pictures[...] = from_rows(x) if len(self.shape) == 3 else x
        return self.y

    def backward_of(self, dy: Array, lent: Lent) -> Array:
        if len(self.shape) == 3:
            from_rows(self.dx)[...] = dy.reshape(self.count, *self.shape)
            return self.dx
        return dy


class DenseStep(UnaryStep):
    """y = x wᵀ + b for all pictures of the block at once."""

    def __init__(self, layer: Dense, shapes: Sequence[Shape], count: int) -> None:
        super().__init__(layer.name, count)
        (input_shape,) = shapes
        self.y = np.empty((count, layer.units), dtype=FLOAT)
        self.x = self.dx = np.empty((count, *input_shape), dtype=FLOAT)

    def forward_of(self, x: Array, lent: Lent) -> Array:
        self.x = x
        np.matmul(x, lent.weights["weight"].T, out=self.y)
        self.y += lent.weights["bias"]
        return self.y

    def backward_of(self, dy: Array, lent: Lent) -> Array:
        np.matmul(dy.T, self.x, out=lent.gradients["weight"])
        np.sum(dy, axis=0, out=lent.gradients["bias"])
        if lent.first:
            return dy
        np.matmul(dy, lent.weights["weight"], out=self.dx)
        return self.dx


class SoftmaxStep(UnaryStep):
    """Softmax inside a network; at its end the loss takes its place."""

    needs_output = True

    def __init__(self, layer: Softmax, shapes: Sequence[Shape], count: int) -> None:
        super().__init__(layer.name, count)
        (input_shape,) = shapes
        self.y = np.empty((count, *input_shape), dtype=FLOAT)

    def forward_of(self, x: Array, lent: Lent) -> Array:
        self.y[...], _ = softmax(x)
        return self.y

    def backward_of(self, dy: Array, lent: Lent) -> Array:
        return softmax_backward(self.y, dy)
