"""The maps of one picture with as much around them as the windows over them reach."""

from __future__ import annotations

from cnn_loupe.engine.arrays import Array, Pair, Shape
from cnn_loupe.engine.fast.step import Scratch
from cnn_loupe.engine.windows import Window


class Margins:
    """How a window that slides `outputs` times over maps (C, H, W) reaches over their edges.

    size  the rows and columns that all windows together cover, padding included
    """

    def __init__(self, window: Window, shape: Shape, outputs: Pair) -> None:
        first_row, first_column = window.cells(0, 0)[0]
        self.top, self.left = -first_row, -first_column
        self.channels, self.height, self.width = shape
        covered = [(n - 1) * s + span for n, s, span in zip(outputs, window.stride, window.span, strict=True)]
        self.plain = not self.top and not self.left and covered[0] <= self.height and covered[1] <= self.width
        self.size = (self.height, self.width) if self.plain else (covered[0], covered[1])

    def around(self, x: Array, scratch: Scratch, value: float) -> Array:
        """The maps with their margins, in memory that all layers share; x itself if there are none."""
        if self.plain:
            return x
        rows, columns = self.size
        padded = scratch.part("padded", (self.channels, rows, columns))
        bottom, right = min(rows, self.top + self.height), min(columns, self.left + self.width)
        inside = padded[:, self.top : bottom, self.left : right]
        for margin in (
            padded[:, : self.top],
            padded[:, bottom:],
            padded[:, self.top : bottom, : self.left],
            padded[:, self.top : bottom, right:],
        ):
            margin.fill(value)
        inside[...] = x[:, : inside.shape[1], : inside.shape[2]]
        return padded
