"""Pooling for a block of pictures (H, C, n, W)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Shape
from cnn_loupe.engine.fast.step import Scratch, StepContext, UnaryStep
from cnn_loupe.engine.layers import AvgPool2D, MaxPool2D, Pool2D
from cnn_loupe.engine.layers.pooling import window_counts
from cnn_loupe.engine.windows import Window


def cells(padded: Array, window: Window, height: int, width: int) -> Iterator[Array]:
    """For each cell of the window, row by row, what all windows have in it: (H', C, n, W')."""
    sh, sw = window.stride
    for u, v in np.ndindex(window.size):
        yield padded[u : u + (height - 1) * sh + 1 : sh, :, :, v : v + (width - 1) * sw + 1 : sw]


class PoolStep(UnaryStep):
    """What both poolings share: the shapes, and room for a padded input."""

    def __init__(self, layer: Pool2D, shapes: Sequence[Shape], count: int) -> None:
        super().__init__(layer.name, count)
        (input_shape,) = shapes
        self.window = layer.sliding
        self.channels, self.height, self.width = input_shape
        _, self.out_height, self.out_width = layer.output_shape(input_shape)
        self.y = np.empty((self.out_height, self.channels, count, self.out_width), dtype=FLOAT)

    @property
    def padded_shape(self) -> Shape:
        ph, pw = self.window.padding
        return (self.height + 2 * ph, self.channels, self.count, self.width + 2 * pw)

    def pad(self, x: Array, scratch: Scratch, outside: float) -> Array:
        """The maps with a margin of this value; x itself where the layer does not pad."""
        if not any(self.window.padding):
            return x
        padded = scratch.zeros(self.name + ".x", self.padded_shape)
        padded.fill(outside)
        self.inside(padded)[...] = x
        return padded

    def empty_dx(self, scratch: Scratch) -> Array:
        """Zeros as large as the padded maps."""
        padded = scratch.zeros(self.name + ".dx", self.padded_shape)
        padded.fill(0)
        return padded

    def inside(self, padded: Array) -> Array:
        """The part of the padded maps that is not padding."""
        ph, pw = self.window.padding
        return padded[ph : ph + self.height, :, :, pw : pw + self.width]

    def cells(self, padded: Array) -> Iterator[Array]:
        return cells(padded, self.window, self.out_height, self.out_width)


class MaxPoolStep(PoolStep):
    """The maximum over any window: one comparison for each of its cells."""

    def __init__(self, layer: MaxPool2D, shapes: Sequence[Shape], count: int) -> None:
        super().__init__(layer, shapes, count)
        self.winners = np.empty(self.y.shape, dtype=np.uint16)
        self.better = np.empty(self.y.shape, dtype=bool)

    def forward_of(self, x: Array, context: StepContext) -> Array:
        for cell, values in enumerate(self.cells(self.pad(x, context.scratch, -np.inf))):
            if cell == 0:
                self.y[...] = values
                self.winners.fill(0)
                continue
            np.greater(values, self.y, out=self.better)  # of equal values the first stays
            np.copyto(self.winners, np.uint16(cell), where=self.better)
            np.maximum(self.y, values, out=self.y)
        return self.y

    def backward_of(self, dy: Array, context: StepContext) -> Array:
        padded = self.empty_dx(context.scratch)
        for cell, into in enumerate(self.cells(padded)):
            np.equal(self.winners, cell, out=self.better)
            into += dy * self.better
        return self.inside(padded)


class MaxPool2x2Step(PoolStep):
    """The maximum over 2×2 windows side by side, as maxima of pairs: rows first, then columns.

    Of equal values the left column's wins, then the upper one. The readable form takes the
    upper row's first; where the two differ, either choice is a derivative of the maximum.
    """

    def __init__(self, layer: MaxPool2D, shapes: Sequence[Shape], count: int) -> None:
        super().__init__(layer, shapes, count)
        flat = (self.out_height, self.channels, count, 2 * self.out_width)
        self.rows = np.empty(flat, dtype=FLOAT)
        self.upper = np.empty(flat, dtype=bool)
        self.left = np.empty(self.y.shape, dtype=bool)

    def forward_of(self, x: Array, context: StepContext) -> Array:
        upper, lower = self._rows(x)
        np.maximum(upper, lower, out=self.rows)
        np.greater_equal(upper, lower, out=self.upper)
        left, right = self.rows[..., 0::2], self.rows[..., 1::2]
        np.maximum(left, right, out=self.y)
        np.greater_equal(left, right, out=self.left)
        return self.y

    def backward_of(self, dy: Array, context: StepContext) -> Array:
        # The loser of a pair gets what the winner leaves: dy or nothing.
        left, right = self.rows[..., 0::2], self.rows[..., 1::2]
        np.multiply(dy, self.left, out=left)
        np.subtract(dy, left, out=right)
        dx = context.scratch.zeros(self.name + ".dx", self.padded_shape)  # dropped borders stay 0
        upper, lower = self._rows(dx)
        np.multiply(self.rows, self.upper, out=upper)
        np.subtract(self.rows, upper, out=lower)
        return dx

    def _rows(self, maps: Array) -> tuple[Array, Array]:
        """The upper and the lower rows of all windows, without a dropped border."""
        inside = maps[: 2 * self.out_height, :, :, : 2 * self.out_width]
        return inside[0::2], inside[1::2]


class AvgPoolStep(PoolStep):
    """The mean over any window: rows are added up first, which lie side by side in memory, then columns."""

    def __init__(self, layer: AvgPool2D, shapes: Sequence[Shape], count: int) -> None:
        super().__init__(layer, shapes, count)
        counts = window_counts(shapes[0], self.window, count_include_pad=layer.count_include_pad)
        # One share for all windows where they are alike, else (H', 1, 1, W').
        alike = counts.min() == counts.max()
        self.shares = FLOAT(1 / counts.flat[0]) if alike else (1 / counts)[:, None, None, :].astype(FLOAT)
        self.rows = np.empty((self.out_height, *self.padded_shape[1:]), dtype=FLOAT)
        self.apart = all(step >= side for step, side in zip(self.window.stride, self.window.size, strict=True))

    def forward_of(self, x: Array, context: StepContext) -> Array:
        add_up(self._rows(self.pad(x, context.scratch, 0)), self.rows)
        add_up(self._columns(self.rows), self.y)
        self.y *= self.shares
        return self.y

    def backward_of(self, dy: Array, context: StepContext) -> Array:
        share = dy * self.shares
        if self.apart:  # every value is in one window at most; those in none stay 0
            spread = context.scratch.zeros(self.name + ".spread", self.rows.shape)
            for columns in self._columns(spread):
                columns[...] = share
            padded = context.scratch.zeros(self.name + ".dx", self.padded_shape)
            for rows in self._rows(padded):
                rows[...] = spread
            return self.inside(padded)
        padded = self.empty_dx(context.scratch)
        for into in self.cells(padded):
            into += share
        return self.inside(padded)

    def _rows(self, padded: Array) -> list[Array]:
        """For each row of the window what all windows have in it: (H', C, n, W)."""
        step = self.window.stride[0]
        return [padded[u : u + (self.out_height - 1) * step + 1 : step] for u in range(self.window.size[0])]

    def _columns(self, rows: Array) -> list[Array]:
        """For each column of the window what all windows have in it: (H', C, n, W')."""
        step = self.window.stride[1]
        return [rows[..., v : v + (self.out_width - 1) * step + 1 : step] for v in range(self.window.size[1])]


def add_up(parts: Sequence[Array], out: Array) -> None:
    """The sum of one or more arrays, in `out`."""
    if len(parts) == 1:
        out[...] = parts[0]
        return
    np.add(parts[0], parts[1], out=out)
    for part in parts[2:]:
        out += part
