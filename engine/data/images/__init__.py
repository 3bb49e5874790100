"""From the bytes of any picture to the tensor a network takes, step by step.

The only package that imports Pillow. Every step (orientation, colours, alpha, crop, resize, scale)
is done by one small function and reported, so that the interface can show what really happened:

    limits   what a picture may cost, known from its header
    decode   the bytes to pixels (and bitfields, for what Pillow does not read)
    region   the part that is wanted, upright, averaged where there are far more pixels than needed
    colours  8-bit sRGB or grey, by profiles or coding, over white
    crop     the part that the network sees
    steps    the record of it all
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from cnn_loupe.engine.data.headers import Header
from cnn_loupe.engine.data.images.colours import over_white, to_srgb
from cnn_loupe.engine.data.images.crop import Crop, around, cut, fitted, inside
from cnn_loupe.engine.data.images.decode import decode, describe, fraction
from cnn_loupe.engine.data.images.limits import LIMITS, Limits, header_within
from cnn_loupe.engine.data.images.region import lay, take
from cnn_loupe.engine.data.images.steps import PREVIEW, Step, View, small, steps_of
from cnn_loupe.engine.errors import ImageError
from cnn_loupe.engine.surroundings import Preparation

__all__ = ["LIMITS", "MOST_UPRIGHT", "Crop", "Limits", "Prepared", "Step", "View", "prepare"]

OVERSAMPLE = 4  # a picture is averaged at first only to at least this many times the target
MOST_UPRIGHT = 1024  # longest side of a picture of the whole that may be asked for


@dataclass(frozen=True)
class Prepared:
    """A picture ready for a network: `pixels` uint8, and `input`, made of p = pixels / 255; both (C, H, W).

    source says what the file is, upright how large it is once it is turned, with a picture of it on request.
    """

    pixels: np.ndarray
    input: np.ndarray
    source: dict[str, Any]
    upright: View
    steps: tuple[Step, ...]
    crop: Crop


def prepare(
    data: bytes,
    *,
    shape: tuple[int, int, int],
    crop: Crop | None = None,
    limits: Limits = LIMITS,
    pictures: bool = False,
    upright: int = 0,
    preparation: Preparation | None = None,
) -> Prepared:
    """Turn the bytes of a picture into the (C, H, W) tensor a network takes.

    shape is the network's input; 3 channels give red, green and blue, 1 gives grey (luma of
    ITU-R BT.601). `preparation` says how a picture without a crop fills the input, which is by its largest
    centred part otherwise, and what becomes of p = pixels / 255, which is the input otherwise. With `pictures`
    every step carries small pictures of before and after; `upright` asks for one of the whole in the colours
    that the network gets, its longer side at most so many pixels. Neither changes the tensor.

    Raises ImageError: what `header_within` raises, and `picture_damaged`, `picture_kind_refused`,
    `picture_channels`, `crop_invalid`.
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
    fit = None if crop else preparation.fit if preparation else "cover"
    if fit is None:
        assert crop is not None
        crop, proportions = inside(crop, header.upright, width, height), (width, height)
    else:
        crop, proportions = fitted(header.upright, width, height, fit)
    factor = max(1, int(crop.size // (OVERSAMPLE * max(height, width))))
    if fit == "stretch":
        factor = max(1, min(proportions[0] // (OVERSAMPLE * width), proportions[1] // (OVERSAMPLE * height)))
    decoded_at = fraction(header, factor, limits)
    factor = max(1, factor // decoded_at) * decoded_at

    image = decode(header, decoded_at)
    source = describe(image, header, len(data))
    looks = _looks(image, header, decoded_at, channels == 1) if pictures else {}
    region = take(image, header, around(crop, *proportions, 3 * factor), factor, decoded_at)
    whole = _whole(image, header, decoded_at, upright, limits) if upright else None
    del image  # the large one: what follows works on parts and on small pictures of it

    def view(size: tuple[int, int], look: str) -> View:
        return View(*size, small(looks[look]) if look in looks else None)

    first = view((header.width, header.height), "stored")
    now = header.upright
    done: list[tuple[str, dict[str, Any], View]] = []
    if factor > 1:
        now = -(-now[0] // factor), -(-now[1] // factor)
        stored = now if header.orientation < 5 else now[::-1]
        done.append(("reduce", {"factor": factor}, View(*stored, first.picture)))
    done.append(("orientation", {"exif": header.orientation}, view(now, "upright")))
    colours, params = to_srgb(region.image, header, grey=channels == 1)
    done.append(("colours", {"from": source["mode"], **params}, view(now, "colours")))
    opaque, params = over_white(colours)
    done.append(("alpha", params, view(now, "opaque")))
    picture, box = cut(replace(region, image=opaque), crop, *proportions)
    size = max(1, round(box[2] - box[0])), max(1, round(box[3] - box[1]))
    if pictures:
        looks["cut"] = picture.crop((round(box[0]), round(box[1]), round(box[0]) + size[0], round(box[1]) + size[1]))
    params = {"x": crop.x, "y": crop.y, "size": crop.size, "rotate": crop.rotate, "fit": fit}
    done.append(("crop", params, view(size, "cut")))
    picture = _resized(picture, (width, height), box, "L" if channels == 1 else "RGB")
    if pictures:
        looks["input"] = picture
    params = {"filter": "bicubic", "from": list(size), "to": [width, height]}
    done.append(("resize", params, view((width, height), "input")))
    done.append(("scale", {"divisor": 255, "from": [0, 255], "to": [0, 1]}, done[-1][2]))

    pixels = np.ascontiguousarray(np.asarray(picture).reshape(height, width, channels).transpose(2, 0, 1))
    p = pixels.astype(np.float32) / np.float32(255)
    if preparation is not None:
        if preparation.invert and pictures:
            looks["input"] = ImageOps.invert(picture)
        done += [(name, params, view((width, height), "input")) for name, params in preparation.steps(channels)]
        p = preparation.apply(p)
    shown = View(*header.upright, None if whole is None else small(_in_srgb(whole, header), upright))
    return Prepared(pixels, p, source, shown, steps_of(done, first), crop)


def _resized(
    image: Image.Image, size: tuple[int, int], box: tuple[float, float, float, float], mode: str
) -> Image.Image:
    """By Pillow's antialiased bicubic filter: to shrink, Keys' cubic (a = −1/2) is stretched by the factor."""
    if image.size != size or box != (0, 0, *size):
        image = image.resize(size, Image.Resampling.BICUBIC, box)
    return image if image.mode == mode else image.convert(mode)


def _whole(image: Image.Image, header: Header, decoded_at: int, side: int, limits: Limits) -> Image.Image:
    """The whole picture, upright, about so many pixels long; a JPEG is decoded again where it was decoded smaller."""
    wanted = max(header.upright) / side
    enough = fraction(header, wanted, limits)
    if enough < decoded_at:
        image, decoded_at = decode(header, enough), enough
    factor = max(1, int(wanted) // decoded_at) * decoded_at
    return take(image, header, (0, 0, *header.upright), factor, decoded_at).image


def _in_srgb(image: Image.Image, header: Header) -> Image.Image:
    return over_white(to_srgb(image, header, grey=False)[0])[0]


def _looks(image: Image.Image, header: Header, decoded_at: int, grey: bool) -> dict[str, Image.Image]:
    """The whole picture, small, before and after each step up to the crop."""
    factor = max(1, max(header.upright) // (2 * PREVIEW) // decoded_at) * decoded_at
    upright = take(image, header, (0, 0, *header.upright), factor, decoded_at).image
    colours, _ = to_srgb(upright.copy(), header, grey=grey)
    return {
        "stored": lay(upright, header.orientation),
        "upright": upright,
        "colours": colours,
        "opaque": over_white(colours)[0],
    }
