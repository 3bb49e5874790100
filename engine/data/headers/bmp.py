"""BMP (BITMAPCOREHEADER, BITMAPINFOHEADER and its successors): size, run lengths, and which bits are which colour."""

from __future__ import annotations

import struct

from cnn_loupe.engine.data.headers.header import Header, damaged

_RUNS, _FIELDS, _ALPHA_FIELDS = (1, 2), 3, 6


def recognise(data: bytes) -> bool:
    return data.startswith(b"BM") and len(data) > 26


def read(data: bytes) -> Header:
    """Raises ImageError: `picture_damaged`."""
    (size,) = struct.unpack_from("<I", data, 14)
    if size == 12:
        width, height = struct.unpack_from("<HH", data, 18)
        return Header("BMP", width, height, data=data)
    width, height, _, bits, compression = struct.unpack_from("<iiHHI", data, 18)
    return Header(
        "BMP",
        width,
        abs(height),  # a negative height means rows from top to bottom
        runs=compression in _RUNS,
        depth=bits,
        masks=_masks(data, size, compression, bits) if bits in (16, 32) else None,
        data=data,
    )


def _masks(data: bytes, size: int, compression: int, bits: int) -> tuple[int, int, int, int] | None:
    """The bits of each colour; alpha has its place in headers of 56 bytes and more, or behind smaller ones."""
    if compression not in (_FIELDS, _ALPHA_FIELDS):
        return None
    red, green, blue = struct.unpack_from("<III", data, 54)
    has_alpha = size >= 56 or compression == _ALPHA_FIELDS
    (alpha,) = struct.unpack_from("<I", data, 66) if has_alpha else (0,)
    number = (1 << bits) - 1  # bits that a mask has beyond it belong to nothing
    red, green, blue, alpha = (mask & number for mask in (red, green, blue, alpha))
    if not red or not green or not blue:
        raise damaged("BMP")
    return red, green, blue, alpha
