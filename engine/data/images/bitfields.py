"""BMP files whose header says which bits of a number are which colour (BI_BITFIELDS).

    colour = round(255 · (number & mask) / mask)        for each of red, green, blue and alpha

Pillow knows the usual masks by name and no others.
"""

from __future__ import annotations

import struct

import numpy as np
from PIL import Image

from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.data.headers import Header, damaged

_STRIP = 500_000  # numbers at once


def read_bit_fields(header: Header) -> Image.Image:
    """The picture, RGB, or RGBA where a mask says what is opaque. Raises ImageError (`picture_damaged`)."""
    assert header.masks is not None
    (start,) = struct.unpack_from("<I", header.data, 10)
    (height,) = struct.unpack_from("<i", header.data, 22)
    size = header.depth // 8
    stride = (header.width * size + 3) // 4 * 4  # rows end at multiples of four bytes
    rows = np.frombuffer(header.data, np.uint8)[start : start + stride * header.height]
    if len(rows) < stride * header.height:
        raise damaged("BMP")
    numbers = rows.reshape(header.height, stride)[:, : header.width * size]
    if height > 0:  # from the bottom to the top
        numbers = numbers[::-1]
    masks = [mask for mask in header.masks if mask]
    image = Image.new("RGBA" if len(masks) == 4 else "RGB", (header.width, header.height))
    step = max(1, _STRIP // header.width)
    for top in range(0, header.height, step):
        strip = np.ascontiguousarray(numbers[top : top + step]).view(f"<u{size}")
        levels = np.stack([_levels(strip, mask) for mask in masks], axis=-1)
        image.paste(Image.fromarray(levels), (0, top))
    return image


def _levels(numbers: Array, mask: int) -> Array:
    """0 to 255; for float64 each of these fractions is exact enough to be rounded to the nearest."""
    return np.round((numbers & mask) * (255 / mask)).astype(np.uint8)
