"""Which way is up, read from camera metadata without unpacking any more of them.

EXIF (JEITA CP-3451, tag 0x0112) is a small TIFF file inside the picture; XMP (ISO 16684) is XML that repeats the tag.
A decoder that reads all tags can be made to copy the same megabytes for each of thousands of tags, so only the first
directory is walked here, within the first 64 kB, and nothing but the one number is taken out of it.
"""

from __future__ import annotations

import re
import struct

from cnn_loupe.engine.data.headers.header import MOST_EXIF, MOST_XMP

ORIENTATION = 0x0112
_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_INTEGERS = {1: "B", 3: "H", 4: "I"}
_XMP = re.compile(rb"tiff:Orientation(?:\s*=\s*[\"']|>)\s*([1-8])")


def orientation(exif: bytes | memoryview | None, xmp: bytes | memoryview | None = None) -> int:
    """1 to 8; 1 (upright) where nothing sensible is said. EXIF outranks XMP."""
    return (exif and _of_exif(bytes(exif[:MOST_EXIF]))) or (xmp and _of_xmp(bytes(xmp[:MOST_XMP]))) or 1


def _of_exif(data: bytes) -> int | None:
    data = data.removeprefix(b"Exif\0\0")
    order = _ORDERS.get(data[:4])
    try:
        if order is None:
            return None
        (start,) = struct.unpack_from(order + "I", data, 4)
        (count,) = struct.unpack_from(order + "H", data, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind, number = struct.unpack_from(order + "HHI", data, entry)
            if tag == ORIENTATION:
                (value,) = struct.unpack_from(order + _INTEGERS[kind], data, entry + 8)
                return value if number == 1 and 1 <= value <= 8 else None
    except (struct.error, KeyError):
        pass  # damaged metadata say nothing about the picture itself
    return None


def _of_xmp(data: bytes) -> int | None:
    found = _XMP.search(data)
    return int(found[1]) if found else None
