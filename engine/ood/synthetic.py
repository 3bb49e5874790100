"""Synthetic pictures that resemble no class, to measure whether a network notices them.

Each maker takes a random generator and a training picture (C, H, W), float32, 0 to 1, and gives a
picture of the same shape. Most look only at its shape; the last two rearrange its parts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array

Maker = Callable[[np.random.Generator, Array], Array]

# The digits 0 to 9, seven rows of five dots each.
DIGITS = (
    "01110 10001 10011 10101 11001 10001 01110",
    "00100 01100 00100 00100 00100 00100 01110",
    "01110 10001 00001 00010 00100 01000 11111",
    "11111 00010 00100 00010 00001 10001 01110",
    "00010 00110 01010 10010 11111 00010 00010",
    "11111 10000 11110 00001 00001 10001 01110",
    "00110 01000 10000 11110 10001 10001 01110",
    "11111 00001 00010 00100 01000 01000 01000",
    "01110 10001 10001 01110 10001 10001 01110",
    "01110 10001 10001 01111 00001 00010 01100",
)
_DOTS = np.array([[[dot == "1" for dot in row] for row in digit.split()] for digit in DIGITS])


def _two_colours(rng: np.random.Generator, like: Array, way: Array) -> Array:
    """From one random colour where `way` (H, W) is 0 to another where it is 1."""
    first, second = rng.random((2, len(like), 1, 1))
    return np.asarray(first + (second - first) * way)


def _across(rng: np.random.Generator, like: Array) -> Array:
    """How far each pixel lies along a random direction, −½ to ½ along an axis, (H, W)."""
    rows, columns = np.mgrid[0 : like.shape[1], 0 : like.shape[2]]
    angle = 2 * np.pi * rng.random()
    across = np.cos(angle) * (columns / like.shape[2] - 0.5) + np.sin(angle) * (rows / like.shape[1] - 0.5)
    return np.asarray(across)


def flat(rng: np.random.Generator, like: Array) -> Array:
    """One colour all over."""
    return np.broadcast_to(rng.random((len(like), 1, 1)), like.shape)


def gradient(rng: np.random.Generator, like: Array) -> Array:
    """One colour that turns into another."""
    return _two_colours(rng, like, np.clip(0.5 + _across(rng, like), 0, 1))


def stripes(rng: np.random.Generator, like: Array) -> Array:
    """Hard stripes in two colours, 2 to 16 across the picture."""
    waves = 2 + 14 * rng.random()
    return _two_colours(rng, like, np.sin(2 * np.pi * waves * _across(rng, like)) > 0)


def checkerboard(rng: np.random.Generator, like: Array) -> Array:
    """Squares in two colours, 4 to 32 along a side."""
    rows, columns = np.mgrid[0 : like.shape[1], 0 : like.shape[2]]
    side = max(1, int(max(like.shape[1:]) / rng.uniform(4, 32)))
    return _two_colours(rng, like, (rows // side + columns // side) % 2)


def blobs(rng: np.random.Generator, like: Array) -> Array:
    """Random colours that flow into each other, 3 to 16 along a side."""
    grid = int(rng.integers(3, 17))
    dots = rng.random((len(like), grid, grid)).astype(FLOAT)
    return np.asarray(_stretched(grid, like.shape[1]) @ dots @ _stretched(grid, like.shape[2]).T)


def _stretched(grid: int, size: int) -> Array:
    """A matrix (size, grid) that stretches `grid` values over `size` pixels, linearly."""
    places = np.clip((np.arange(size) + 0.5) / size * grid - 0.5, 0, grid - 1)
    return np.asarray(np.maximum(0, 1 - np.abs(places[:, None] - np.arange(grid))))


def noise(rng: np.random.Generator, like: Array) -> Array:
    """Every value drawn by itself."""
    return rng.random(like.shape)


def writing(rng: np.random.Generator, like: Array) -> Array:
    """Lines of digits in one colour on another."""
    height, width = like.shape[1:]
    size = int(rng.integers(1, 4))
    lines, signs = -(-height // (9 * size)), -(-width // (6 * size))
    cells = np.pad(_DOTS[rng.integers(0, 10, (lines, signs))], ((0, 0), (0, 0), (1, 1), (1, 0)))
    page = cells.transpose(0, 2, 1, 3).reshape(lines * 9, signs * 6)
    return _two_colours(rng, like, np.kron(page, np.ones((size, size)))[:height, :width])


def tiles(rng: np.random.Generator, like: Array) -> Array:
    """A familiar picture cut into eight by eight tiles that are dealt out anew."""
    rows, columns = (np.array_split(np.arange(size), min(8, size)) for size in like.shape[1:])
    side = min(len(rows[-1]), len(columns[-1]))  # tiles of one size; a rest at the edge stays
    places = [(row[0], column[0]) for row in rows for column in columns]
    found = like.copy()
    for (top, left), (y, x) in zip(places, rng.permutation(places), strict=True):
        found[:, top : top + side, left : left + side] = like[:, y : y + side, x : x + side]
    return found


def pixels(rng: np.random.Generator, like: Array) -> Array:
    """A familiar picture whose pixels are dealt out anew."""
    return np.asarray(rng.permutation(like.reshape(len(like), -1), axis=1).reshape(like.shape))


MAKERS: Mapping[str, Maker] = {
    make.__name__: make for make in (flat, gradient, stripes, checkerboard, blobs, noise, writing, tiles, pixels)
}


def synthetic_picture(name: str, rng: np.random.Generator, like: Array) -> Array:
    """One strange picture as a network takes it: float32, 0 to 1."""
    return np.ascontiguousarray(MAKERS[name](rng, like), FLOAT)
