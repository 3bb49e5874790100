"""One picture's convolution, a few output rows at a time.

The form is that of the batches (`engine.fast.convolution`) with a block of one picture, and two
things more:

- The shifted copies of a whole map are three times its size. Made and multiplied a strip of
  rows at a time, in a piece of memory that all layers share, they never leave the cache.
- A matrix of 60 columns takes a fifth longer to multiply than one of 64: columns that fill no
  whole vector register are dear. Where few are missing, the buffer is made wider than the maps;
  the products then go to a buffer of their own, and their first columns from there into the maps.

docs/engine.md has the measurements behind both.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from engine.arrays import Array, Parameters, Shape
from engine.fast.convolution import RowProducts, row_matrices
from engine.fast.step import CACHED, VECTOR, Scratch
from engine.layers import Conv2D

LONG = 64  # numbers in a kernel from which on the products are most of a convolution's time


class Strip(NamedTuple):
    """Some output rows of a convolution, and the buffer that their windows lie in."""

    outputs: slice  # the output rows
    inputs: slice  # the input rows that they see
    targets: list[tuple[Array, slice]]  # where the copies go: (view, input columns)
    blanks: list[Array]  # rows of the buffer that are padding here
    matrices: Array  # what the kernels multiply, one for each output row


class Strips(NamedTuple):
    """A convolution cut into strips."""

    ones: Array  # the line of every buffer row that the bias multiplies
    margins: list[Array]  # columns of the buffer that hold no input: padding, and the surplus
    strips: list[Strip]
    products: Array | None  # where a strip's products go; None for straight into the maps


class OnePicture(RowProducts):
    """The form of a convolution of one picture, whatever numbers its kernels hold."""

    def __init__(self, layer: Conv2D, input_shape: Shape) -> None:
        super().__init__(layer, input_shape, 1)
        self.key = f"{self.window} {input_shape} {self.filters}"  # what its strips depend on


# An edit of kernels makes a new StripConvolution, and that should cost next to nothing.
form_of = lru_cache(maxsize=256)(OnePicture)


class StripConvolution:
    """`engine.ops.convolution` for one picture (C, H, W), with the kernels of one layer."""

    def __init__(self, layer: Conv2D, input_shape: Shape, params: Parameters) -> None:
        self.form = form_of(layer, input_shape)
        self.kernels = self.form.kernels(params["weight"], params["bias"])

    def __call__(self, x: Array, y: Array, scratch: Scratch) -> Array:
        """Write the maps (O, H', W') into y."""
        ones, margins, strips, products = scratch.once(self.form.key, lambda: cut(self.form, scratch))
        x_rows, y_rows = x.transpose(1, 0, 2), y.transpose(1, 0, 2)
        ones.fill(1)
        for margin in margins:
            margin.fill(0)
        for outputs, inputs, targets, blanks, matrices in strips:
            seen = x_rows[inputs]
            for target, columns in targets:
                target[...] = seen[..., columns]
            for blank in blanks:
                blank.fill(0)
            if products is None:
                np.matmul(self.kernels, matrices, out=y_rows[outputs])
            else:
                found = np.matmul(self.kernels, matrices, out=products[: len(matrices)])
                y_rows[outputs] = found[..., : self.form.out_width]
        return y


def cut(form: RowProducts, scratch: Scratch) -> Strips:
    """A convolution cut into strips that share one buffer."""
    _, stride, padding, _ = form.window.axis(0)
    width = multiplied(form.out_width, form.depth * (form.lines + 1))
    row = width * (form.lines + 1)
    most = max(1, (CACHED // row - form.depth) // stride + 1)
    most = -(-form.out_height // -(-form.out_height // most))  # strips of equal height
    height = (most - 1) * stride + form.depth
    buffer = scratch.part("strip", (height, form.lines + 1, width))
    by_column = buffer[:, : form.lines].reshape(height, form.window.size[1], form.channels, width)
    margins = [
        part
        for v, (_, outputs) in enumerate(form.columns)
        for part in (by_column[:, v, :, : outputs.start], by_column[:, v, :, outputs.stop :])
        if part.size
    ]
    found = []
    for first in range(0, form.out_height, most):
        rows = min(most, form.out_height - first)
        # The strip sees padded rows from `top` on; those from low to high lie on the map.
        top, depth = first * stride - padding, (rows - 1) * stride + form.depth
        low = min(max(0, -top), depth)
        high = max(low, min(depth, form.height - top))
        inside = by_column[low:high]
        found.append(
            Strip(
                slice(first, first + rows),
                slice(top + low, top + high),
                [(inside[:, v, :, outputs], seen) for v, (seen, outputs) in enumerate(form.columns)],
                [part for part in (by_column[:low], by_column[high:depth]) if len(part)],
                row_matrices(buffer, rows, form.depth, stride),
            )
        )
    direct = width == form.out_width
    products = None if direct else scratch.part("products", (most, form.filters, width))
    return Strips(buffer[:, form.lines], margins, found, products)


def multiplied(columns: int, length: int) -> int:
    """How many columns to multiply by kernels of this length: a few more where that is faster.

    They are made up to whole pairs of vector registers where less than one register is missing
    for that. The surplus has to be copied away again, which does not pay for narrow maps or
    short kernels.
    """
    pairs = -(-columns // (2 * VECTOR)) * 2 * VECTOR
    pays = columns > 2 * VECTOR and length >= LONG and pairs - columns < VECTOR
    return pairs if pays else columns
