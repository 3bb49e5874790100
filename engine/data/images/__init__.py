"""From the bytes of any picture to the tensor a network takes, step by step.

The only package that imports Pillow. Every step (orientation, colours, alpha, crop, resize, scale)
is done by one small function and reported, so that the interface can show what really happened:

    decode   the bytes, within limits; which way is up
    reduce   a picture far larger than needed
    colours  8-bit sRGB or grey, over white
    crop     the part that the network sees
    resample to the network's size
    steps    the record of it all
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnn_loupe.engine.data.images.colours import over_white, to_srgb
from cnn_loupe.engine.data.images.crop import Crop, centred, check_crop, cut, inside
from cnn_loupe.engine.data.images.decode import (
    LIMITS,
    Limits,
    describe,
    header_within,
    load,
    open_picture,
    orient,
    orientation,
)
from cnn_loupe.engine.data.images.reduce import reduce_decoded, reduce_while_decoding
from cnn_loupe.engine.data.images.resample import resize
from cnn_loupe.engine.data.images.steps import Step, View, Work
from cnn_loupe.engine.errors import ImageError

__all__ = ["LIMITS", "Crop", "Limits", "Prepared", "Step", "View", "prepare"]

OVERSAMPLE = 4  # a picture is reduced at first only to at least this many times the target


@dataclass(frozen=True)
class Prepared:
    """A picture ready for a network: `pixels` uint8 and `input` = pixels / 255, both (C, H, W)."""

    pixels: np.ndarray
    input: np.ndarray
    source: dict[str, Any]
    steps: tuple[Step, ...]
    crop: Crop


def prepare(
    data: bytes,
    *,
    shape: tuple[int, int, int],
    crop: Crop | None = None,
    limits: Limits = LIMITS,
    pictures: bool = False,
) -> Prepared:
    """Turn the bytes of a picture into the (C, H, W) tensor a network takes.

    shape is the network's input; 3 channels give red, green and blue, 1 gives grey (luma of
    ITU-R BT.601). Without a crop the largest centred square is taken. With `pictures` every step
    carries small PNGs of before and after.

    Raises ImageError: `picture_empty`, `picture_too_large`, `picture_too_many_pixels`,
    `picture_too_many_scans`, `picture_format_refused`, `picture_format_unknown`,
    `picture_damaged`, `picture_channels`, `crop_invalid`.
    """
    channels, height, width = shape
    if channels not in (1, 3):
        raise ImageError(
            "picture_channels",
            f"This model takes {channels} channels; a picture gives 1 (grey) or 3 (red, green, blue). "
            "Send a tensor instead.",
            channels=channels,
        )
    header = header_within(data, limits)
    crop = check_crop(crop, max(header.width, header.height)) if crop else None
    needed = OVERSAMPLE * max(height, width)
    with open_picture(data, header) as image:
        full = image.size
        source = describe(image, header, len(data))
        work = Work(image, pictures)
        side = crop.size if crop else min(full)
        smaller = reduce_while_decoding(image, side, needed, limits)
        load(image, header)
        turn = orientation(image)
    if smaller == 1:
        work.image, smaller = reduce_decoded(image, side, needed)
    del image  # the only reference is in `work` now: each step lets the picture before it go
    if smaller > 1:
        view = work.view()
        work.steps.append(Step("reduce", {"factor": smaller}, View(*full, view.picture), view))
    work.apply("orientation", lambda picture: orient(picture, turn))
    upright = full[::-1] if turn >= 5 else full
    work.apply("colours", lambda picture: to_srgb(picture, grey=channels == 1))
    work.apply("alpha", over_white)
    crop = crop or centred(upright, width, height)
    scale = (work.image.size[0] / upright[0], work.image.size[1] / upright[1])
    chosen = inside(crop, upright)
    work.apply("crop", lambda picture: cut(picture, chosen, scale, (width, height), needed))
    work.apply("resize", lambda picture: resize(picture, (width, height), grey=channels == 1))
    pixels = np.asarray(work.image).reshape(height, width, channels).transpose(2, 0, 1)
    pixels = np.ascontiguousarray(pixels)
    work.apply("scale", lambda picture: (picture, {"divisor": 255, "from": [0, 255], "to": [0, 1]}))
    return Prepared(pixels, pixels.astype(np.float32) / np.float32(255), source, tuple(work.steps), chosen)
