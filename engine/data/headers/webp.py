"""WebP (RFC 9649): the size of its canvas, and the chunks around its pictures."""

from __future__ import annotations

import struct

from cnn_loupe.engine.data.headers.exif import orientation
from cnn_loupe.engine.data.headers.header import MOST_PROFILE, Header, damaged

MOST_CHUNKS = 10_000  # that are looked at; the decoder has limits of its own

_ANIMATED = 0x02


def recognise(data: bytes) -> bool:
    return data.startswith(b"RIFF") and data[8:12] == b"WEBP"


def read(data: bytes) -> Header:
    """Raises ImageError: `picture_damaged`."""
    kind = data[12:16]
    if kind == b"VP8X":
        width = 1 + int.from_bytes(data[24:27], "little")
        height = 1 + int.from_bytes(data[27:30], "little")
        if len(data) < 30:
            raise damaged("WebP")
    elif kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    elif kind == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    else:
        raise damaged("WebP")
    chunks = _chunks(data) if kind == b"VP8X" else {}
    profile = chunks.get(b"ICCP")
    return Header(
        "WebP",
        width,
        height,
        animated=kind == b"VP8X" and bool(data[20] & _ANIMATED),
        orientation=orientation(chunks.get(b"EXIF"), chunks.get(b"XMP ")),
        profile=None if profile is None else bytes(profile) if len(profile) <= MOST_PROFILE else b"",
        data=data,
    )


def _chunks(data: bytes) -> dict[bytes, memoryview]:
    """The first chunk of each kind that is of use here."""
    found: dict[bytes, memoryview] = {}
    view, position = memoryview(data), 12
    for _ in range(MOST_CHUNKS):
        if position + 8 > len(data):
            break
        kind, length = struct.unpack_from("<4sI", data, position)
        if kind in (b"ICCP", b"EXIF", b"XMP "):
            found.setdefault(kind, view[position + 8 : position + 8 + length])
        position += 8 + length + (length & 1)
    return found
