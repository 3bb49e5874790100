"""Changing the pictures a little every time they are shown, so that a network learns what matters.

Crop, zoom, stretch, shift and flip are linear and act on rows and columns apart. So each picture
gets two matrices, one for its rows and one for its columns, and the whole batch is resampled by
two stacked matrix products: y = R · x · Cᵀ. That is why this costs about a tenth of the step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array

# Luma of ITU-R BT.601: how bright red, green and blue look.
LUMA = np.array([0.299, 0.587, 0.114], FLOAT)


@dataclass(frozen=True)
class Augmentation:
    """How much the pictures may change; every default means: not at all.

    area         the smallest part of the picture's area that a crop keeps, 0 to 1
    aspect       how far a crop may be stretched, as a ratio of 1 or more
    shift        how far a crop may leave the picture, as a part of its side; edges are repeated
    keep_scale   the chance of a picture keeping its size: it is shifted by whole pixels, at most half
                 of `shift` each way, and so stays as sharp as the pictures that are judged
                 (resampling blurs: a network that has seen nothing else does worse on sharp ones)
    flip         the chance of left and right changing places
    brightness   added to every value, from −b to b
    contrast     distance from the picture's mean times 1 − c to 1 + c
    saturation   distance of a pixel's colours from its luma times 1 − s to 1 + s (RGB only)
    tint         each channel times 1 − t to 1 + t
    cutout_size  side of a square that is painted over with the picture's mean, in pixels; 0 for none
    """

    area: float = 1.0
    aspect: float = 1.0
    shift: float = 0.0
    keep_scale: float = 0.0
    flip: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    saturation: float = 0.0
    tint: float = 0.0
    cutout_size: int = 0

    def __call__(self, pictures: Array, rng: np.random.Generator) -> Array:
        """Change every picture of a batch in its own way.

        pictures is (N, C, H, W), uint8; the result float32, 0 to 1 before colours change and
        perhaps a little outside after. Which changes are drawn depends on rng alone.
        """
        rows, columns = self._matrices(pictures.shape, rng)
        x = resample(pictures, rows, columns)
        x = self._colours(x, rng)
        if self.cutout_size:
            _cut_out(x, self.cutout_size, rng)
        return x

    def _matrices(self, shape: tuple[int, ...], rng: np.random.Generator) -> tuple[Array, Array]:
        count, _, height, width = shape
        side = np.sqrt(rng.uniform(self.area, 1.0, count))
        stretch = np.exp(rng.uniform(-0.5, 0.5, count) * np.log(self.aspect))
        kept = rng.random(count) < self.keep_scale if self.keep_scale else np.zeros(count, bool)
        axes = []
        for size, part in ((height, side * stretch), (width, side / stretch)):
            part = np.where(kept, 1.0, part)
            room = np.maximum(1 - part, 0) + self.shift
            move = rng.uniform(-0.5, 0.5, count) * room
            move = np.where(kept, np.round(move * size) / size, move)
            axes.append(interpolation(size, 0.5 + move, part))
        rows, columns = axes
        flipped = rng.random(count) < self.flip
        columns[flipped] = columns[flipped, ::-1]
        return rows, columns

    def _colours(self, x: Array, rng: np.random.Generator) -> Array:
        """All colour changes as one affine map: x · gain + luma · grey + offset."""
        count, channels = x.shape[:2]
        contrast = 1 + self.contrast * rng.uniform(-1, 1, (count, 1))
        saturation = 1 + self.saturation * rng.uniform(-1, 1, (count, 1))
        tint = 1 + self.tint * rng.uniform(-1, 1, (count, channels))
        offset = self.brightness * rng.uniform(-1, 1, (count, 1))
        if self.contrast:
            offset = offset + (1 - contrast) * x.mean(axis=(1, 2, 3), dtype=np.float64)[:, None]
        if self.saturation and channels == len(LUMA):
            grey = (contrast * tint * (1 - saturation)).astype(FLOAT)
            luma = np.einsum("nchw,c->nhw", x, LUMA)
            x *= (contrast * tint * saturation).astype(FLOAT)[:, :, None, None]
            x += grey[:, :, None, None] * luma[:, None]
        elif self.contrast or self.tint:
            x *= (contrast * tint).astype(FLOAT)[:, :, None, None]
        if self.contrast or self.brightness:
            x += offset.astype(FLOAT)[:, :, None, None]
        return x


def interpolation(size: int, centre: Array, part: Array) -> Array:
    """Matrices (N, size, size) that stretch a part of an axis over the whole axis, linearly.

    centre and part are (N,), as parts of the axis. Output position i looks at the source position
    q = (centre + ((i + ½)/size − ½) · part) · size − ½, and mixes its two neighbours by distance:
    M[i, s] = max(0, 1 − |q − s|). Beyond the edge the edge's pixel is repeated.
    """
    steps = (np.arange(size) + 0.5) / size - 0.5
    q = (centre[:, None] + steps * part[:, None]) * size - 0.5
    q = np.clip(q, 0, size - 1).astype(FLOAT)
    mix: Array = np.maximum(FLOAT(0), 1 - np.abs(q[:, :, None] - np.arange(size, dtype=FLOAT)))
    return mix


def resample(pictures: Array, rows: Array, columns: Array) -> Array:
    """y[n, c] = rows[n] · x[n, c] · columns[n]ᵀ, with x scaled from 0…255 to 0…1."""
    count, channels, height, width = pictures.shape
    # Channels beside columns make one wide product a picture where there would be one a map.
    side_by_side = pictures.transpose(0, 2, 1, 3).astype(FLOAT).reshape(count, height, channels * width)
    mixed = (rows / FLOAT(255)) @ side_by_side
    mixed = mixed.reshape(count, height * channels, width) @ columns.transpose(0, 2, 1)
    y: Array = np.ascontiguousarray(mixed.reshape(count, height, channels, width).transpose(0, 2, 1, 3))
    return y


def _cut_out(x: Array, side: int, rng: np.random.Generator) -> None:
    """Paint a square over each picture, anywhere, in the picture's mean colour."""
    count, _, height, width = x.shape
    tops = rng.integers(-side // 2, height - side // 2 + 1, count)
    lefts = rng.integers(-side // 2, width - side // 2 + 1, count)
    means = x.mean(axis=(2, 3), keepdims=True)
    for picture, mean, top, left in zip(x, means, tops, lefts, strict=True):
        picture[:, max(top, 0) : top + side, max(left, 0) : left + side] = mean
