"""What the interface is told of the preparation: each step, with what was there before and after."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image

PREVIEW = 160  # longest side of the small before and after pictures, in pixels
_EXACTLY = 65_536  # pixels; a larger picture that is only looked at is not kept to the last digit


@dataclass(frozen=True)
class View:
    """How the picture looked at one moment: its size, and on request a picture of it, PNG or JPEG."""

    width: int
    height: int
    picture: bytes | None = None


@dataclass(frozen=True)
class Step:
    """One step of the preparation: what it is, with which parameters, and before and after it."""

    id: str
    params: dict[str, Any]
    before: View
    after: View


def steps_of(done: list[tuple[str, dict[str, Any], View]], first: View) -> tuple[Step, ...]:
    """The steps (what, how, how it looked then) one after the other: each begins where the last one ended."""
    found = []
    for name, params, after in done:
        found.append(Step(name, params, first, after))
        first = after
    return tuple(found)


def small(image: Image.Image, side: int = PREVIEW) -> bytes:
    """A picture of the picture: L, LA, RGB, RGBA or CMYK, its longer side at most so many pixels."""
    ratio = side / max(image.size)
    if ratio < 1:
        size = (max(1, round(image.size[0] * ratio)), max(1, round(image.size[1] * ratio)))
        image = image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2)
    if image.mode == "CMYK":
        image = image.convert("RGB")
    out = BytesIO()
    # Without the original's metadata: neither its colour profile nor anything personal belongs in it.
    clean = Image.new(image.mode, image.size)
    clean.paste(image)
    if image.size[0] * image.size[1] <= _EXACTLY or image.mode in ("LA", "RGBA"):
        clean.save(out, "PNG")
    else:
        clean.save(out, "JPEG", quality=90, subsampling=0)
    return out.getvalue()
