"""PNG (ISO/IEC 15948, W3C PNG Third Edition): its chunks are walked, none is unpacked but profile and orientation.

The decoder is given the picture alone: text of any length, profiles and frames of an animation stay outside of it. Of
what says how colours are meant, the first of cICP, iCCP, sRGB, gAMA with cHRM counts.
"""

from __future__ import annotations

import struct
import zlib

from cnn_loupe.engine.data.headers.exif import orientation
from cnn_loupe.engine.data.headers.header import (
    MOST_EXIF,
    MOST_PROFILE,
    MOST_XMP,
    Coding,
    Header,
    damaged,
    too_many_blocks,
    without,
)

MAGIC = b"\x89PNG\r\n\x1a\n"
# A file of 20 MB has 2,500 chunks as libpng writes them.
MOST_CHUNKS = 20_000

_GREY, _COLOUR, _PALETTE = 0, 2, 3
_SAMPLES = {_GREY: 1, _COLOUR: 3}
_PICTURE = {b"IHDR", b"IDAT", b"IEND"}
_NOTED = {b"acTL", b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"eXIf", b"tRNS"}
_TEXTS = {b"tEXt", b"zTXt", b"iTXt"}
_XMP = b"XML:com.adobe.xmp\0"
_RAW = (b"Raw profile type exif\0", b"Raw profile type APP1\0")


def recognise(data: bytes) -> bool:
    return data.startswith(MAGIC)


def read(data: bytes) -> Header:
    """Raises ImageError: `picture_damaged`, `picture_too_many_blocks`."""
    if data[12:16] != b"IHDR":
        raise damaged("PNG")
    width, height, depth, colour = struct.unpack_from(">IIBB", data, 16)
    kept = _PICTURE | ({b"PLTE", b"tRNS"} if colour == _PALETTE else set())
    noted: dict[bytes, memoryview] = {}
    texts: list[tuple[bytes, memoryview]] = []
    left_out: list[tuple[int, int]] = []
    position, view = len(MAGIC), memoryview(data)
    for _ in range(MOST_CHUNKS):
        if position + 8 > len(data):
            break
        length, kind = struct.unpack_from(">I4s", data, position)
        body, end = view[position + 8 : position + 8 + length], position + 12 + length
        if kind in _NOTED:
            noted.setdefault(kind, body)
        elif kind in _TEXTS and bytes(body[:24]).startswith((_XMP, *_RAW)):
            texts.append((kind, body))
        if kind not in kept:
            left_out.append((position, end))
        position = end
        if kind == b"IEND":
            left_out.append((end, len(data)))
            break
    else:
        raise too_many_blocks("PNG", MOST_CHUNKS)
    profile, coding = _meaning(noted)
    return Header(
        "PNG",
        width,
        height,
        bits=max(8, depth),
        animated=b"acTL" in noted,
        orientation=_orientation(noted, texts),
        profile=profile,
        coding=coding,
        key=_key(noted.get(b"tRNS"), depth, colour),
        depth=depth,
        data=without(data, left_out),
    )


def _meaning(noted: dict[bytes, memoryview]) -> tuple[bytes | None, Coding | None]:
    """The profile, or what else says how the numbers are meant; neither for sRGB."""
    cicp = bytes(noted.get(b"cICP", b""))
    # Colour as it is (no matrix), in the full range: else the chunk does not speak of what is stored here.
    if len(cicp) == 4 and cicp[2:] == b"\0\1":
        return None, Coding(code_points=(cicp[0], cicp[1]))
    if b"iCCP" in noted:
        return _unpacked_profile(noted[b"iCCP"]), None
    if b"sRGB" in noted or len(noted.get(b"gAMA", b"")) != 4:
        return None, None
    (gamma,) = struct.unpack(">I", noted[b"gAMA"])
    chrm = noted.get(b"cHRM", b"")
    primaries = tuple(number / 100_000 for number in struct.unpack(">8I", chrm)) if len(chrm) == 32 else None
    return None, Coding(gamma / 100_000, primaries) if gamma else None


def _unpacked_profile(chunk: memoryview) -> bytes:
    _, _, packed = bytes(chunk).partition(b"\0")
    found = _unpacked(packed[1:], MOST_PROFILE + 1) if packed[:1] == b"\0" else b""
    return found if len(found) <= MOST_PROFILE else b""


def _unpacked(packed: bytes, most: int) -> bytes:
    """At most so many bytes of what was packed; what came before where it is damaged, nothing."""
    try:
        return zlib.decompressobj().decompress(packed, most)
    except zlib.error:
        return b""


def _key(trns: memoryview | None, depth: int, colour: int) -> tuple[int, ...] | None:
    """The transparent colour; bits beyond the picture's depth do not count."""
    samples = _SAMPLES.get(colour)
    if trns is None or samples is None or len(trns) < 2 * samples:
        return None
    return tuple(number & (1 << depth) - 1 for number in struct.unpack_from(f">{samples}H", trns))


def _orientation(noted: dict[bytes, memoryview], texts: list[tuple[bytes, memoryview]]) -> int:
    """From the eXIf chunk wherever it stands, from the text that ImageMagick writes in its place, or from XMP."""
    exif: bytes | memoryview | None = noted.get(b"eXIf")
    xmp = None
    for kind, body in texts:
        if bytes(body[: len(_XMP)]) == _XMP:
            xmp = xmp or _text(kind, body, MOST_XMP)
        elif exif is None:
            exif = _raw_profile(_text(kind, body, 3 * MOST_EXIF))
    return orientation(exif, xmp)


def _text(kind: bytes, body: memoryview, most: int) -> bytes:
    """The first bytes of a text chunk's text."""
    _, _, rest = bytes(body).partition(b"\0")
    if kind == b"tEXt":
        return rest[:most]
    if kind == b"zTXt":
        return _unpacked(rest[1:], most)
    packed, rest = rest[:1], rest[2:]
    rest = rest.split(b"\0", 2)[-1]  # behind the language and the translated keyword
    return _unpacked(rest, most) if packed == b"\1" else rest[:most]


def _raw_profile(text: bytes) -> bytes | None:
    """Hexadecimal digits in lines, behind a name and a length."""
    digits = b"".join(text.split()[2:])
    try:
        return bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii"))
    except ValueError:
        return None
