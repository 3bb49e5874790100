"""Where branches are put behind each other, for a block of pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Shape
from cnn_loupe.engine.fast.step import Step, StepContext, block_shape
from cnn_loupe.engine.layers import Concat


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
