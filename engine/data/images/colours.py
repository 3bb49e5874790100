"""The colours of a picture: to 8-bit sRGB or grey, through its profile, over white."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image, ImageCms


def to_srgb(image: Image.Image, *, grey: bool) -> tuple[Image.Image, dict[str, Any]]:
    """8-bit sRGB (or grey), with alpha where there was one; through the colour profile if it is usable."""
    info, mode = image.info, image.mode
    bits = 16 if mode in ("I;16", "I;16B", "I") else 8
    if bits == 16:
        image = to_eight_bits(image)
    alpha = image.mode in ("LA", "PA", "La", "RGBA", "RGBa") or "transparency" in info
    if image.mode not in ("L", "RGB", "RGBA", "CMYK"):
        image = image.convert("RGBA" if alpha else "L" if image.mode == "1" else "RGB")
    elif alpha and image.mode != "RGBA":
        image = image.convert("RGBA")
    image, profile = _through_profile(image, info.get("icc_profile"))
    target = "RGBA" if alpha else "L" if grey and image.mode == "L" else "RGB"
    if image.mode != target:
        image = image.convert(target)
    return image, {"from": mode, "to": target, "bits": bits, "profile": profile}


def to_eight_bits(image: Image.Image) -> Image.Image:
    """0–65535 to 0–255, rounded to the nearest: v·255/65535 = v/257."""
    values = np.asarray(image)
    out = np.empty(values.shape, np.uint8)
    for top in range(0, len(values), 256):  # in strips: the picture may be large
        strip = np.clip(values[top : top + 256].astype(np.int32), 0, 65535)
        out[top : top + 256] = (strip + 128) // 257
    return Image.fromarray(out)


# Profiles of presses have up to 3 MB. A larger one is all table, which the colour engine unpacks to many times that.
MOST_PROFILE = 4_000_000

_SPACES = {"RGB ": ("RGB", "RGBA"), "CMYK": ("CMYK",), "GRAY": ("L",)}


def _through_profile(image: Image.Image, data: bytes | None) -> tuple[Image.Image, str | None]:
    """To sRGB by the embedded profile; gives its name, `ignored` for nonsense or too much, None for none."""
    if not data:
        return image, None
    if len(data) > MOST_PROFILE:
        return image, "ignored"
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(data))
        name = (ImageCms.getProfileDescription(profile) or "").strip()[:80]
        if image.mode not in _SPACES.get(profile.profile.xcolor_space, ()):
            return image, "ignored"
        if name.startswith("sRGB"):
            return image, name
        target = "RGBA" if image.mode == "RGBA" else "RGB"
        transform = ImageCms.buildTransform(
            profile, ImageCms.createProfile("sRGB"), image.mode, target, ImageCms.Intent.PERCEPTUAL
        )
        if target == image.mode:
            ImageCms.applyTransform(image, transform, inPlace=True)
            return image, name or "unnamed"
        return ImageCms.applyTransform(image, transform) or image, name or "unnamed"
    except Exception:  # a profile is advice about colours; nonsense in it does not spoil the picture
        return image, "ignored"


def over_white(image: Image.Image) -> tuple[Image.Image, dict[str, Any]]:
    """result = alpha · colour + (1 − alpha) · white."""
    if image.mode != "RGBA":
        return image, {"present": False}
    white = Image.new("RGB", image.size, (255, 255, 255))
    white.paste(image, mask=image.getchannel("A"))
    return white, {"present": True}
