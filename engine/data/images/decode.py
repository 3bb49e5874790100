"""From a file's bytes to decoded pixels, as the file has them.

Only what `header_within` has let through is decoded, and only the part of the file that holds pixels: its metadata were
read before, within bounds of their own, and no decoder is asked for them.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageChops,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from cnn_loupe.engine.data.headers import Header, damaged, kind_refused
from cnn_loupe.engine.data.images.bitfields import read_bit_fields
from cnn_loupe.engine.data.images.limits import Limits

# The plugin classes themselves, not Image.open: that one imports every format Pillow knows as soon
# as it meets a file that it cannot read.
_OPENERS: dict[str, Callable[[BytesIO], ImageFile.ImageFile]] = {
    "PNG": PngImagePlugin.PngImageFile,
    "JPEG": JpegImagePlugin.JpegImageFile,
    "WebP": WebPImagePlugin.WebPImageFile,
    "AVIF": AvifImagePlugin.AvifImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
}
# A picture is one among many requests: it gets one processor, like all of them.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1

_FACTORS = (8, 4, 2)


def decode(header: Header, factor: int = 1) -> Image.Image:
    """The picture; a JPEG of at least 2, 4 or 8 times the pixels at that fraction of its size.

    Raises ImageError: `picture_damaged`, `picture_kind_refused`.
    """
    if header.masks:
        return read_bit_fields(header)
    image = _open(header)
    if factor > 1:
        image.draft(None, (header.width // factor, header.height // factor))
    # The decoder must agree with the header that was checked.
    width, height = header.coded
    if image.size != (-(-width // factor), -(-height // factor)):
        raise damaged(header.format)
    try:
        image.load()
        if header.key and len(header.key) == 3 and header.depth == 16:
            image.putalpha(_seen(image, header))
    except MemoryError:
        raise  # says nothing about the file
    except Exception as error:  # a decoder that meets nonsense raises whatever it likes
        raise damaged(header.format) from error
    return image.crop(header.aperture) if header.aperture else image


def fraction(header: Header, wanted: float, limits: Limits) -> int:
    """1, or by how much libjpeg reduces the picture while it decodes it: 2, 4 or 8, at most by what is wanted.

    libjpeg leaves out the higher frequencies of each block, which takes the less time the smaller the result is. A
    picture above the limit for other formats must be reduced, wanted or not.
    """
    if header.format != "JPEG":
        return 1
    most = min(header.width, header.height)
    factor = next((factor for factor in _FACTORS if factor <= min(wanted, most)), 1)
    while header.width * header.height > limits.pixels * factor**2 and 2 * factor <= min(8, most):
        factor *= 2
    return factor


def describe(image: Image.Image, header: Header, size: int) -> dict[str, Any]:
    """What the interface says of the file: format, size in pixels and bytes, colour mode …"""
    return {
        "format": header.format,
        "width": header.width,
        "height": header.height,
        "bytes": size,
        "mode": image.mode,
        "bits": header.bits,
        "animated": header.animated,
        "profile": header.profile is not None,
    }


def _open(header: Header) -> ImageFile.ImageFile:
    try:
        return _OPENERS[header.format](BytesIO(header.data))
    except MemoryError:
        raise
    except Exception as error:
        if header.format == "TIFF":  # whose directory is known to be sound
            raise kind_refused("TIFF", "SamplesPerPixel, BitsPerSample, ExtraSamples") from error
        raise damaged(header.format) from error


def _seen(image: Image.Image, header: Header) -> Image.Image:
    """Where a colour of 16 bits a channel is not the transparent one: Pillow keeps the upper bytes, and the lower
    ones are decoded here as a picture of their own."""
    lower = _open(header)
    lower.tile = [tile._replace(args="RGB;16L") for tile in lower.tile]
    lower.load()
    assert header.key is not None
    equal = None
    for half, shift in ((image, 8), (lower, 0)):
        for band, value in zip(half.split(), header.key, strict=True):
            same = band.point([255 * (level == (value >> shift & 255)) for level in range(256)])
            equal = same if equal is None else ImageChops.multiply(equal, same)
    assert equal is not None
    return ImageChops.invert(equal)
