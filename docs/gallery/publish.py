"""Put a finished picture into the gallery: WebP of at most 60 KB, thumbnail of at most 4 KB.

Run from the repository's root: ``python docs/gallery/publish.py RENDER.png ID``.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image

GALLERY = Path(__file__).resolve().parents[2] / "engine" / "zoo" / "tiny-vgg" / "gallery"
SIDE, BYTES = 512, 60_000
THUMB_SIDE, THUMB_BYTES = 96, 4_000


def encode(picture: Image.Image, limit: int) -> bytes:
    """Return the picture as WebP at the best quality (at most 90) that fits ``limit`` bytes."""
    for quality in range(90, 9, -5):
        buffer = io.BytesIO()
        picture.save(buffer, "WEBP", quality=quality, method=6)
        if buffer.tell() <= limit:
            return buffer.getvalue()
    raise ValueError(f"{picture.size} does not fit {limit} bytes even at quality 10; simplify the picture")


def publish_thumb(picture: Image.Image, name: str, how: Image.Resampling = Image.Resampling.LANCZOS) -> None:
    """Write ``thumbs/<name>.webp``."""
    small = picture.resize((THUMB_SIDE, THUMB_SIDE), how)
    (GALLERY / "thumbs" / f"{name}.webp").write_bytes(encode(small, THUMB_BYTES))


def publish(picture: Image.Image, name: str) -> None:
    """Write ``<name>.webp``, at most 512×512, and its thumbnail."""
    picture = picture.convert("RGB")
    if picture.width != picture.height:
        raise ValueError(f"{name} is {picture.width}×{picture.height}; a gallery picture must be square")
    if picture.width > SIDE:
        picture = picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    (GALLERY / f"{name}.webp").write_bytes(encode(picture, BYTES))
    publish_thumb(picture, name)


if __name__ == "__main__":
    source, name = sys.argv[1:]
    publish(Image.open(source), name)
