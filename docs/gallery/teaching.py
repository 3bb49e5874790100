"""Make the gallery's five teaching pictures: the simplest inputs whose answers can be foretold.

Run from the repository's root: ``python docs/gallery/teaching.py``. All but the colour wheel
are stored losslessly at 64×64, the network's own size, so that preparation leaves every pixel
as it is and a kernel's answer can be worked out by hand.
"""

from __future__ import annotations

import colorsys

import numpy as np
from PIL import Image

from publish import GALLERY, publish_thumb

SIZE = 64
WHEEL_SIZE = 512


def grey() -> np.ndarray:
    """Return one value everywhere, (64, 64, 3): a map shows its bias and its kernels' sums."""
    return np.full((SIZE, SIZE, 3), 128, np.uint8)


def stripes(period: int = 8) -> np.ndarray:
    """Return vertical stripes at the left, horizontal ones at the right, (64, 64, 3)."""
    row, column = np.mgrid[:SIZE, :SIZE]
    along = np.where(column < SIZE // 2, column, row)
    bright = along % period < period // 2
    return np.repeat(np.where(bright, 255, 0).astype(np.uint8)[..., None], 3, axis=2)


def dot() -> np.ndarray:
    """Return one white pixel at [32, 32] on black: each map draws its own kernel, rotated by 180°."""
    picture = np.zeros((SIZE, SIZE, 3), np.uint8)
    picture[SIZE // 2, SIZE // 2] = 255
    return picture


def colour_wheel() -> np.ndarray:
    """Return a disc of all hues, saturation growing outwards, on mid-grey, (512, 512, 3)."""
    centre, radius = (WHEEL_SIZE - 1) / 2, WHEEL_SIZE * 0.46
    row, column = np.mgrid[:WHEEL_SIZE, :WHEEL_SIZE]
    right, up = column - centre, centre - row
    distance = np.hypot(right, up)
    hue = np.arctan2(up, right) / (2 * np.pi) % 1
    saturation = np.clip(distance / radius, 0, 1)
    inside = np.clip(radius - distance + 0.5, 0, 1)[..., None]
    steps = 1024
    pure = np.array([colorsys.hsv_to_rgb(k / steps, 1, 1) for k in range(steps)])
    colour = 1 - saturation[..., None] * (1 - pure[(hue * steps).astype(int) % steps])
    return np.round(255 * (inside * colour + (1 - inside) * 0.5)).astype(np.uint8)


def noise(seed: int = 0) -> np.ndarray:
    """Return independent uniform values for every pixel and channel, (64, 64, 3)."""
    return np.random.default_rng(seed).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)


PICTURES = {"grey": grey, "stripes": stripes, "dot": dot, "colour-wheel": colour_wheel, "noise": noise}


def save(name: str, pixels: np.ndarray) -> None:
    """Write the picture and its thumbnail, keeping the hard edges of the small ones."""
    picture = Image.fromarray(pixels)
    small = picture.width == SIZE
    picture.save(GALLERY / f"{name}.webp", lossless=small, quality=100 if small else 88, method=6, exact=True)
    publish_thumb(picture, name, Image.Resampling.NEAREST if small else Image.Resampling.LANCZOS)


if __name__ == "__main__":
    for name, make in PICTURES.items():
        save(name, make())
