"""Activation functions for a block: in place, since nobody needs what went in."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Shape
from cnn_loupe.engine.fast.step import StepContext, UnaryStep, block_shape
from cnn_loupe.engine.layers import Layer, LeakyReLU


class PointwiseStep(UnaryStep):
    """What the activation functions share: y replaces x, and is what the way back needs."""

    needs_output = True

    def __init__(self, layer: Layer, shapes: Sequence[Shape], count: int) -> None:
        super().__init__(layer.name, count)
        (input_shape,) = shapes
        self.in_place = True  # set to False where the step before needs its y
        self.y = np.empty(0, dtype=FLOAT)  # replaced in each forward pass
        self.mask = np.empty(block_shape(input_shape, count), dtype=bool)

    @abstractmethod
    def apply(self, x: Array) -> None:
        """Turn x into y, in place."""

    @abstractmethod
    def derive(self, dy: Array) -> None:
        """Turn dy into dx, in place."""

    def forward_of(self, x: Array, context: StepContext) -> Array:
        if not self.in_place:
            x = x.copy()
        self.apply(x)
        self.y = x
        return x

    def backward_of(self, dy: Array, context: StepContext) -> Array:
        self.derive(dy)
        return dy


class ReLUStep(PointwiseStep):
    """y = max(0, x); dx = dy where y > 0."""

    def __init__(self, layer: Layer, shapes: Sequence[Shape], count: int) -> None:
        super().__init__(layer, shapes, count)
        # NumPy takes a maximum of two arrays with vector instructions, and one of an array and
        # a number without: a line of zeros halves the time.
        self.zeros = np.zeros(self.mask.shape[2:] or self.mask.shape, dtype=FLOAT)

    def apply(self, x: Array) -> None:
        np.maximum(x, self.zeros, out=x)

    def derive(self, dy: Array) -> None:
        np.greater(self.y, 0, out=self.mask)
        np.multiply(dy, self.mask, out=dy)


class LeakyReLUStep(PointwiseStep):
    """y = x where x > 0, slope · x elsewhere."""

    def __init__(self, layer: LeakyReLU, shapes: Sequence[Shape], count: int) -> None:
        super().__init__(layer, shapes, count)
        self.slope = FLOAT(layer.slope)
        self.factor = np.empty(self.mask.shape, dtype=FLOAT)

    def apply(self, x: Array) -> None:
        # The factor, 1 or slope, is kept: with slope 0 the sign of y would be lost.
        np.greater(x, 0, out=self.mask)
        np.multiply(self.mask, 1 - self.slope, out=self.factor)
        self.factor += self.slope
        x *= self.factor

    def derive(self, dy: Array) -> None:
        dy *= self.factor


class SigmoidStep(PointwiseStep):
    """y = (1 + tanh(x / 2)) / 2; dx = dy · y · (1 − y)."""

    def apply(self, x: Array) -> None:
        x *= FLOAT(0.5)
        np.tanh(x, out=x)
        x += 1
        x *= FLOAT(0.5)

    def derive(self, dy: Array) -> None:
        dy *= self.y
        dy *= 1 - self.y


class TanhStep(PointwiseStep):
    """y = tanh(x); dx = dy · (1 − y²)."""

    def apply(self, x: Array) -> None:
        np.tanh(x, out=x)

    def derive(self, dy: Array) -> None:
        dy *= 1 - self.y * self.y
