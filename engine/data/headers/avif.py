"""AVIF (AV1 Image File Format): the picture that is shown, its size and turn, and what decoding it costs.

Of an animation the still picture is taken that its file has beside it. The decoder is not shown the camera's
metadata, which it would unpack.
"""

from __future__ import annotations

import struct
from fractions import Fraction

from cnn_loupe.engine.data.headers.boxes import Box, Item, TooMany, boxes, items
from cnn_loupe.engine.data.headers.header import (
    MOST_PROFILE,
    Coding,
    Header,
    damaged,
    kind_refused,
    too_many_blocks,
)
from cnn_loupe.engine.data.headers.header import Box as Picture
from cnn_loupe.engine.data.headers.obu import Coded, coded

MOST_BLOCKS = 4_096
MOST_FRAMES = 4  # of one item: as many layers as a picture may have

_BRANDS, _GENERAL = {b"avif", b"avis"}, {b"mif1", b"msf1", b"miaf"}
_CODED, _GRID, _EXIF = b"av01", b"grid", b"Exif"
_UNSPECIFIED = 2
_TELEVISION, _SRGB = {1, 6, 14, 15}, 13  # transfer functions; pictures that name the first mean the second
# (quarter turns against the clock, mirrored and about which axis) → the same by EXIF. No axis: not mirrored.
_TURNS = {
    (0, None): 1, (1, None): 8, (2, None): 3, (3, None): 6,
    (0, 0): 4, (1, 0): 5, (2, 0): 2, (3, 0): 7,
    (0, 1): 2, (1, 1): 7, (2, 1): 4, (3, 1): 5,
}  # fmt: skip


def recognise(data: bytes) -> bool:
    if data[4:8] != b"ftyp":
        return False
    brand, length = data[8:12], int.from_bytes(data[:4], "big")
    others = {data[at : at + 4] for at in range(16, min(length, 256), 4)}
    return brand in _BRANDS or (brand in _GENERAL and bool(others & _BRANDS))


def read(data: bytes) -> Header:
    """Raises ImageError: `picture_damaged`, `picture_too_many_blocks`, `picture_kind_refused`."""
    try:
        meta = next((box for box in boxes(data, 0, len(data)) if box.kind == b"meta"), None)
        if meta is None:
            sequence = data[8:12] == b"avis"
            raise (kind_refused("AVIF", "avis") if sequence else damaged("AVIF"))
        shown, found = items(data, meta)
    except TooMany as error:
        raise too_many_blocks("AVIF", MOST_BLOCKS) from error
    item = found.get(shown)
    if item is None or item.kind not in (_CODED, _GRID):
        raise damaged("AVIF")
    width, height = coded_size = _size(data, item)
    _check_cost(data, found, width * height)
    properties = {box.kind: box for box in reversed(item.properties)}
    aperture = _aperture(data, properties, coded_size)
    if aperture:
        width, height = aperture[2] - aperture[0], aperture[3] - aperture[1]
    profile, coding = _meaning(data, item.properties)
    return Header(
        "AVIF",
        width,
        height,
        aperture=aperture,
        within=coded_size if aperture else None,
        bits=_bits(data, found),
        animated=data[8:12] == b"avis",
        orientation=_orientation(data, properties),
        profile=profile,
        coding=coding,
        data=_plain(data, found),
    )


def _size(data: bytes, item: Item) -> tuple[int, int]:
    box = next((box for box in item.properties if box.kind == b"ispe"), None)
    return struct.unpack_from(">II", data, box.start + 4) if box else (0, 0)


def _check_cost(data: bytes, found: dict[int, Item], pixels: int) -> None:
    """What is coded must fit what is declared: colours, transparency, a small picture of it, tiles beyond the edge."""
    costs = [_cost(data, item) for item in found.values() if item.kind == _CODED]
    if any(cost.frames > MOST_FRAMES for cost in costs):
        raise kind_refused("AVIF", f"> {MOST_FRAMES} frames")
    if any(cost.resized for cost in costs):
        raise kind_refused("AVIF", "frame_size_override_flag")
    if sum(cost.pixels for cost in costs) > 4 * pixels + 1_000_000:
        raise damaged("AVIF")


def _cost(data: bytes, item: Item) -> Coded:
    return coded(b"".join(data[start:end] for start, end in item.extents), MOST_FRAMES)


def _bits(data: bytes, found: dict[int, Item]) -> int:
    """Bits of a colour, from the decoder's configuration: 8, 10 or 12."""
    box = next((box for item in found.values() for box in item.properties if box.kind == b"av1C"), None)
    if box is None:
        return 8
    high, twelve = data[box.start + 2] >> 6 & 1, data[box.start + 2] >> 5 & 1
    return 8 if not high else 12 if twelve else 10


def _orientation(data: bytes, properties: dict[bytes, Box]) -> int:
    turn, mirror = properties.get(b"irot"), properties.get(b"imir")
    return _TURNS[data[turn.start] & 3 if turn else 0, data[mirror.start] & 1 if mirror else None]


def _aperture(data: bytes, properties: dict[bytes, Box], size: tuple[int, int]) -> Picture | None:
    """The part that is shown (ISO/IEC 14496-12, 12.1.4), before it is turned; None for all of it.

    The box has, as fractions, the part's width and height, and how far its middle is from the whole's. A part that
    does not lie within the whole, or begins between two pixels, is not heeded.
    """
    box = properties.get(b"clap")
    if box is None:
        return None
    numbers = struct.unpack_from(">IIIIiIiI", data, box.start)
    if 0 in numbers[1::2]:
        return None
    wide, high, right, down = (Fraction(*numbers[at : at + 2]) for at in (0, 2, 4, 6))
    left, top = (size[0] - wide) / 2 + right, (size[1] - high) / 2 + down
    edges = left, top, left + wide, top + high
    if any(edge.denominator != 1 for edge in edges) or min(left, top) < 0 or wide < 1 or high < 1:
        return None
    part = int(left), int(top), int(left + wide), int(top + high)
    return part if part[2] <= size[0] and part[3] <= size[1] and part != (0, 0, *size) else None


def _meaning(data: bytes, properties: list[Box]) -> tuple[bytes | None, Coding | None]:
    """The profile, which outranks them, or the code points of its colours."""
    coding = None
    for box in properties:
        if box.kind != b"colr":
            continue
        kind = data[box.start : box.start + 4]
        if kind in (b"prof", b"rICC"):
            size = box.end - box.start - 4
            return data[box.start + 4 : box.end] if size <= MOST_PROFILE else b"", None
        if kind == b"nclx":
            primaries, transfer = struct.unpack_from(">HH", data, box.start + 4)
            transfer = _SRGB if transfer in _TELEVISION else transfer
            if primaries != _UNSPECIFIED:
                coding = Coding(code_points=(primaries, transfer))
    return None, coding


def _plain(data: bytes, found: dict[int, Item]) -> bytes:
    """The file as a still picture without camera metadata; nothing in it changes its place."""
    patches = {item.kind_at: b"free" for item in found.values() if item.kind == _EXIF}
    if data[8:12] == b"avis":
        patches[8] = b"avif"
    if not patches:
        return data
    parts: list[bytes | memoryview] = []
    at = 0
    for place in sorted(patches):
        parts += [memoryview(data)[at:place], patches[place]]
        at = place + 4
    return b"".join([*parts, memoryview(data)[at:]])
