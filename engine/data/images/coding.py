"""Colours whose file says by numbers how they are meant, without a profile: gAMA and cHRM, or code points (H.273).

What browsers do where these chunks are vague is done here as well: an encoding of 1/2.2 without primaries is taken for
sRGB; primaries without an encoding say nothing.

Source: W3C PNG (Third Edition), 13.13 to 13.16.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from cnn_loupe.engine.data.headers import Coding
from cnn_loupe.engine.data.images.light import (
    PRIMARIES,
    SRGB,
    TRANSFERS,
    Places,
    Transfer,
    between,
    in_srgb,
    power,
)

_STRIP = 250_000  # pixels at once
_USUAL, _NEAR = 2.2, 0.05
_SAME = 1e-4  # entries of matrices


def by_coding(image: Image.Image, coding: Coding) -> tuple[Image.Image, dict[str, Any]]:
    """The picture (L or RGB) in sRGB, and what was done; nothing to what is sRGB already, or not known."""
    try:
        found = _meaning(coding)
        alike = found is not None and np.allclose(between(found[1], SRGB), np.eye(3), atol=_SAME)
    except np.linalg.LinAlgError:
        return image, {}
    if found is None or (alike and found[0].name == "sRGB"):
        return image, {}
    transfer, places, said = found
    if image.mode == "L" or (alike and not transfer.bright):  # each band by itself
        levels = np.repeat(np.arange(256)[:, None] / 255, 3, axis=1)
        table = in_srgb(levels, transfer, places)[:, 0]
        return image.point(table.tolist() * len(image.getbands())), said
    out = Image.new("RGB", image.size)
    step = max(1, _STRIP // image.size[0])
    for top in range(0, image.size[1], step):
        strip = image.crop((0, top, image.size[0], min(top + step, image.size[1])))
        out.paste(Image.fromarray(in_srgb(np.asarray(strip) / 255, transfer, places)), (0, top))
    return out, said


def _meaning(coding: Coding) -> tuple[Transfer, Places, dict[str, Any]] | None:
    """Transfer function, primaries, and how it is said; None for numbers that mean nothing here."""
    if coding.code_points:
        name, places = PRIMARIES.get(coding.code_points[0], ("", ()))
        transfer = TRANSFERS.get(coding.code_points[1])
        if not places or transfer is None:
            return None
        return transfer, places, {"by": "code_points", "primaries": name, "transfer": transfer.name}
    assert coding.gamma is not None
    if coding.primaries is None and abs(coding.gamma * _USUAL - 1) < _NEAR:
        return None
    said = {"by": "gamma", "gamma": coding.gamma}
    return Transfer("gamma", power(1 / coding.gamma)), coding.primaries or SRGB, said
