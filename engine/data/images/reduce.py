"""Smaller first: a picture that is far larger than a network needs, before anything else is done to it.

    y[i, j] = mean of x over the square of factor × factor pixels at (i · factor, j · factor)

It saves the time of every later step. libjpeg does the like while it decodes (it leaves out the higher frequencies
of a block); other pictures are averaged once they are decoded, where that is worth it.
"""

from __future__ import annotations

import math

from PIL import Image, JpegImagePlugin

from cnn_loupe.engine.data.images.decode import MEGA, Limits

PLENTY = 4 * MEGA  # pixels; fewer cost little as they are
_FACTORS = (8, 4, 2)
_STRIP = 512  # rows that are averaged at once, a multiple of every factor


def reduce_while_decoding(image: Image.Image, crop: float, needed: int, limits: Limits) -> int:
    """Let libjpeg decode at 1/2, 1/4 or 1/8; gives the factor.

    Where the crop stays larger than needed that is free; above the limit for other formats it must be.
    """
    if not isinstance(image, JpegImagePlugin.JpegImageFile):
        return 1
    width, height = image.size
    factor = _largest(crop, needed)
    while width * height > limits.pixels * factor**2 and factor < max(_FACTORS):
        factor *= 2
    if factor > 1:
        image.draft(None, (math.ceil(width / factor), math.ceil(height / factor)))
    return factor


def reduce_decoded(image: Image.Image, crop: float, needed: int) -> tuple[Image.Image, int]:
    """A decoded picture averaged, and the factor; 1 where that would save little, or cannot be done to its pixels.

    Pixels must be colours: places in a palette, sixteen bits, or one colour that stands for transparency have no mean.
    """
    large = image.size[0] * image.size[1] >= PLENTY
    colours = image.mode in ("L", "RGB", "RGBA", "CMYK") and "transparency" not in image.info
    factor = _largest(crop, needed) if large and colours else 1
    if factor == 1:
        return image, 1
    return (_averaged(image, factor) if image.mode == "RGBA" else image.reduce(factor)), factor


def _largest(crop: float, needed: int) -> int:
    return next((factor for factor in _FACTORS if crop / factor >= needed), 1)


def _averaged(image: Image.Image, factor: int) -> Image.Image:
    """Each colour counts as much as it is opaque; in strips, since the picture may be large."""
    width, height = image.size
    out = Image.new("RGBA", (math.ceil(width / factor), math.ceil(height / factor)))
    for top in range(0, height, _STRIP):
        strip = image.crop((0, top, width, min(top + _STRIP, height)))
        out.paste(strip.convert("RGBa").reduce(factor).convert("RGBA"), (0, top // factor))
    out.info = dict(image.info)
    return out
