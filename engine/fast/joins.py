"""Where branches meet, for a block of pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Shape
from cnn_loupe.engine.fast.step import Step, StepContext, block_shape
from cnn_loupe.engine.layers import Add, Concat


class AddStep(Step):
    """y = x_0 + x_1 + …; every input gets dy, each in memory of its own."""

    def __init__(self, layer: Add, shapes: Sequence[Shape], count: int) -> None:
        super().__init__(layer.name, count)
        shape = block_shape(shapes[0], count)
        self.y = np.empty(shape, dtype=FLOAT)
        self.copies = [np.empty(shape, dtype=FLOAT) for _ in shapes[1:]]

    def forward(self, xs: Sequence[Array], context: StepContext) -> Array:
        np.add(xs[0], xs[1], out=self.y)
        for x in xs[2:]:
            self.y += x
        return self.y

    def backward(self, dy: Array, context: StepContext) -> Sequence[Array]:
        for copy in self.copies:
            copy[...] = dy
        return (dy, *self.copies)


class ConcatStep(Step):
    """The channels of all inputs behind each other; every input gets its part of dy."""

    def __init__(self, layer: Concat, shapes: Sequence[Shape], count: int) -> None:
        super().__init__(layer.name, count)
        self.y = np.empty(block_shape(layer.output_shape(*shapes), count), dtype=FLOAT)
        self.dxs = [np.empty(block_shape(shape, count), dtype=FLOAT) for shape in shapes]
        ends = np.cumsum([shape[0] for shape in shapes])
        self.parts = [slice(int(end) - shape[0], int(end)) for end, shape in zip(ends, shapes, strict=True)]

    def forward(self, xs: Sequence[Array], context: StepContext) -> Array:
        for x, part in zip(xs, self.parts, strict=True):
            self.y[:, part] = x  # the second axis counts channels, and units in vectors
        return self.y

    def backward(self, dy: Array, context: StepContext) -> Sequence[Array]:
        for dx, part in zip(self.dxs, self.parts, strict=True):
            dx[...] = dy[:, part]
        return self.dxs
