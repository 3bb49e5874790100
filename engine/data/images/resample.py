"""To the network's size: every new pixel is a weighted mean of the old ones around it.

    y[i, j, c] = Σ_u Σ_v R[i, u] · x[u, v, c] · S[j, v]        for each colour: Y = R X Sᵀ

x (H, W, C) is the picture, y (h, w, C) the result, R (h, H) and S (w, W) hold the weights: two matrix
products. The weights are Keys' cubic with a = −1/2. To shrink, it is stretched by the factor n / m, so that each new
pixel is made of all the old ones that it stands for (antialiasing). Each row is divided by its sum, so that
an even picture stays even.

Source: R. Keys, "Cubic Convolution Interpolation for Digital Image Processing", IEEE Transactions on
Acoustics, Speech, and Signal Processing 29 (1981).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from cnn_loupe.engine.arrays import FLOAT, Array

REACH = 2.0  # of the cubic on each side, in pixels
_STRIP = 2_000_000  # pixels that are taken out of a picture at once
_NUMBERS = 100_000  # that one product goes through: they stay in the processor's cache
_MOST = 32  # rows that one product goes through: of more, most weights would be nought


def resize(image: Image.Image, size: tuple[int, int], *, grey: bool) -> tuple[Image.Image, dict[str, Any]]:
    """The picture (L or RGB) at size (w, h), by an antialiased bicubic filter; then grey where that is wanted."""
    params = {"filter": "bicubic", "from": list(image.size), "to": list(size)}
    if image.size != size:
        image = Image.fromarray(resampled(image, size))
    mode = "L" if grey else "RGB"
    return (image if image.mode == mode else image.convert(mode)), params


def resampled(image: Image.Image, size: tuple[int, int]) -> Array:
    """y of the module's equation, uint8 (h, w, 3), or (h, w) for L; rounded once, at the end."""
    width, height = size
    columns, rows = image.size
    colours = len(image.getbands())
    down = _along(_Rows(image), rows, height, columns * colours)
    down = np.ascontiguousarray(down.T)
    across = _along(
        lambda u, v: down[u * colours : v * colours].reshape(v - u, -1), columns, width, height * colours
    )
    across += FLOAT(0.5)
    np.clip(across, 0, 255.5, out=across)
    y = across.reshape(width, colours, height).transpose(2, 0, 1).astype(np.uint8, order="C")
    return y if colours > 1 else y[..., 0]


def cubic(t: Array) -> Array:
    """Keys' kernel: 3/2 |t|³ − 5/2 |t|² + 1 up to 1, −1/2 |t|³ + 5/2 |t|² − 4 |t| + 2 up to 2, and 0 beyond."""
    t = np.abs(t)
    near = (1.5 * t - 2.5) * t * t + 1
    far = ((-0.5 * t + 2.5) * t - 4) * t + 2
    return np.where(t < 1, near, np.where(t < REACH, far, 0.0))


class Band(NamedTuple):
    """Old pixels `first` to `last`, the new ones that they are part of, and their part of the matrix."""

    first: int
    last: int
    begin: int
    end: int
    weights: Array  # (end - begin, last - first)


@lru_cache(maxsize=64)
def bands(n: int, m: int, length: int) -> tuple[Band, ...]:
    """R (or S) for n old pixels and m new ones, by bands of old ones, each of `length` numbers.

    The middle of new pixel j lies at (j + ½) · n / m, where old pixel u has its middle at u + ½. Each old pixel is
    part of a few new ones, and the matrix is nought everywhere else.
    """
    factor = max(n / m, 1.0)
    middles = (np.arange(m) + 0.5) * n / m
    sums = np.zeros(m)
    found = []
    step = min(_MOST, max(1, _NUMBERS // length))
    for first in range(0, n, step):
        last = min(first + step, n)
        begin = int(np.searchsorted(middles, first + 0.5 - REACH * factor))
        end = int(np.searchsorted(middles, last - 0.5 + REACH * factor, "right"))
        old = np.arange(first, last) + 0.5
        part = cubic((old - middles[begin:end, None]) / factor)
        sums[begin:end] += part.sum(axis=1)
        found.append((first, last, begin, end, part))
    return tuple(
        Band(first, last, begin, end, (part / sums[begin:end, None]).astype(FLOAT))
        for first, last, begin, end, part in found
    )


def _along(rows: Callable[[int, int], Array], n: int, m: int, length: int) -> Array:
    """R x: (m, length) from n rows of `length` numbers; rows(u, v) gives those from u to v."""
    out = np.zeros((m, length), FLOAT)
    for band in bands(n, m, length):
        out[band.begin : band.end] += band.weights @ rows(band.first, band.last).astype(FLOAT, copy=False)
    return out


class _Rows:
    """A picture's rows, (v - u, W · C) from u to v. Pillow gives copies, so they are taken out in strips."""

    def __init__(self, image: Image.Image) -> None:
        self._image = image
        self._at, self._strip = 0, np.empty((0, 0), np.uint8)

    def __call__(self, first: int, last: int) -> Array:
        if not self._at <= first <= last <= self._at + len(self._strip):
            self._take(first, last)
        return self._strip[first - self._at : last - self._at]

    def _take(self, first: int, last: int) -> None:
        width, height = self._image.size
        end = min(height, max(last, first + _STRIP // width))
        strip = self._image.crop((0, first, width, end))
        self._at, self._strip = first, np.asarray(strip).reshape(end - first, -1)
