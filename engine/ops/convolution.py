"""Convolution: the same small kernel at every position of the maps."""

from __future__ import annotations

import numpy as np

from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.ops.sliding import pad, unpad, windows
from cnn_loupe.engine.windows import Window


def conv2d(x: Array, w: Array, b: Array, window: Window) -> tuple[Array, Array]:
    """Slide every kernel over every input map and add up what it covers.

    y[o, i, j] = b[o] + Σ_{c,u,v} x[c, i·s + u·d − p, j·s + v·d − p] · w[o, c, u, v]

    x is (C, H, W), w is (O, C, Kh, Kw), b is (O,), and the result is (O, H', W') with
    H' = ⌊(H + 2p − d·(Kh − 1) − 1) / s⌋ + 1; stride s, padding p and dilation d each have a
    value for rows and one for columns. x is 0 in the padding. The kernel is not flipped:
    strictly this is cross-correlation, as in every deep-learning library. Kept: the windows
    over the padded input, (C, H', W', Kh, Kw), a view that copies nothing.
    """
    seen = windows(pad(x, window.padding), window)  # (C, H', W', Kh, Kw)
    y = np.tensordot(w, seen, axes=([1, 2, 3], [0, 3, 4]))
    return y + b[:, None, None], seen


def conv2d_backward(
    seen: Array, dy: Array, w: Array, window: Window, input_shape: tuple[int, ...]
) -> tuple[Array, Array, Array]:
    """The gradients (dx, dw, db) of `conv2d`.

    dw[o, c, u, v] = Σ_{i,j} dy[o, i, j] · (the x under cell (u, v) of window (i, j))
    db[o]          = Σ_{i,j} dy[o, i, j]
    dx[c, i·s + u·d − p, j·s + v·d − p] += Σ_o w[o, c, u, v] · dy[o, i, j]  for every i, j, u, v

    dy is (O, H', W'); dx, dw and db have the shapes of x (`input_shape`), w and b. An output
    hands something back to every input that it has covered; where windows overlap, an input
    gets something from each of them.
    """
    dw = np.tensordot(dy, seen, axes=([1, 2], [1, 2]))
    db = dy.sum(axis=(1, 2))
    channels, height, width = input_shape
    (ph, pw) = window.padding
    padded = np.zeros((channels, height + 2 * ph, width + 2 * pw), dtype=dy.dtype)
    back = windows(padded, window, writeable=True)
    for u in range(window.size[0]):
        for v in range(window.size[1]):
            back[:, :, :, u, v] += np.tensordot(w[:, :, u, v], dy, axes=(0, 0))
    return unpad(padded, window.padding), dw, db
