"""What the interface is told of the preparation: each step, with what was there before and after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from PIL import Image

from cnn_loupe.engine.data.images.colours import to_eight_bits

PREVIEW = 160  # longest side of the small before and after pictures, in pixels


@dataclass(frozen=True)
class View:
    """How the picture looked at one moment: its size, and on request a small PNG of it."""

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


@dataclass
class Work:
    """The picture on its way, with what has been done to it."""

    image: Image.Image
    pictures: bool
    steps: list[Step] = field(default_factory=list)

    def view(self) -> View:
        """How the picture looks now."""
        return View(*self.image.size, _preview(self.image) if self.pictures else None)

    def apply(self, name: str, action: Callable[[Image.Image], tuple[Image.Image, dict[str, Any]]]) -> None:
        """Do one step to the picture, which gives its parameters, and put it on record."""
        before = self.steps[-1].after if self.steps else self.view()
        same = id(self.image)
        self.image, params = action(self.image)
        after = before if id(self.image) == same else self.view()
        self.steps.append(Step(name, params, before, after))


def _preview(image: Image.Image) -> bytes:
    """A small PNG of the picture as it is at this moment."""
    small = image
    factor = max(image.size) // (2 * PREVIEW)
    if factor > 1 and image.mode not in ("P", "1", "I;16", "I;16B", "I"):
        small = image.reduce(factor)
    if small.mode in ("I;16", "I;16B", "I"):
        small = to_eight_bits(small)
    if small.mode not in ("L", "RGB", "RGBA"):
        small = small.convert("RGBA" if "transparency" in small.info or small.mode == "PA" else "RGB")
    if max(small.size) > PREVIEW:
        ratio = PREVIEW / max(small.size)
        size = (max(1, round(small.size[0] * ratio)), max(1, round(small.size[1] * ratio)))
        small = small.resize(size, Image.Resampling.BILINEAR)
    out = BytesIO()
    # Without the original's metadata: neither its colour profile nor anything personal belongs in it.
    clean = Image.new(small.mode, small.size)
    clean.paste(small)
    clean.save(out, "PNG")
    return out.getvalue()
