"""The part of the picture that the network sees: checked, cut out and turned."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from PIL import Image

from cnn_loupe.engine.errors import ImageError


@dataclass(frozen=True)
class Crop:
    """A square on the upright picture, in its pixels, seen after turning it clockwise about its centre.

    For a target that is not square, `size` is the longer side. What lies outside the picture is white.
    """

    x: float
    y: float
    size: float
    rotate: float = 0.0


def check_crop(crop: Crop, longest: int) -> Crop:
    """The crop, if it can lie on a picture whose longer side is `longest`; which side that is, and
    where its centre lies, is known once the picture is upright (`inside`). Raises `crop_invalid`.
    """
    values = (crop.x, crop.y, crop.size, crop.rotate)
    if not all(math.isfinite(value) for value in values) or not 1 <= crop.size <= 4 * longest:
        raise _crop_invalid(crop, longest, longest)
    return crop


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


def centred(size: tuple[int, int], width: int, height: int) -> Crop:
    """The largest crop of the target's proportions in the middle of the picture."""
    longer = max(width, height)
    side = max(1, math.floor(min(size[0] * longer / width, size[1] * longer / height)))
    w, h = side * width / longer, side * height / longer
    return Crop(math.floor((size[0] - w) / 2), math.floor((size[1] - h) / 2), side)


def inside(crop: Crop, size: tuple[int, int]) -> Crop:
    """Whole pixels, and its centre inside the picture."""
    side = max(1, round(crop.size))
    x, y = round(crop.x), round(crop.y)
    if not (0 <= x + side / 2 <= size[0] and 0 <= y + side / 2 <= size[1] and side <= 4 * max(size)):
        raise _crop_invalid(crop, *size)
    return Crop(x, y, side, crop.rotate % 360)


def cut(
    image: Image.Image,
    crop: Crop,
    scale: tuple[float, float],
    target: tuple[int, int],
    needed: int,
) -> tuple[Image.Image, dict[str, Any]]:
    """Cut the crop out of a picture that may have been decoded smaller by `scale`."""
    params = {"x": crop.x, "y": crop.y, "size": crop.size, "rotate": crop.rotate}
    longer = max(target)
    width, height = crop.size * target[0] / longer, crop.size * target[1] / longer
    centre = ((crop.x + width / 2) * scale[0], (crop.y + height / 2) * scale[1])
    width, height = width * scale[0], height * scale[1]
    if not crop.rotate:
        left, top = round(centre[0] - width / 2), round(centre[1] - height / 2)
        box = (left, top, left + max(1, round(width)), top + max(1, round(height)))
        return _cut_upright(image, box, needed), params
    image, centre, (width, height) = _shrink(image, centre, (width, height), needed)
    return _cut_turned(image, centre, (width, height), crop.rotate), params


def _cut_upright(image: Image.Image, box: tuple[int, int, int, int], needed: int) -> Image.Image:
    if box == (0, 0, *image.size):
        return image
    if box[0] >= 0 and box[1] >= 0 and box[2] <= image.size[0] and box[3] <= image.size[1]:
        return image.crop(box)
    size = (box[2] - box[0], box[3] - box[1])
    centre = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    image, centre, around = _shrink(image, centre, size, needed)
    left, top = round(centre[0] - around[0] / 2), round(centre[1] - around[1] / 2)
    canvas = Image.new(image.mode, (max(1, round(around[0])), max(1, round(around[1]))), _white(image))
    canvas.paste(image, (-left, -top))
    return canvas


def _shrink(
    image: Image.Image, centre: tuple[float, float], size: tuple[float, float], needed: int
) -> tuple[Image.Image, tuple[float, float], tuple[float, float]]:
    """Average whole blocks of pixels first, so that a large crop costs no more than a small one."""
    factor = int(max(size) // needed)
    if factor < 2:
        return image, centre, size
    smaller = image.reduce(factor)
    x, y = smaller.size[0] / image.size[0], smaller.size[1] / image.size[1]
    return smaller, (centre[0] * x, centre[1] * y), (size[0] * x, size[1] * y)


def _cut_turned(
    image: Image.Image, centre: tuple[float, float], size: tuple[float, float], degrees: float
) -> Image.Image:
    """Turn the picture clockwise about `centre` and cut `size` around it.

    With u, v measured from the middle of the result, and y downwards, the pixel comes from
    x = cx + u·cos θ + v·sin θ and y = cy − u·sin θ + v·cos θ.
    """
    width, height = max(1, round(size[0])), max(1, round(size[1]))
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x = centre[0] - cos * width / 2 - sin * height / 2
    y = centre[1] + sin * width / 2 - cos * height / 2
    return image.transform(
        (width, height),
        Image.Transform.AFFINE,
        (cos, sin, x, -sin, cos, y),
        resample=Image.Resampling.BICUBIC,
        fillcolor=_white(image),
    )


def _white(image: Image.Image) -> int | tuple[int, int, int]:
    return 255 if image.mode == "L" else (255, 255, 255)
