"""TIFF 6.0: the first directory is read, and the decoder is given one of our own in its place.

A directory may name any number of tags, each with as much data as the file has, over and over the same, and decoders
read them all. So the file that the decoder gets ends in a new directory: the tags that describe the picture, in
numbers that a picture can have. What the samples are, which compressions are read, and which way is up is decided here.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from cnn_loupe.engine.data.headers.header import MOST_PROFILE, Header, damaged, kind_refused, too_many_blocks

MOST_TAGS = 512
MOST_STRIPS = 65_536
MOST_SAMPLES = 5

_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_SIZES = {1: 1, 3: 2, 4: 4, 7: 1}  # bytes of BYTE, SHORT, LONG, UNDEFINED
_LETTERS = {1: "B", 3: "H", 4: "I"}

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _MEANING, _ORIENTATION = 256, 257, 258, 259, 262, 274
_SAMPLES, _TILE_WIDTH, _TILE_HEIGHT, _FORMAT, _PROFILE = 277, 322, 323, 339, 34675
# Tag → most values. Beside the above: order of bits, options of fax, strips, planes, predictor, colours of a palette,
# tiles, what further samples are.
_KEPT = {
    _WIDTH: 1, _HEIGHT: 1, _BITS: MOST_SAMPLES, _COMPRESSION: 1, _MEANING: 1, 266: 1, 273: MOST_STRIPS, _SAMPLES: 1,
    278: 1, 279: MOST_STRIPS, 284: 1, 292: 1, 293: 1, 317: 1, 320: 3 * 256, _TILE_WIDTH: 1, _TILE_HEIGHT: 1,
    324: MOST_STRIPS, 325: MOST_STRIPS, 338: MOST_SAMPLES, _FORMAT: MOST_SAMPLES,
}  # fmt: skip
_COMPRESSIONS = {
    1,
    2,
    3,
    4,
    5,
    8,
    32773,
    32946,
}  # none, fax (three kinds), LZW, deflate, PackBits, deflate as it was
_NAMES = {6: " (JPEG)", 7: " (JPEG)", 50000: " (Zstandard)", 50001: " (WebP)"}
_MEANINGS = {0, 1, 2, 3, 5}  # grey (two kinds), RGB, palette, inks
_WHOLE_NUMBERS = 1


@dataclass(frozen=True)
class _Entry:
    """A tag of a directory: where its twelve bytes stand, and its values, where they are whole numbers."""

    start: int
    count: int
    place: int
    size: int
    values: tuple[int, ...]


def recognise(data: bytes) -> bool:
    return data[:4] in _ORDERS


def read(data: bytes) -> Header:
    """Raises ImageError: `picture_damaged`, `picture_too_many_blocks`, `picture_kind_refused`."""
    order = _ORDERS[data[:4]]
    entries = _directory(data, order)

    def numbers(tag: int, usual: int) -> tuple[int, ...]:
        return entries[tag].values if tag in entries and entries[tag].values else (usual,)

    width, height = numbers(_WIDTH, 0)[0], numbers(_HEIGHT, 0)[0]
    bits, samples = max(numbers(_BITS, 1)), numbers(_SAMPLES, 1)[0]
    compression, meaning = numbers(_COMPRESSION, 1)[0], numbers(_MEANING, 0)[0]
    if compression not in _COMPRESSIONS:
        raise kind_refused("TIFF", f"Compression {compression}{_NAMES.get(compression, '')}")
    if meaning not in _MEANINGS:
        raise kind_refused("TIFF", f"PhotometricInterpretation {meaning}")
    if set(numbers(_FORMAT, _WHOLE_NUMBERS)) != {_WHOLE_NUMBERS}:
        raise kind_refused("TIFF", f"SampleFormat {max(numbers(_FORMAT, 0))}")
    if bits not in (1, 2, 4, 8, 16) or not 1 <= samples <= MOST_SAMPLES:
        raise kind_refused("TIFF", f"{samples} × {bits} bit")
    tile = numbers(_TILE_WIDTH, 1)[0] * numbers(_TILE_HEIGHT, 1)[0]
    if tile > 4 * max(width, 256) * max(height, 256):
        raise damaged("TIFF")
    turn = numbers(_ORIENTATION, 1)[0]
    return Header(
        "TIFF",
        width,
        height,
        channels=samples,
        bits=max(8, bits),
        depth=bits,
        orientation=turn if 1 <= turn <= 8 else 1,
        profile=_profile(data, entries.get(_PROFILE)),
        data=_with_directory(data, order, [entries[tag] for tag in sorted(entries.keys() & _KEPT.keys())]),
    )


def _directory(data: bytes, order: str) -> dict[int, _Entry]:
    (start,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, start)
    if count > MOST_TAGS:
        raise too_many_blocks("TIFF", MOST_TAGS)
    found: dict[int, _Entry] = {}
    for at in range(start + 2, start + 2 + 12 * count, 12):
        tag, kind, number = struct.unpack_from(order + "HHI", data, at)
        most, size = _KEPT.get(tag, 1), _SIZES.get(kind, 1) * number
        if tag in _KEPT and number > most:
            raise too_many_blocks("TIFF", most)
        place = at + 8 if size <= 4 else struct.unpack_from(order + "I", data, at + 8)[0]
        small = kind in _LETTERS and number <= MOST_SAMPLES
        values = struct.unpack_from(f"{order}{number}{_LETTERS[kind]}", data, place) if small else ()
        found.setdefault(tag, _Entry(at, number, place, size, values))
    return found


def _profile(data: bytes, entry: _Entry | None) -> bytes | None:
    if entry is None:
        return None
    return data[entry.place : entry.place + entry.size] if entry.size <= MOST_PROFILE else b""


def _with_directory(data: bytes, order: str, entries: list[_Entry]) -> bytes:
    """The file with these tags as its only directory; their values stay where they are."""
    pad = bytes(len(data) % 2)
    place = len(data) + len(pad)
    if place >= 1 << 32:
        raise damaged("TIFF")
    body = b"".join(_twelve(data, order, entry) for entry in entries)
    directory = struct.pack(order + "H", len(entries)) + body + bytes(4)
    return b"".join((data[:4], struct.pack(order + "I", place), memoryview(data)[8:], pad, directory))


def _twelve(data: bytes, order: str, entry: _Entry) -> bytes:
    return data[entry.start : entry.start + 12]
