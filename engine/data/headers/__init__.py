"""What a picture file says about itself, read without decoding anything.

Decoders reserve memory as soon as they open a file, so its format and its size are read here first, by content (the
name and the declared type of a file prove nothing), and checked against the limits before any decoder sees it. So is
what decides how it is shown, once for all formats: which way is up, what its colours mean, which one is transparent.

    header   what is known of every file, and how one is refused
    exif     which way is up
    png, jpeg, webp, gif, bmp, tiff, avif (with boxes and obu)   one format each
    kinds    what people send that is none of these
"""

from __future__ import annotations

import struct
from types import ModuleType

from cnn_loupe.engine.data.headers import avif, bmp, gif, jpeg, png, tiff, webp
from cnn_loupe.engine.data.headers.header import FORMATS, Box, Coding, Header, damaged, kind_refused
from cnn_loupe.engine.data.headers.kinds import refusal, wrapped
from cnn_loupe.engine.errors import ImageError

__all__ = [
    "FORMATS",
    "Box",
    "Coding",
    "Header",
    "damaged",
    "format_of",
    "kind_refused",
    "read_header",
    "refusal",
    "wrapped",
]

_READERS: dict[str, ModuleType] = dict(zip(FORMATS, (png, jpeg, webp, avif, gif, bmp, tiff), strict=True))


def format_of(data: bytes) -> str | None:
    """The format of a file, told by its first 512 bytes; None for one that is not read."""
    return next((name for name, reader in _READERS.items() if reader.recognise(data)), None)


def read_header(data: bytes) -> Header:
    """Tell format, size and meaning of a picture from its file.

    Raises ImageError: `picture_empty`, `picture_damaged` (too short or contradictory), `picture_too_many_blocks`,
    `picture_kind_refused` (a form of a known format that is not read), and for what is none of the formats
    `picture_format_refused`, `picture_format_unknown`, `picture_is_video`, `picture_is_archive`, `picture_is_page`,
    `picture_is_wrapped`.
    """
    if not data:
        raise ImageError("picture_empty", "The picture has 0 bytes; choose a file that is not empty.")
    name = format_of(data)
    if name is None:
        raise refusal(data)
    try:
        header: Header = _READERS[name].read(data)
    except (struct.error, IndexError) as error:
        raise damaged(name) from error
    if header.width < 1 or header.height < 1:
        raise damaged(name)
    return header
