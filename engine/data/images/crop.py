"""The part of the picture that the network sees: checked before anything is decoded, cut out and turned."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image

from cnn_loupe.engine.data.headers import Box
from cnn_loupe.engine.data.images.region import Region
from cnn_loupe.engine.errors import ImageError

_EXACT = 1e-6  # pixels


@dataclass(frozen=True)
class Crop:
    """A square on the upright picture, in its pixels, seen after turning it clockwise about its centre.

    For a target that is not square, `size` is the longer side. What lies outside the picture is white.
    """

    x: float
    y: float
    size: float
    rotate: float = 0.0

    def sides(self, width: int, height: int) -> tuple[float, float]:
        """Its width and height for a target of width × height."""
        longer = max(width, height)
        return self.size * width / longer, self.size * height / longer


def centred(size: tuple[int, int], width: int, height: int) -> Crop:
    """The largest crop of the target's proportions in the middle of the picture."""
    longer = max(width, height)
    side = max(1, math.floor(min(size[0] * longer / width, size[1] * longer / height)))
    w, h = side * width / longer, side * height / longer
    return Crop(math.floor((size[0] - w) / 2), math.floor((size[1] - h) / 2), side)


def fitted(size: tuple[int, int], width: int, height: int, fit: str) -> tuple[Crop, tuple[int, int]]:
    """The crop by which a picture of this size fills a target of width × height, and the proportions that it has.

    cover    the largest part of the target's proportions in the middle of the picture
    contain  the whole picture, with white margins where its proportions are others
    stretch  the whole picture, in its own proportions
    """
    if fit == "stretch":
        return centred(size, *size), size
    if fit == "cover":
        return centred(size, width, height), (width, height)
    longer = max(width, height)
    side = math.ceil(max(size[0] * longer / width, size[1] * longer / height))
    w, h = side * width / longer, side * height / longer
    return Crop(math.floor((size[0] - w) / 2), math.floor((size[1] - h) / 2), side), (width, height)


def inside(crop: Crop, size: tuple[int, int], width: int, height: int) -> Crop:
    """Whole pixels, and its centre inside the picture. Raises ImageError (`crop_invalid`)."""
    if not all(math.isfinite(value) for value in (crop.x, crop.y, crop.size, crop.rotate)) or crop.size < 1:
        raise _crop_invalid(crop, *size)
    whole = Crop(round(crop.x), round(crop.y), max(1, round(crop.size)), crop.rotate % 360)
    w, h = whole.sides(width, height)
    in_picture = 0 <= whole.x + w / 2 <= size[0] and 0 <= whole.y + h / 2 <= size[1]
    if not in_picture or whole.size > 4 * max(size):
        raise _crop_invalid(crop, *size)
    return whole


def _crop_invalid(crop: Crop, width: int, height: int) -> ImageError:
    return ImageError(
        "crop_invalid",
        f"The crop x={crop.x:g}, y={crop.y:g}, size={crop.size:g} does not fit the upright picture of "
        f"{width}×{height} pixels: its centre must lie in the picture and its size between 1 and "
        f"{4 * max(width, height)}.",
        x=_finite(crop.x),
        y=_finite(crop.y),
        size=_finite(crop.size),
        width=width,
        height=height,
    )


def _finite(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def around(crop: Crop, width: int, height: int, margin: float) -> Box:
    """The pixels of the upright picture that the crop is made of; turned, with some more for the filter."""
    w, h = crop.sides(width, height)
    x, y = crop.x + w / 2, crop.y + h / 2
    if crop.rotate:
        cos, sin = abs(math.cos(math.radians(crop.rotate))), abs(math.sin(math.radians(crop.rotate)))
        w, h = w * cos + h * sin + 2 * margin, w * sin + h * cos + 2 * margin
    return math.floor(x - w / 2), math.floor(y - h / 2), math.ceil(x + w / 2), math.ceil(y + h / 2)


def cut(region: Region, crop: Crop, width: int, height: int) -> tuple[Image.Image, tuple[float, float, float, float]]:
    """A picture (L or RGB) and the box in it, in its pixels, that is the crop for a target of width × height."""
    image, factor = region.image, region.factor
    w, h = crop.sides(width, height)
    left, top = (crop.x - region.left) / factor, (crop.y - region.top) / factor
    box = (left, top, left + w / factor, top + h / factor)
    within = (max(box[0], 0.0), max(box[1], 0.0), min(box[2], image.size[0]), min(box[3], image.size[1]))
    if not crop.rotate and max(abs(a - b) for a, b in zip(box, within, strict=True)) < _EXACT:
        return image, within
    found = _turned(image, box, crop.rotate)
    return found, (0, 0, *found.size)


def _turned(image: Image.Image, box: tuple[float, float, float, float], degrees: float) -> Image.Image:
    """Turn the picture clockwise about the middle of `box` and cut that out of it, over white.

    With u, v measured from the middle of the result, and y downwards, the pixel comes from
    x = cx + u·cos θ + v·sin θ and y = cy − u·sin θ + v·cos θ.
    """
    wide, high = box[2] - box[0], box[3] - box[1]
    width, height = max(1, round(wide)), max(1, round(high))
    across, down = wide / width, high / height
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    centre = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    x = centre[0] - cos * wide / 2 - sin * high / 2
    y = centre[1] + sin * wide / 2 - cos * high / 2
    return image.transform(
        (width, height),
        Image.Transform.AFFINE,
        (cos * across, sin * down, x, -sin * across, cos * down, y),
        resample=Image.Resampling.BICUBIC,
        fillcolor="white",
    )
