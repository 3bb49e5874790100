"""From a file's bytes to a decoded picture, within limits that hold before a decoder starts.

Memory and time are bounded by the file's size, by the pixels its header declares, and, for JPEG,
by the number of colours and of scans. The largest accepted picture costs below 200 MB.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

from cnn_loupe.engine.data.headers import Header, damaged, read_header
from cnn_loupe.engine.errors import ImageError

# Text inside a PNG is decompressed when the file is opened; nobody reads it here.
PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = 1 << 20

# The plugin classes themselves, not Image.open: that one imports every format Pillow knows as soon
# as it meets a file that it cannot read.
_OPENERS: dict[str, Callable[[BytesIO], Image.Image]] = {
    "PNG": PngImagePlugin.PngImageFile,
    "JPEG": JpegImagePlugin.JpegImageFile,
    "WebP": WebPImagePlugin.WebPImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
}

MEGA = 1_000_000


@dataclass(frozen=True)
class Limits:
    """What a picture may cost; pixels as declared in its header."""

    bytes: int = 20 * MEGA
    pixels: int = 16 * MEGA
    jpeg_pixels: int = 50 * MEGA  # decoded at a fraction of its size
    webp_pixels: int = 8 * MEGA  # its decoder keeps several copies of the canvas
    scans: int = 64
    # Of a JPEG that keeps all its coefficients, and walks over them in each scan; programs write 6 to 18 scans.
    scanned: int = 600 * MEGA  # pixels times colours times scans
    scanned_bytes: int = 8 * MEGA
    run_bytes: int = 4 * MEGA  # of a BMP in run lengths, which Pillow unpacks one by one in Python

    def pixels_of(self, header: Header) -> int:
        """Most pixels allowed for this file; a JPEG kept whole in memory counts as any other, with inks half."""
        if header.format == "JPEG" and not header.buffered:
            return self.jpeg_pixels
        if header.format == "JPEG":
            return self.pixels if header.channels <= 3 else self.pixels // 2
        if header.format == "WebP":
            return min(self.pixels, self.webp_pixels)
        return self.pixels

    def scans_of(self, header: Header) -> int:
        """Most scans allowed for this file: fewer for a larger picture."""
        samples = header.width * header.height * header.channels
        return max(1, min(self.scans, self.scanned // max(1, samples)))

    def bytes_of(self, header: Header) -> int:
        """Most bytes allowed for this file."""
        if header.runs:
            return min(self.bytes, self.run_bytes)
        return min(self.bytes, self.scanned_bytes) if header.buffered else self.bytes


LIMITS = Limits()


def header_within(data: bytes, limits: Limits) -> Header:
    """What the picture's header says, if its size, pixels and scans are within the limits.

    Raises ImageError: `picture_empty`, `picture_format_…`, `picture_damaged`, `picture_too_large`,
    `picture_too_many_pixels`, `picture_too_many_scans`.
    """
    header = read_header(data)
    most = limits.bytes_of(header)
    if len(data) > most:
        raise ImageError(
            "picture_too_large",
            f"The picture has {len(data)} bytes; at most {most} are read. Make it smaller.",
            bytes=len(data),
            limit=most,
        )
    pixels, allowed = header.width * header.height, limits.pixels_of(header)
    if pixels > allowed:
        raise ImageError(
            "picture_too_many_pixels",
            f"The picture has {header.width}×{header.height} = {pixels / MEGA:.1f} megapixels; "
            f"at most {allowed / MEGA:g} are read from a {header.format} file like this. Make it smaller.",
            width=header.width,
            height=header.height,
            megapixels=round(pixels / MEGA, 1),
            limit=allowed / MEGA,
            format=header.format,
        )
    if header.scans > limits.scans_of(header):
        raise ImageError(
            "picture_too_many_scans",
            f"The JPEG has {header.scans} scans; at most {limits.scans_of(header)} are read from one of "
            f"{header.width}×{header.height} pixels. Save it again.",
            scans=header.scans,
            limit=limits.scans_of(header),
        )
    return header


def open_picture(data: bytes, header: Header) -> Image.Image:
    """The picture, not decoded yet. Raises `picture_damaged`."""
    try:
        image = _OPENERS[header.format](BytesIO(data))
    except Exception as error:  # a decoder that meets nonsense raises whatever it likes
        raise damaged(header.format) from error
    # The decoder must agree with the header that was checked; a GIF frame may exceed its screen.
    if image.size[0] * image.size[1] > header.width * header.height:
        raise damaged(header.format)
    return image


def load(image: Image.Image, header: Header) -> None:
    """Decode the picture. Raises `picture_damaged`."""
    try:
        image.load()
    except Exception as error:  # see open_picture
        raise damaged(header.format) from error


def describe(image: Image.Image, header: Header, size: int) -> dict[str, Any]:
    """What the interface says of the file: format, size in pixels and bytes, colour mode …"""
    return {
        "format": header.format,
        "width": image.size[0],
        "height": image.size[1],
        "bytes": size,
        "mode": image.mode,
        "animated": header.animated or (header.format == "WebP" and getattr(image, "n_frames", 1) > 1),
        "profile": "icc_profile" in image.info,
    }


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def orientation(image: Image.Image) -> int:
    """EXIF tag 0x0112, 1 to 8; 1 (upright) where the tag is missing or makes no sense."""
    try:
        value = image.getexif().get(0x0112, 1)
    except Exception:  # damaged EXIF data say nothing about the picture itself
        return 1
    return value if value in _TURNS else 1


def orient(image: Image.Image, turn: int) -> tuple[Image.Image, dict[str, Any]]:
    """Turned or mirrored so that it is upright."""
    return (image.transpose(_TURNS[turn]) if turn > 1 else image), {"exif": turn}
