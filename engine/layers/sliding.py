"""The views that convolution and pooling share: padded maps and the windows over them."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.windows import Window


def pad(x: Array, window: Window, value: float = 0.0) -> Array:
    """The maps (C, H, W) with as many rows and columns of `value` around them as the window reaches over."""
    margins = window.margins(*x.shape[1:])
    if not any(side for pair in margins for side in pair):
        return x
    return np.pad(x, ((0, 0), *margins), constant_values=value)


def unpad(x: Array, window: Window, shape: tuple[int, ...]) -> Array:
    """The maps of this shape without the rows and columns that `pad` added."""
    top, left = window.padding
    return x[:, top : top + shape[1], left : left + shape[2]]


def padded_zeros(window: Window, shape: tuple[int, ...], like: Array) -> tuple[Array, Array]:
    """Zeros as large as maps of this shape when padded, and the windows over them, to be written to."""
    (top, bottom), (left, right) = window.margins(*shape[1:])
    padded = np.zeros((shape[0], shape[1] + top + bottom, shape[2] + left + right), dtype=like.dtype)
    return padded, windows(padded, window, writeable=True)


def windows(padded: Array, window: Window, *, writeable: bool = False) -> Array:
    """Every window over the padded maps (C, H, W), as a view: (C, H', W', Kh, Kw).

    Nothing is copied: the view only counts differently through the same memory, so windows
    that overlap share their values. Writing to cell (u, v) of all windows at once is safe,
    since no two windows have the same cell in the same place.
    """
    rows, columns = window.span
    every = sliding_window_view(padded, (rows, columns), axis=(1, 2), writeable=writeable)
    (sh, sw), (dh, dw) = window.stride, window.dilation
    return every[:, ::sh, ::sw, ::dh, ::dw]
