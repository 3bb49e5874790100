"""Colours by the profile that a file carries (ICC), through LittleCMS."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image, ImageCms

_MODES = {"RGB ": "RGB", "CMYK": "CMYK", "GRAY": "L"}
IGNORED: dict[str, Any] = {"profile": "ignored"}


def by_profile(image: Image.Image, data: bytes) -> tuple[Image.Image, dict[str, Any]]:
    """The picture (L, RGB or CMYK) in sRGB, and what was done.

    The profile is `ignored` where it is nonsense, too large, or speaks of other colours than the picture has. One that
    changes nothing, whatever it is called, leaves the picture as it is.
    """
    if not data:
        return image, IGNORED
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(data))
        name = (ImageCms.getProfileDescription(profile) or "").strip()[:80] or "unnamed"
        mode = _MODES.get(profile.profile.xcolor_space)
        if image.mode == "L" and mode == "RGB":  # three equal colours
            image = image.convert("RGB")
        if image.mode != mode:
            return image, IGNORED
        transform = ImageCms.buildTransform(
            profile, ImageCms.createProfile("sRGB"), image.mode, "RGB", ImageCms.Intent.PERCEPTUAL
        )
        if _changes_nothing(transform, image.mode):
            return image, {"profile": name}
        if image.mode == "RGB":
            ImageCms.applyTransform(image, transform, inPlace=True)
            return image, {"profile": name, "by": "profile"}
        found = ImageCms.applyTransform(image, transform)
        return found or image, {"profile": name, "by": "profile"}
    except MemoryError:
        raise
    except Exception:  # a profile is advice about colours; nonsense in it does not spoil the picture
        return image, IGNORED


def _changes_nothing(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Whether sRGB comes out as it went in, to one level: tried on every grey and on a grid of colours."""
    if mode == "CMYK":
        return False
    grey = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    levels = np.linspace(0, 255, 7).astype(np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3)
    wanted = grey if mode == "L" else np.concatenate([grey, grid])
    probe = Image.fromarray(wanted[None]) if mode == "RGB" else Image.fromarray(wanted[None, :, 0])
    found = np.asarray(ImageCms.applyTransform(probe, transform)).reshape(-1, 3)
    return int(np.abs(found.astype(int) - wanted).max()) <= 1
