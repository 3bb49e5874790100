"""Boxes of ISO base media files (ISO/IEC 14496-12), and what pictures in them are made of (ISO/IEC 23008-12).

meta   about the pictures: which is shown (pitm), what each item is (iinf), where its bytes are (iloc),
       and its properties (iprp: a list of them, ipco, and which belong to which item, ipma)
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

MOST_BOXES = 4_096  # in one box
MOST_ITEMS = 4_096
MOST_EXTENTS = 16_384


class TooMany(Exception):
    """More boxes, items or extents than any program writes."""


@dataclass(frozen=True)
class Box:
    """Its kind, and where its contents begin and end in the file."""

    kind: bytes
    start: int
    end: int


@dataclass
class Item:
    """A part of the file: its kind, the place where that is written, its bytes, its properties in order."""

    kind: bytes = b""
    kind_at: int = 0
    extents: list[tuple[int, int]] = field(default_factory=list)
    properties: list[Box] = field(default_factory=list)


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """The boxes from `start` to `end`. Raises TooMany, struct.error."""
    for _ in range(MOST_BOXES):
        if start + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", data, start)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, start + 8)
            head = 16
        stop = end if size == 0 else min(end, start + max(size, head))
        yield Box(kind, start + head, stop)
        start = stop
    raise TooMany


def items(data: bytes, meta: Box) -> tuple[int, dict[int, Item]]:
    """The number of the item that is shown, and all items. Raises TooMany, struct.error."""
    inner = {box.kind: box for box in reversed(list(boxes(data, meta.start + 4, meta.end)))}
    found: dict[int, Item] = {}
    if b"iinf" in inner:
        _kinds(data, inner[b"iinf"], found)
    if b"iloc" in inner:
        _places(data, inner[b"iloc"], inner.get(b"idat"), found)
    if b"iprp" in inner:
        _properties(data, inner[b"iprp"], found)
    shown = -1
    if b"pitm" in inner:
        start = inner[b"pitm"].start
        (shown,) = struct.unpack_from(">I" if data[start] else ">H", data, start + 4)
    return shown, found


def _kinds(data: bytes, box: Box, found: dict[int, Item]) -> None:
    start = box.start + (8 if data[box.start] else 6)
    for entry in boxes(data, start, box.end):
        version = data[entry.start]
        if entry.kind != b"infe" or version < 2:
            continue
        wide = version > 2
        (number,) = struct.unpack_from(">I" if wide else ">H", data, entry.start + 4)
        at = entry.start + 4 + (4 if wide else 2) + 2
        item = found.setdefault(number, Item())
        item.kind, item.kind_at = data[at : at + 4], at
        if len(found) > MOST_ITEMS:
            raise TooMany


class _Reader:
    """Numbers of given sizes, one behind the other."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data, self.at = data, at

    def __call__(self, size: int) -> int:
        if self.at + size > len(self._data):
            raise struct.error
        self.at += size
        return int.from_bytes(self._data[self.at - size : self.at], "big")


def _places(data: bytes, box: Box, idat: Box | None, found: dict[int, Item]) -> None:
    version, read = data[box.start], _Reader(data, box.start + 4)
    sizes = read(2)
    offset_size, length_size, base_size, index_size = (
        sizes >> 12,
        sizes >> 8 & 15,
        sizes >> 4 & 15,
        sizes & 15,
    )
    extents = 0
    for _ in range(read(4 if version == 2 else 2)):
        item = found.setdefault(read(4 if version == 2 else 2), Item())
        method = read(2) & 15 if version in (1, 2) else 0
        read(2)  # which file: always this one
        base = read(base_size) + (idat.start if method == 1 and idat else 0)
        for _ in range(read(2)):
            if version in (1, 2):
                read(index_size)
            place, length = base + read(offset_size), read(length_size)
            item.extents.append((place, place + length if length else len(data)))
            extents += 1
        if len(found) > MOST_ITEMS or extents > MOST_EXTENTS:
            raise TooMany


def _properties(data: bytes, box: Box, found: dict[int, Item]) -> None:
    inner = list(boxes(data, box.start, box.end))
    known = [each for part in inner if part.kind == b"ipco" for each in boxes(data, part.start, part.end)]
    links = 0
    for part in inner:
        if part.kind != b"ipma":
            continue
        version, wide, read = data[part.start], data[part.start + 3] & 1, _Reader(data, part.start + 4)
        for _ in range(read(4)):
            item = found.setdefault(read(4 if version else 2), Item())
            for _ in range(read(1)):
                index = read(2) & 0x7FFF if wide else read(1) & 0x7F
                if 0 < index <= len(known):
                    item.properties.append(known[index - 1])
                links += 1
            if len(found) > MOST_ITEMS or links > MOST_EXTENTS:
                raise TooMany
