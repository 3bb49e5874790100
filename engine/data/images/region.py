"""The part of a decoded picture that is wanted, upright, in 8 bits a colour, and no larger than it need be.

    y[i, j] = mean of x over the square of factor × factor pixels at (i · factor, j · factor)

Everything that comes after (colours, transparency, the network's size) is done to this part alone, so that a large
picture costs little more than its decoding. Pillow's `resize` does the same under the name `reducing_gap`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from cnn_loupe.engine.data.headers import Box, Header

_STRIP = 1_000_000  # pixels that are worked on at once: other threads get their turn in between

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_BACK = {6: 8, 8: 6}  # each of the others undoes itself


@dataclass(frozen=True)
class Region:
    """A part of the upright picture: pixel (i, j) covers factor × factor of its pixels from (left + i · factor, …) on.

    `image` is L, LA, RGB, RGBA or CMYK, in the file's own colours.
    """

    image: Image.Image
    left: float
    top: float
    factor: int


def take(image: Image.Image, header: Header, box: Box, factor: int, decoded_at: int = 1) -> Region:
    """What lies in `box` (pixels of the upright picture, which it may exceed), averaged by `factor`.

    image is the decoded picture, at 1/decoded_at of its size; factor is a multiple of that.
    """
    width, height = header.upright
    box = (max(0, box[0]), max(0, box[1]), min(width, box[2]), min(height, box[3]))
    stored = turned(box, _BACK.get(header.orientation, header.orientation), header.upright)
    first = stored[0] // decoded_at, stored[1] // decoded_at
    last = (
        min(image.size[0], max(first[0] + 1, -(-stored[2] // decoded_at))),
        min(image.size[1], max(first[1] + 1, -(-stored[3] // decoded_at))),
    )
    small = averaged(image, header, (*first, *last), factor // decoded_at)
    left, top = first[0] * decoded_at, first[1] * decoded_at
    covered = (left, top, left + small.size[0] * factor, top + small.size[1] * factor)
    left, top, _, _ = turned(covered, header.orientation, (header.width, header.height))
    return Region(orient(small, header.orientation), left, top, factor)


def orient(image: Image.Image, turn: int) -> Image.Image:
    """Turned or mirrored so that it is upright."""
    return image.transpose(_TURNS[turn]) if turn in _TURNS else image


def lay(image: Image.Image, turn: int) -> Image.Image:
    """The upright picture as its file has it."""
    return orient(image, _BACK.get(turn, turn))


def turned(box: Box, turn: int, size: tuple[int, int]) -> Box:
    """Where a box of a picture of this size comes to lie when the picture is turned upright."""
    left, top, right, bottom = box
    width, height = size
    if turn in (2, 3, 7, 8):  # mirrored before rows and columns change places, if they do
        left, right = width - right, width - left
    if turn in (3, 4, 6, 7):
        top, bottom = height - bottom, height - top
    return (left, top, right, bottom) if turn < 5 else (top, left, bottom, right)


def averaged(image: Image.Image, header: Header, box: Box, factor: int) -> Image.Image:
    """The part of the picture as stored, in 8 bits a colour, each square of pixels one."""
    if factor == 1:
        return plain(image.crop(box), header, box)
    if image.mode in ("L", "RGB", "CMYK") and header.key is None and header.frame is None:
        return image.reduce(factor, box)
    out = None
    for top, strip in _strips(image, header, box, factor):
        # Each colour counts as much as it is opaque.
        weighted = {"LA": "La", "RGBA": "RGBa"}.get(strip.mode, strip.mode)
        small = strip.convert(weighted).reduce(factor).convert(strip.mode)
        if out is None:
            out = Image.new(strip.mode, (math.ceil((box[2] - box[0]) / factor), math.ceil((box[3] - box[1]) / factor)))
        out.paste(small, (0, top // factor))
    assert out is not None
    return out


def _strips(image: Image.Image, header: Header, box: Box, factor: int) -> Iterator[tuple[int, Image.Image]]:
    left, first, right, last = box
    step = max(1, _STRIP // (right - left) // factor) * factor
    for top in range(first, last, step):
        part = (left, top, right, min(top + step, last))
        yield top - first, plain(image.crop(part), header, part)


def plain(image: Image.Image, header: Header, box: Box) -> Image.Image:
    """L, LA, RGB, RGBA or CMYK in 8 bits: palettes and keys resolved, nothing known of what the colours mean.

    box is the part of the picture as stored that this image is.
    """
    hole = None
    if header.key is not None and "A" not in image.mode:
        hole = _transparent(image, header.key, header.depth)
    if image.mode.startswith("I"):
        image = to_eight_bits(image)
    alpha = image.mode in ("PA", "La", "RGBa") or (image.mode == "P" and "transparency" in image.info)
    if image.mode in ("La", "LA"):
        image = image.convert("LA")
    elif alpha or image.mode == "RGBA":
        image = image.convert("RGBA")
    elif image.mode not in ("L", "RGB", "CMYK"):
        image = image.convert("L" if image.mode == "1" else "RGB")
    if hole is not None:
        image.putalpha(hole)
    return image if header.frame is None else _framed(image, header.frame, box)


def to_eight_bits(image: Image.Image) -> Image.Image:
    """0–65535 to 0–255, rounded to the nearest: v·255/65535 = v/257."""
    values = np.asarray(image).astype(np.int32)
    return Image.fromarray(((np.clip(values, 0, 65535) + 128) // 257).astype(np.uint8))


def _transparent(image: Image.Image, key: tuple[int, ...], depth: int) -> Image.Image:
    """0 where the picture has the one colour that is transparent, else 255."""
    if len(key) == 1 and depth < 8:  # as Pillow stores fewer bits: black is 0, white 255
        key = (key[0] * 255 // ((1 << depth) - 1),)
    values = np.asarray(image if image.mode.startswith("I") or len(key) == 3 else image.convert("L"))
    same = values == key[0] if len(key) == 1 else (values == np.array(key)).all(axis=-1)
    return Image.fromarray(np.where(same, 0, 255).astype(np.uint8))


def _framed(image: Image.Image, frame: Box, box: Box) -> Image.Image:
    """Transparent outside of the part that the file has pixels for."""
    image = image if image.mode in ("LA", "RGBA") else image.convert("RGBA")
    inner = (
        max(frame[0], box[0]) - box[0],
        max(frame[1], box[1]) - box[1],
        min(frame[2], box[2]) - box[0],
        min(frame[3], box[3]) - box[1],
    )
    out = Image.new(image.mode, image.size)
    if inner[0] < inner[2] and inner[1] < inner[3]:
        out.paste(image.crop(inner), inner[:2])
    return out
