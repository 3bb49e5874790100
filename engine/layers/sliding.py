"""The views that convolution and pooling share: padded maps and the windows over them."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnn_loupe.engine.arrays import Array, Pair
from cnn_loupe.engine.windows import Window


def pad(x: Array, padding: Pair, value: float = 0.0) -> Array:
    """The maps (C, H, W) with `padding` more rows and columns of `value` on every side."""
    rows, columns = padding
    if not rows and not columns:
        return x
    return np.pad(x, ((0, 0), (rows, rows), (columns, columns)), constant_values=value)


def unpad(x: Array, padding: Pair) -> Array:
    """The maps without the rows and columns that `pad` added."""
    rows, columns = padding
    return x[:, rows : x.shape[1] - rows, columns : x.shape[2] - columns]


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
