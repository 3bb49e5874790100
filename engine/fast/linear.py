"""From maps to vectors to scores, for a block of pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Shape
from cnn_loupe.engine.fast.step import StepContext, UnaryStep, block_shape, from_rows
from cnn_loupe.engine.layers import Dense, Flatten, Softmax
from cnn_loupe.engine.layers.softmax import softmax, softmax_backward


class FlattenStep(UnaryStep):
    """(H, C, n, W) becomes (n, C·H·W), or (n, H·W·C) in the order of pixels."""

    def __init__(self, layer: Flatten, shapes: Sequence[Shape], count: int) -> None:
        super().__init__(layer.name, count)
        (input_shape,) = shapes
        self.maps = len(input_shape) == 3
        # Where the axes of a picture's maps stand in the vector.
        self.order = (0, 2, 3, 1) if layer.order == "hwc" else (0, 1, 2, 3)
        self.y = np.empty((count, *layer.output_shape(input_shape)), dtype=FLOAT)
        self.dx = np.empty(block_shape(input_shape, count), dtype=FLOAT)

    def forward_of(self, x: Array, context: StepContext) -> Array:
        if not self.maps:
            self.y[...] = x
            return self.y
        pictures = from_rows(x).transpose(self.order)
        self.y.reshape(pictures.shape)[...] = pictures
        return self.y

    def backward_of(self, dy: Array, context: StepContext) -> Array:
        if not self.maps:
            return dy
        pictures = from_rows(self.dx).transpose(self.order)
        pictures[...] = dy.reshape(pictures.shape)
        return self.dx


class DenseStep(UnaryStep):
    """y = x wᵀ + b for all pictures of the block at once."""

    def __init__(self, layer: Dense, shapes: Sequence[Shape], count: int) -> None:
        super().__init__(layer.name, count)
        (input_shape,) = shapes
        self.y = np.empty((count, layer.units), dtype=FLOAT)
        self.x = self.dx = np.empty((count, *input_shape), dtype=FLOAT)

    def forward_of(self, x: Array, context: StepContext) -> Array:
        self.x = x
        np.matmul(x, context.weights["weight"].T, out=self.y)
        if "bias" in context.weights:
            self.y += context.weights["bias"]
        return self.y

    def backward_of(self, dy: Array, context: StepContext) -> Array:
        np.matmul(dy.T, self.x, out=context.gradients["weight"])
        if "bias" in context.gradients:
            np.sum(dy, axis=0, out=context.gradients["bias"])
        if context.first:
            return dy
        np.matmul(dy, context.weights["weight"], out=self.dx)
        return self.dx


class SoftmaxStep(UnaryStep):
    """Softmax inside a network; at its end the loss takes its place."""

    needs_output = True

    def __init__(self, layer: Softmax, shapes: Sequence[Shape], count: int) -> None:
        super().__init__(layer.name, count)
        (input_shape,) = shapes
        self.y = np.empty((count, *input_shape), dtype=FLOAT)

    def forward_of(self, x: Array, context: StepContext) -> Array:
        self.y[...], _ = softmax(x)
        return self.y

    def backward_of(self, dy: Array, context: StepContext) -> Array:
        return softmax_backward(self.y, dy)
