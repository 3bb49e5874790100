"""JPEG (ITU-T T.81, annex B): its segments are walked up to the first scan, and over all scans where that matters.

The decoder is given the picture alone: of the application segments it needs those two that say how colours are
encoded (JFIF and Adobe). Bytes between segments are skipped as libjpeg does it, within a limit.
"""

from __future__ import annotations

import re
import struct

from cnn_loupe.engine.data.headers.exif import orientation
from cnn_loupe.engine.data.headers.header import (
    MOST_PROFILE,
    Header,
    damaged,
    too_many_blocks,
    without,
)

# Cameras write some 30 segments, and a profile or a preview of a megabyte some 20 more.
MOST_SEGMENTS = 512
MOST_SKIPPED = 65_536  # bytes between segments
MOST_TABLES = 16_384  # bytes of quantisation tables; four of them take 268

_BARE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length: TEM, RST0–RST7, SOI
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0–SOF15 without DHT, JPG, DAC
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_LAST, _SCAN, _TABLES, _COMMENT = 0xD9, 0xDA, 0xDB, 0xFE
_KEPT = {0xE0: b"JFIF\0", 0xEE: b"Adobe"}
_EXIF, _XMP, _PROFILE = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"ICC_PROFILE\0"
# In compressed data a zero follows each FF, or it is a restart marker.
_NOT_FILLED = re.compile(rb"[^\xff]", re.DOTALL)
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")


def recognise(data: bytes) -> bool:
    return data.startswith(b"\xff\xd8\xff")


def read(data: bytes) -> Header:
    """Raises ImageError: `picture_damaged`, `picture_too_many_blocks`."""
    position, frame, skipped, tables = 2, None, 0, 0
    noted: dict[bytes, bytes] = {}
    profile: list[bytes] = []
    left_out: list[tuple[int, int]] = []
    kept: set[int] = set()
    for _ in range(MOST_SEGMENTS):
        start, position, skipped = _next(data, position, skipped)
        marker = data[position + 1]
        if start < position:
            left_out.append((start, position))
        if marker in _BARE:
            position += 2
            continue
        (length,) = struct.unpack_from(">H", data, position + 2)
        end = position + 2 + length
        if marker == _LAST or length < 2 or end > len(data):
            raise damaged("JPEG")
        if marker in _FRAMES:
            height, width, components = struct.unpack_from(">HHB", data, position + 5)
            frame = (width, height, components, marker)
        elif marker == _SCAN:
            break
        elif marker == _TABLES:
            tables += length
        elif marker >= 0xE0:
            body = data[position + 4 : position + 4 + 32]
            if marker == 0xE1:
                _note(noted, data[position + 4 : end])
            elif marker == 0xE2 and body.startswith(_PROFILE):
                profile.append(data[position + 4 + len(_PROFILE) : end])
            if marker in kept or not body.startswith(_KEPT.get(marker, b"\0nothing")):
                left_out.append((position, end))
            else:
                kept.add(marker)
        position = end
    else:
        raise too_many_blocks("JPEG", MOST_SEGMENTS)
    if frame is None:
        raise damaged("JPEG")
    if tables > MOST_TABLES:
        raise too_many_blocks("JPEG", MOST_SEGMENTS)
    width, height, components, marker = frame
    buffered = marker in _PROGRESSIVE or data[position + 4] < components
    scans, last = _scans(data, position) if buffered else (1, len(data))
    left_out.append((last, len(data)))
    return Header(
        "JPEG",
        width,
        height,
        channels=components,
        buffered=buffered,
        scans=scans,
        orientation=orientation(noted.get(_EXIF), noted.get(_XMP)),
        profile=_joined(profile) if profile else None,
        data=without(data, left_out),
    )


def _next(data: bytes, position: int, skipped: int) -> tuple[int, int, int]:
    """Where this segment's bytes begin and where its marker does, behind fill bytes and what belongs to nothing."""
    start = position
    while (filled := data.find(b"\xff", position)) >= 0 and (found := _NOT_FILLED.search(data, filled)) is not None:
        skipped += filled - position
        if skipped > MOST_SKIPPED:
            break
        if data[found.start()]:
            return start, found.start() - 1, skipped
        position = found.end()
    raise damaged("JPEG")


def _note(noted: dict[bytes, bytes], body: bytes) -> None:
    for kind in (_EXIF, _XMP):
        if body.startswith(kind):
            noted.setdefault(kind, body[len(kind) :])


def _joined(parts: list[bytes]) -> bytes:
    """The profile out of its numbered parts; empty where one is missing, or where it is too large."""
    parts = sorted(parts)
    whole = all(len(part) > 2 and part[0] == number for number, part in enumerate(parts, 1))
    if not whole or parts[0][1] != len(parts) or sum(map(len, parts)) > MOST_PROFILE:
        return b""
    return b"".join(part[2:] for part in parts)


def _scans(data: bytes, position: int) -> tuple[int, int]:
    """How many scans there are up to the end of the picture, and where that is.

    Such a JPEG makes the decoder keep all coefficients in memory, and each scan walks over all of them. What comes
    behind its end (the film of a moving photograph, say) may hold anything.
    """
    count = 0
    while (found := _MARKER.search(data, position)) is not None:
        position = found.start()
        marker = data[position + 1]
        if marker == _LAST:
            return count, position + 2
        if marker in _BARE or position + 4 > len(data):
            position += 2
            continue
        count += marker == _SCAN
        position += 2 + max(2, int.from_bytes(data[position + 2 : position + 4], "big"))
    return count, len(data)
