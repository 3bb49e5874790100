"""One picture's convolution, a few output rows at a time.

The form is that of the batches (`cnn_loupe.engine.fast.convolution`) with a block of one picture, on maps
that lie as `cnn_loupe.engine.fast.rows` says, and two things more:

- The shifted copies of a whole map are three times its size. Made and multiplied a strip of
  rows at a time, in a piece of memory that all layers share, they never leave the cache.
- Without padding or stride along the rows, a kernel's columns see whole rows of memory, shifted:
  all channels are copied in one stretch, for all of the kernel's columns while the row is near,
  in half the time of a copy channel by channel. What a channel's last columns then see are the
  next one's first: those columns are surplus.

docs/engine.md has the measurements behind both.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Parameters, Shape
from cnn_loupe.engine.fast.convolution import RowProducts, row_matrices
from cnn_loupe.engine.fast.rows import wide
from cnn_loupe.engine.fast.step import CACHED, Scratch
from cnn_loupe.engine.layers import Conv2D


class Strip(NamedTuple):
    """Some output rows of a convolution, and the buffer that their windows lie in."""

    outputs: slice  # the output rows
    inputs: slice  # the input rows that they see
    targets: list[Array]  # where the copies go, one for each view of the input
    blanks: list[Array]  # what is padding here, or is not copied, and must be 0
    matrices: Array  # what the kernels multiply, one for each output row


class Strips(NamedTuple):
    """A convolution cut into strips."""

    ones: Array  # the line of every buffer row that the bias multiplies
    strips: list[Strip]


class OnePicture(RowProducts):
    """The form of a convolution of one picture, whatever numbers its kernels hold."""

    def __init__(self, layer: Conv2D, input_shape: Shape) -> None:
        super().__init__(layer, input_shape, 1)
        self.key = f"{self.window} {input_shape} {self.filters}"  # what its strips depend on
        self.kernel, stride, padding, self.dilation = self.window.axis(1)
        self.by_rows = stride == 1 and padding == 0
        self.out_line = wide(self.out_width)
        self.line = wide(self.width) if self.by_rows else self.out_line  # of the buffer

    def views(self, x: Array) -> list[Array]:
        """What the kernel's columns see of the maps x (H, C, wide), row by row.

        One view (H, Kw, all of a row that every column can see), or one (H, C, W') for each.
        """
        if not self.by_rows:
            return [x[..., inputs] for inputs, _ in self.columns]
        height, item = len(x), x.itemsize
        row = x.strides[0] // item
        shape = (height, self.kernel, row - self.dilation * (self.kernel - 1))
        return [np.ndarray(shape, FLOAT, x, 0, (row * item, self.dilation * item, item))]


# An edit of kernels makes a new StripConvolution, and that should cost next to nothing.
form_of = lru_cache(maxsize=256)(OnePicture)


class StripConvolution:
    """`cnn_loupe.engine.layers.convolution` for one picture, with the kernels of one layer."""

    def __init__(self, layer: Conv2D, input_shape: Shape, params: Parameters) -> None:
        self.form = form_of(layer, input_shape)
        self.kernels = self.form.kernels(params["weight"], params["bias"])

    def __call__(self, x: Array, y: Array, scratch: Scratch) -> None:
        """Write the maps (H', O, wide) into y, from maps x (H, C, wide)."""
        ones, strips = scratch.once(self.form.key, lambda: cut(self.form, scratch))
        views = self.form.views(x)
        ones.fill(1)
        for outputs, inputs, targets, blanks, matrices in strips:
            for target, view in zip(targets, views, strict=True):
                target[...] = view[inputs]
            for blank in blanks:
                blank.fill(0)
            np.matmul(self.kernels, matrices, out=y[outputs])


def cut(form: OnePicture, scratch: Scratch) -> Strips:
    """A convolution cut into strips that share one buffer."""
    _, stride, padding, _ = form.window.axis(0)
    row = form.line * (form.lines + 1)
    most = max(1, (CACHED // row - form.depth) // stride + 1)
    most = -(-form.out_height // -(-form.out_height // most))  # strips of equal height
    height = (most - 1) * stride + form.depth
    buffer = scratch.part("strip", (height, form.lines + 1, form.line))
    found = []
    for first in range(0, form.out_height, most):
        rows = min(most, form.out_height - first)
        # The strip sees padded rows from `top` on; those from low to high lie on the map.
        top, depth = first * stride - padding, (rows - 1) * stride + form.depth
        low = min(max(0, -top), depth)
        high = max(low, min(depth, form.height - top))
        maps = buffer[:depth, : form.lines]
        targets, margins = filled(form, maps[low:high])
        found.append(
            Strip(
                slice(first, first + rows),
                slice(top + low, top + high),
                targets,
                [part for part in (maps[:low], maps[high:], *margins) if part.size],
                row_matrices(buffer[..., : form.out_line], rows, form.depth, stride),
            )
        )
    return Strips(buffer[:, form.lines], found)


def filled(form: OnePicture, rows: Array) -> tuple[list[Array], list[Array]]:
    """In the buffer's rows (H, Kw · C, line): where the views' copies go, and what they leave."""
    if form.by_rows:
        by_column = rows.reshape(len(rows), form.kernel, form.channels * form.line)
        surplus = form.dilation * (form.kernel - 1)
        copied = by_column.shape[2] - surplus
        return [by_column[..., :copied]], [by_column[..., copied:]]
    by_channel = rows.reshape(len(rows), form.kernel, form.channels, form.line)
    targets, margins = [], []
    for v, (_, outputs) in enumerate(form.columns):
        targets.append(by_channel[:, v, :, outputs])
        margins += [by_channel[:, v, :, : outputs.start], by_channel[:, v, :, outputs.stop :]]
    return targets, margins
