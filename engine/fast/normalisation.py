"""Batch normalisation while training: a batch is judged by its own mean and spread.

The statistics belong to the whole batch, and a batch is worked through in blocks, by several
threads. So the step comes in two halves: every block measures sums, then, once all have, the
shared `Statistics` are settled, then every block goes on. Blocks meet in the same way on the
way back, where dx depends on two sums over the batch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Shape
from cnn_loupe.engine.fast.step import StepContext, UnaryStep, block_shape
from cnn_loupe.engine.layers import BatchNorm


class Statistics:
    """What all blocks of a batch share about one batch normalisation layer.

    forward   y = factor · x + offset, with factor = scale / √(variance + ε)
              and offset = shift − factor · mean
    backward  dx = factor · dy + slope · x + level, see `settle_backward`
    """

    def __init__(self, layer: BatchNorm, input_shape: Shape) -> None:
        self.epsilon = layer.epsilon
        channels, *sides = input_shape
        self.area = math.prod(sides)  # 1 in a vector
        self.mean = self.variance = np.zeros(channels)
        self.factor = self.offset = np.zeros(channels, dtype=FLOAT)
        self.slope = self.level = np.zeros(channels, dtype=FLOAT)

    def use_running(self, weights: Mapping[str, Array]) -> None:
        """Outside training: the statistics that training has settled on."""
        self._settle(weights["mean"].astype(np.float64), weights["variance"].astype(np.float64), weights)

    def settle_forward(self, sums: Array, pictures: int, weights: Mapping[str, Array]) -> None:
        """From Σx and Σx² of every block, (blocks, 2, C), to this batch's statistics."""
        total = sums.sum(axis=0) / (pictures * self.area)
        self._settle(total[0], np.maximum(total[1] - total[0] ** 2, 0), weights)

    def settle_backward(
        self,
        sums: Array,
        pictures: int,
        weights: Mapping[str, Array],
        gradients: Mapping[str, Array],
    ) -> None:
        """From Σdy and Σdy·x of every block to the parameters' gradients and dx's formula.

        With n = (x − mean) / deviation and means over batch and positions:
        dx = factor · (dy − mean(dy) − n · mean(dy · n)), dscale = Σ dy · n, dshift = Σ dy
        """
        count = pictures * self.area
        deviation = np.sqrt(self.variance + self.epsilon)
        dshift, product = sums.sum(axis=0)
        dscale = (product - self.mean * dshift) / deviation
        factor = weights["weight"] / deviation
        gradients["weight"][...] = dscale
        gradients["bias"][...] = dshift
        slope = -factor * dscale / (deviation * count)
        self.slope = slope.astype(FLOAT)
        self.level = (-factor * dshift / count - slope * self.mean).astype(FLOAT)

    def move_running(self, weights: Mapping[str, Array], pictures: int, momentum: float) -> None:
        """Move the running statistics towards this batch's, in place.

        running ← (1 − momentum) · running + momentum · batch, with the unbiased variance, as
        in PyTorch.
        """
        count = pictures * self.area
        unbiased = self.variance * count / max(1, count - 1)
        for key, value in (("mean", self.mean), ("variance", unbiased)):
            weights[key][...] += momentum * (value - weights[key])

    def _settle(self, mean: Array, variance: Array, weights: Mapping[str, Array]) -> None:
        self.mean, self.variance = mean, variance
        factor = weights["weight"] / np.sqrt(variance + self.epsilon)
        self.factor = factor.astype(FLOAT)
        self.offset = (weights["bias"] - factor * mean).astype(FLOAT)


class BatchNormStep(UnaryStep):
    """`cnn_loupe.engine.layers.normalisation` for a block, with statistics from outside."""

    def __init__(self, layer: BatchNorm, shapes: Sequence[Shape], count: int, shared: Statistics) -> None:
        super().__init__(layer.name, count)
        (input_shape,) = shapes
        self.shared = shared
        shape = block_shape(input_shape, count)
        # Maps (H, C, n·W). Vectors (n, C) are as many rows of one value each.
        self.flat = (*shape[:2], math.prod(shape[2:]))
        self.y = np.empty(shape, dtype=FLOAT)
        self.ones = np.ones(self.flat[2], dtype=FLOAT)
        self.x = self.y  # replaced by the input of each forward pass
        self.dy = self.y

    def measure(self, x: Array) -> Array:
        """Σx and Σx² of this block, (2, C): the first half of the step.

        x stays where it is until `forward`, which goes on with it.
        """
        self.x = x
        return self._sums(x, x)

    def forward_of(self, x: Array, context: StepContext) -> Array:
        self.x = x
        y = self.y.reshape(self.flat)
        np.multiply(x.reshape(self.flat), self.shared.factor[:, None], out=y)
        y += self.shared.offset[:, None]
        return self.y

    def measure_backward(self, dy: Array) -> Array:
        """Σdy and Σdy·x of this block, (2, C): the first half of the way back.

        dy is copied into a buffer of this step until the other blocks have measured theirs.
        """
        # y has served the activation after it, and makes room.
        self.dy = self.y
        self.dy[...] = dy
        return self._sums(self.dy, self.x)

    def backward_of(self, dy: Array, context: StepContext) -> Array:
        """dx from the dy that was measured; the parameters' gradients are settled outside."""
        dx, x = self.dy.reshape(self.flat), self.x.reshape(self.flat)
        product = context.scratch.zeros(self.name + ".product", self.flat)
        np.multiply(x, self.shared.slope[:, None], out=product)
        product += self.shared.level[:, None]
        dx *= self.shared.factor[:, None]
        dx += product
        return self.dy

    def _sums(self, a: Array, b: Array) -> Array:
        """Σa and Σa·b for each channel, in float64 from float32 sums over single rows."""
        height, channels, width = self.flat
        a = a.reshape(height * channels, width)
        b = b.reshape(height * channels, width)
        plain = (a @ self.ones).reshape(height, channels)
        products = np.einsum("rw,rw->r", a, b).reshape(height, channels)
        return np.stack([plain.sum(axis=0, dtype=float), products.sum(axis=0, dtype=float)])
