"""GIF89a: its blocks are walked up to the first frame, and over that, to see whether another one follows."""

from __future__ import annotations

import struct

from cnn_loupe.engine.data.headers.header import Header, damaged, too_many_blocks

MOST_BLOCKS = 4_000  # before the first frame


def recognise(data: bytes) -> bool:
    return data.startswith((b"GIF87a", b"GIF89a"))


def read(data: bytes) -> Header:
    """Raises ImageError: `picture_damaged`, `picture_too_many_blocks`."""
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    position = 13 + _table(flags)
    for _ in range(MOST_BLOCKS):
        if data[position] == 0x2C:  # image descriptor
            return _framed(data, position, width, height)
        if data[position] != 0x21:  # extension
            raise damaged("GIF")
        position += 2
        for _ in range(MOST_BLOCKS):
            size = data[position]
            position += 1 + size
            if not size:
                break
        else:
            raise too_many_blocks("GIF", MOST_BLOCKS)
    raise too_many_blocks("GIF", MOST_BLOCKS)


def _framed(data: bytes, position: int, width: int, height: int) -> Header:
    """A frame may lie inside a larger screen, which is transparent around it, or reach beyond a smaller one."""
    left, top, across, down, flags = struct.unpack_from("<HHHHB", data, position + 1)
    if not across or not down:
        raise damaged("GIF")
    frame = (left, top, left + across, top + down)
    width, height = max(width, frame[2]), max(height, frame[3])
    animated = _goes_on(data, position + 10 + _table(flags) + 1)
    whole = frame == (0, 0, width, height)
    return Header("GIF", width, height, animated=animated, frame=None if whole else frame, data=data)


def _table(flags: int) -> int:
    """Bytes of the colour table that these flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _goes_on(data: bytes, position: int) -> bool:
    """Whether anything but the trailer follows the data blocks from here; False where they do not end."""
    for _ in range(100_000):
        if position >= len(data):
            return False
        size = data[position]
        position += 1 + size
        if not size:
            return data[position : position + 1] in (b",", b"!")
    return False
