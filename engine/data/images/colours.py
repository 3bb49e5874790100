"""The colours of a picture: to 8-bit sRGB or grey, by its profile or its code points, over white."""

from __future__ import annotations

from typing import Any

from PIL import Image

from cnn_loupe.engine.data.headers import Header
from cnn_loupe.engine.data.images.coding import by_coding
from cnn_loupe.engine.data.images.profiles import by_profile


def to_srgb(image: Image.Image, header: Header, *, grey: bool) -> tuple[Image.Image, dict[str, Any]]:
    """8-bit sRGB (or grey), with alpha where there was one: RGB, RGBA, L or LA; and what was done to the colours.

    image is L, LA, RGB, RGBA or CMYK. Of a profile and code points the profile counts.
    """
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    base = image if alpha is None else image.convert(image.mode[:-1])
    done: dict[str, Any] = {}
    if header.profile is not None:
        base, done = by_profile(base, header.profile)
    elif header.coding is not None and base.mode in ("L", "RGB"):
        base, done = by_coding(base, header.coding)
    target = "L" if grey and base.mode == "L" else "RGB"
    if base.mode != target:
        base = base.convert(target)
    if alpha is not None:
        base.putalpha(alpha)
    return base, {"to": base.mode, "bits": header.bits, "profile": None, "by": None, **done}


def over_white(image: Image.Image) -> tuple[Image.Image, dict[str, Any]]:
    """result = alpha · colour + (1 − alpha) · white."""
    if image.mode not in ("LA", "RGBA"):
        return image, {"present": False}
    alpha = image.getchannel("A")
    colours = image.convert(image.mode[:-1])
    if alpha.getextrema()[0] == 255:
        return colours, {"present": False}
    white = Image.new(colours.mode, image.size, "white")
    white.paste(colours, mask=alpha)
    return white, {"present": True}
